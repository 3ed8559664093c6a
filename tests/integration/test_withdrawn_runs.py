"""From a dataset to the list: what a run that was withdrawn, or one of an earlier day, leaves as it was."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from data_schemas.dataset import write_dataset
from data_schemas.school_days import Calendars
from models import read_policy
from models.triage import Present, present_of
from runxin.settings import read_settings
from serving.screening import Screening, publish_screening
from serving.store import (
    NewEntry,
    NewOutcome,
    Outcome,
    Store,
    audit_rows,
    facts_of,
    file_of,
    homes,
    newest_run,
    open_store,
    read_school,
    record_entry,
    record_outcomes,
    withdraw_run,
)
from tests.command_line import told
from tests.new_stores import new_store
from tests.rosters import ITEM9, PLAIN, Row, dataset

AS_OF = date(2026, 3, 31)
NOW = datetime(2026, 4, 1, 4, tzinfo=UTC)
TODAY = NOW.date()
R02 = "R02:phq9:item9:2026-03-20"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


def pupils(school: str, *ids: str) -> list[Row]:
    return [{**PLAIN, "student_id": one, "school_id": school} for one in ids]


def sheet(student_id: str) -> Row:
    return {**ITEM9, "student_id": student_id}


def talk(student_id: str, on: str = "2026-03-25", level: int = 0) -> Row:
    people = {"interviewer": "I-7", "second_interviewer": "I-8"}
    return {"student_id": student_id, "observed_on": on, "kind": "interview", "level": level, **people}


def screen(
    store: Store, name: str, students: list[Row], *, as_of: date = AS_OF, at: int = 0, **tables: list[Row]
) -> Screening:
    given = dataset(students, **{key.replace("__", "/"): rows for key, rows in tables.items()})
    everyone = given.students[given.students["student_id"] != "S-0"]  # the plain student of another school
    given = replace(given, tables=given.tables | {"students": everyone}, fingerprint=name)
    return publish_screening(store, given, as_of, None, read_policy(), NOW + timedelta(hours=at))


def take_back(store: Store, run: Screening, at: int = 20) -> None:
    assert withdraw_run(store, run.run_id, "the wrong file", NOW + timedelta(hours=at), "wang")


def enrolled(store: Store, school: str) -> dict[str, int]:
    """The students of a school's list with how much is open of each."""
    facts = read_school(store, school, TODAY).everyone
    found = present_of(list(facts), read_policy(), Calendars().default)
    return {one.student_id: len(one.open) for one in found}


def now_of(store: Store, student_id: str) -> Present:
    facts = facts_of(store, [student_id], TODAY)[student_id]
    return present_of([facts], read_policy(), Calendars().default)[0]


def test_students_screened_under_a_wrong_school_are_back_after_a_withdrawal(store: Store) -> None:
    sheets = [sheet("X1")]
    screen(store, "d3", pupils("sch-3", "X1", "X2"), responses__phq9=sheets)
    wrong = screen(store, "d3wrong", pupils("sch-4", "X1", "X2"), at=1, responses__phq9=sheets)
    assert (enrolled(store, "sch-3"), set(enrolled(store, "sch-4"))) == ({}, {"X1", "X2"})
    take_back(store, wrong)
    assert enrolled(store, "sch-3") == {"X1": len(now_of(store, "X1").open), "X2": 0}
    assert now_of(store, "X1").tier.code == "crisis"
    assert newest_run(store, "sch-4", TODAY) is None
    assert not screen(store, "d3", pupils("sch-3", "X1", "X2"), at=3, responses__phq9=sheets).published
    once_more = screen(store, "d3wrong", pupils("sch-4", "X1", "X2"), at=4, responses__phq9=sheets)
    assert (once_more.published, once_more.in_force) == (True, True)
    assert set(enrolled(store, "sch-4")) == {"X1", "X2"}


def test_danger_that_only_a_withdrawn_run_had_closed_is_open_again(store: Store) -> None:
    screen(store, "right", pupils("sch-1", "P1", "P2"), responses__phq9=[sheet("P2")])
    before = now_of(store, "P2")
    wrong = screen(
        store, "wrong", pupils("sch-1", "P1", "P2"), at=1, responses__phq9=[sheet("P2")], outcomes=[talk("P2")]
    )
    assert (now_of(store, "P2").tier.code, now_of(store, "P2").open) == ("routine", ())
    take_back(store, wrong)
    after = now_of(store, "P2")
    assert (after.tier, [one.piece for one in after.open]) == (before.tier, [one.piece for one in before.open])
    assert after.open


def test_evidence_that_a_withdrawn_run_has_filed_stays_open(store: Store) -> None:
    screen(store, "before", pupils("sch-1", "P1", "P2"))
    wrong = screen(store, "wrong", pupils("sch-1", "P1", "P2"), at=1, responses__phq9=[sheet("P1")])
    take_back(store, wrong)
    assert (now_of(store, "P1").tier.code, enrolled(store, "sch-1")["P2"]) == ("crisis", 0)


def test_a_person_of_a_withdrawn_run_with_danger_is_asked_about(store: Store) -> None:
    """Nobody is on no list: the only run that had them is gone, and what it filed is not."""
    take_back(store, screen(store, "only", pupils("sch-1", "P1"), responses__phq9=[sheet("P1")]))
    school = read_school(store, "sch-1", TODAY)
    assert (school.run, [one.student_id for one in school.strangers]) == (None, ["P1 (sch-1)"])
    assert now_of(store, "P1 (sch-1)").tier.code == "crisis"


def test_danger_found_by_a_withdrawn_run_still_raises(store: Store) -> None:
    screen(store, "before", pupils("sch-1", "P1"))
    wrong = screen(store, "wrong", pupils("sch-1", "P1"), at=1, outcomes=[talk("P1", level=3)])
    take_back(store, wrong)
    assert (now_of(store, "P1").tier.code, now_of(store, "P1").source) == ("crisis", "human")


def test_a_screening_of_an_earlier_day_leaves_students_and_danger_where_they_are(store: Store) -> None:
    ids, sheets = ("Y1", "Y2", "Y3"), [sheet("Y1")]
    screen(store, "now5", pupils("sch-5", *ids), responses__phq9=sheets)
    before = enrolled(store, "sch-5")
    old = screen(store, "old6", pupils("sch-6", *ids), as_of=date(2026, 3, 24), at=1, responses__phq9=sheets)
    assert (old.in_force, enrolled(store, "sch-5"), enrolled(store, "sch-6")) == (True, before, {})
    assert before["Y1"] > 0


def test_a_screening_that_is_not_in_force_gives_nobody_back_their_consent(store: Store) -> None:
    taken = {"student_id": "Y1", "scope": "model_score", "given_on": "2025-09-01", "withdrawn_on": "2026-03-25"}
    given = taken | {"withdrawn_on": None}
    screen(store, "now", pupils("sch-5", "Y1", "Y2"), consents=[taken])
    withdrawn = facts_of(store, ["Y1", "Y2"], TODAY)
    old = screen(store, "old", pupils("sch-5", "Y1", "Y2"), as_of=date(2026, 3, 3), at=1, consents=[given])
    assert not old.in_force
    after = facts_of(store, ["Y1", "Y2"], TODAY)
    assert "model_score" in withdrawn["Y1"].withdrawn
    assert {i: one.withdrawn for i, one in after.items()} == {i: one.withdrawn for i, one in withdrawn.items()}


def test_the_command_line_brings_the_list_before_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))
    folders, filled = {}, {"sch-3": ["X1"], "sch-4": ["X1", "X2"]}
    for school, ids in filled.items():
        given = dataset(pupils(school, "X1", "X2"), **{"responses/phq9": [sheet(one) for one in ids]})
        everyone = given.students[given.students["student_id"] != "S-0"]
        folders[school] = tmp_path / school
        write_dataset(replace(given, tables=given.tables | {"students": everyone}), folders[school])
    first = told(capsys, "screen", str(folders["sch-3"]), "--as-of", str(AS_OF))
    wrong = told(capsys, "screen", str(folders["sch-4"]), "--as-of", str(AS_OF))
    told(capsys, "withdraw", wrong["run_id"], "--reason", "the wrong school")
    (listed,) = told(capsys, "list")["lists"]
    assert (listed["run_id"], listed["school_id"], listed["enrolled"]) == (first["run_id"], "sch-3", 2)
    with open_store(read_settings()) as store:
        assert enrolled(store, "sch-3")["X2"] > 0, "what was filed under the wrong school is the student's all the same"
    told(capsys, "list", "--school", "sch-4", code=2)
    assert told(capsys, "screen", str(folders["sch-4"]), "--as-of", str(AS_OF))["published"] is True
    with open_store(read_settings()) as store:
        assert set(enrolled(store, "sch-4")) == {"X1", "X2"}


def strangers(store: Store, school: str) -> dict[str, bool]:
    """Who stands under 身份待核 at a school, and whether they are said to be on its roster no more."""
    return {one.student_id: one.gone for one in read_school(store, school, TODAY).strangers}


def test_whom_only_a_screening_of_an_earlier_day_has_is_a_stranger_until_its_list_is_in_force(store: Store) -> None:
    """What it brings stands in the file where a platform looks for it, and comes along whenever a roster does."""
    newer = screen(store, "newer", pupils("sch-1", "P1"))
    talks = [talk("P9", "2026-03-19")]
    earlier = {"as_of": date(2026, 3, 24), "at": 1, "responses__phq9": [sheet("P9")], "outcomes": talks}
    older = screen(store, "older", pupils("sch-1", "P1", "P9"), **earlier)
    assert (older.in_force, enrolled(store, "sch-1"), strangers(store, "sch-1")) == (
        False,
        {"P1": 0},
        {"P9 (sch-1)": False},
    )
    where = file_of("P9", "sch-1", homes(store, ["P9"]), ["sch-1"], None)
    apart = now_of(store, where.file_id)
    assert (apart.student_id, apart.tier.code, len(apart.words)) == ("P9 (sch-1)", "crisis", 1)
    assert now_of(store, "P9").evidence == ()
    take_back(store, newer)
    assert (enrolled(store, "sch-1")["P9"], strangers(store, "sch-1")) == (len(apart.open), {})
    assert [(one.piece.floor, one.piece.received_at, one.is_open) for one in now_of(store, "P9").evidence] == [
        (one.piece.floor, one.piece.received_at, one.is_open) for one in apart.evidence
    ]
    take_back(store, older, at=21)
    assert (enrolled(store, "sch-1"), strangers(store, "sch-1")) == ({}, {"P9 (sch-1)": False})
    trail = [(one.action, one.object_id, one.detail) for one in audit_rows(store) if one.action.startswith("file.")]
    assert trail == [("file.parted", "P9", "P9 (sch-1)"), ("file.joined", "P9", "P9 (sch-1)")]
    closing = Outcome("P9 (sch-1)", TODAY, "interview", 0, None, None, None, "I-1", "I-2", assessed=(R02,))
    record_outcomes(store, "city", [NewOutcome(closing, closing, "sch-1")], NOW + timedelta(hours=22))
    assert R02 not in {one.piece.key for one in now_of(store, "P9 (sch-1)").open}


def test_who_was_on_a_roster_once_is_said_to_be_on_it_no_more(store: Store) -> None:
    screen(store, "first", pupils("sch-1", "P1", "P2"), as_of=date(2026, 3, 24), responses__phq9=[sheet("P2")])
    screen(store, "second", pupils("sch-1", "P1"), at=1)
    sent = replace(now_of(store, "P2").facts.assessment, as_of=TODAY, model_tier=None)
    for place in range(2):
        assert strangers(store, "sch-1") == {"P2": True}
        one = now_of(store, "P2")
        assert (one.facts.gone, one.facts.reason, one.tier.code) == (True, None, "crisis")
        moment = NOW + timedelta(hours=2 + place)
        record_entry(store, NewEntry("city", "P2", "sch-1", "junior", 8, {}, sent, moment))
