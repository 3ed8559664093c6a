"""By whatever door it comes: a plain id is a student of a roster, and what one school says of somebody whom its own
roster does not have is never put into another school's file, nor can it be told from it whether there is one."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_schemas.codes import Tier
from data_schemas.dataset import Dataset, Description, conform, table_of
from data_schemas.instruments import packaged_instruments
from models import read_policy
from models.triage import Piece, Present, present_of
from models.triage.queues import IDENTITY, REVIEW
from serving.access import Role, User
from serving.screening import publish_screening
from serving.store import Outcome, facts_of, read_school
from serving.student import open_student
from serving.today import FollowUpList, follow_up_list
from tests.api_state import Api, make_api, phq9, record, today

DANGER = [2, 2, 2, 2, 2, 2, 2, 2, 3]
SKIPPED: list[Any] = [1, 1, 1, 0, 0, 0, 0, 0, None]
Door = Callable[[Api, str], None]


@pytest.fixture
def api(tmp_path: Path) -> Api:
    """Schools A and B; A-1 is on the roster of A, P of B with open danger."""
    api = make_api(tmp_path)
    api.key(schools=("A", "B"))
    screen(api, "A", ["A-1"])
    screen(api, "B", ["P"], sheets=[("P", DANGER)])
    return api


def screen(
    api: Api,
    school: str,
    roster: list[str],
    sheets: list[tuple[str | None, list[Any]]] | None = None,
    outcomes: list[dict[str, Any]] | None = None,
    sex: dict[str, str] | None = None,
    grade: int = 8,
) -> None:
    """Publish a school's own dataset, in which rows stand of anybody."""
    instruments, day = packaged_instruments(), str(today())
    plain = {"school_id": school, "stage": "junior", "grade": str(grade)}
    who = [plain | {"student_id": one, "sex": (sex or {}).get(one, "female")} for one in roster]
    answers = [{"student_id": one, "administered_on": day} | _items(given) for one, given in sheets or []]
    told = [{key: str(value) for key, value in row.items() if value is not None} for row in outcomes or []]
    rows = {"students": who, "outcomes": told, "responses/phq9": answers}
    frames = {}
    for name, those in rows.items():
        table = table_of(name, instruments)
        columns = sorted({key for row in those for key in (*row, "student_id")}) or table.names
        frames[name] = conform(pd.DataFrame(those, columns=list(columns), dtype=object), table)
    responses = {"phq9": frames.pop("responses/phq9")}
    about = Description(name=school, synthetic=False, origin="local", mode="longitudinal", as_of=today())
    dataset = Dataset(about, frames, responses, fingerprint=f"{school} {rows}")
    publish_screening(api.state.store, dataset, today(), None, read_policy(), datetime.now(UTC))


def _items(given: list[Any]) -> dict[str, str]:
    return {f"item_{n}": "" if answer is None else str(answer) for n, answer in enumerate(given, 1)}


def word(student_id: str, level: int = 0, kind: str = "interview", **fields: Any) -> dict[str, Any]:
    persons = {"interviewer": "I7", "second_interviewer": "I8"} if kind == "interview" else {}
    return {"student_id": student_id, "observed_on": str(today()), "kind": kind, "level": level} | persons | fields


def score(
    api: Api, student_id: str, answers: list[Any] = DANGER, key: tuple[str, ...] | None = ("A",), **f: Any
) -> Any:
    sent = record(student_id, responses=[phq9(answers, days_ago=0)], **({"school_id": None} | f))
    answer = api.post("/score", sent, api.key(schools=key))
    assert answer.status_code == 200, answer.text
    return answer.json()


def tell(api: Api, *rows: dict[str, Any], key: tuple[str, ...] | None = ("A",)) -> Any:
    answer = api.post("/outcomes", {"outcomes": list(rows)}, api.key(schools=key))
    assert answer.status_code == 200, answer.text
    return answer.json()


def danger_by_score(api: Api, student_id: str) -> None:
    score(api, student_id)


def danger_by_outcomes(api: Api, student_id: str) -> None:
    tell(api, word(student_id, 3, "crisis_event"))


def danger_by_import(api: Api, student_id: str) -> None:
    screen(api, "A", ["A-1"], [(student_id, DANGER)], [word(student_id, 3, "crisis_event")])


DOORS = pytest.mark.parametrize("door", [danger_by_score, danger_by_outcomes, danger_by_import])
WORDS = pytest.mark.parametrize("by_import", [False, True])


def now(api: Api, file: str) -> Present:
    facts = facts_of(api.state.store, [file], today())[file]
    return present_of([facts], api.state.policy, api.state.calendars.default)[0]


def strangers(api: Api, school: str) -> list[str]:
    return [one.student_id for one in read_school(api.state.store, school, today()).strangers]


def listed(api: Api, school: str) -> FollowUpList:
    return follow_up_list(api.state.store, school, datetime.now(UTC), False, api.state.policy)


def in_queue(api: Api, school: str, code: str) -> set[str]:
    found = listed(api, school).queues[code]
    return {one for entry in found for one in (entry.student.student_id, *entry.others)}


@DOORS
@pytest.mark.parametrize("student_id", ["P", "nobody"])
def test_danger_of_somebody_on_no_roster_of_the_school_stands_with_that_school_alone(
    api: Api, door: Door, student_id: str
) -> None:
    before = now(api, "P")
    door(api, student_id)
    file = f"{student_id} (A)"
    assert strangers(api, "A") == [file]
    assert in_queue(api, "A", IDENTITY) == {file}
    assert now(api, file).tier is Tier.CRISIS
    assert now(api, "P") == before, "the other school's student is as before"
    assert strangers(api, "B") == []


@WORDS
def test_a_word_of_another_school_closes_and_lowers_nothing(api: Api, by_import: bool) -> None:
    before = now(api, "P")
    said = [word("P", assessed=before.open[0].piece.key)]
    if by_import:
        screen(api, "A", ["A-1"], outcomes=said)
    else:
        tell(api, word("P"))
    assert now(api, "P") == before
    assert (strangers(api, "A"), len(now(api, "P (A)").words)) == (["P (A)"], 1)


@DOORS
def test_danger_of_a_stranger_outlasts_the_roster_of_another_school(api: Api, door: Door) -> None:
    door(api, "Q")
    screen(api, "B", ["P", "Q"])
    assert in_queue(api, "A", IDENTITY) == {"Q (A)"}
    assert now(api, "Q (A)").tier is Tier.CRISIS
    student = now(api, "Q")
    assert (student.tier, student.evidence, student.words) == (Tier.ROUTINE, (), ())


def filed(one: Present) -> set[Piece]:
    return {replace(standing.piece, joined_at=None, joined_to=None) for standing in one.open}


@DOORS
@pytest.mark.parametrize("then", ["A", "B"])
def test_what_the_school_filed_is_the_students_once_its_roster_has_the_id(api: Api, door: Door, then: str) -> None:
    """And stays the student's after a move to another school."""
    door(api, "Q")
    before = now(api, "Q (A)")
    screen(api, "A", ["A-1", "Q"])
    if then == "B":
        screen(api, "B", ["P", "Q"])
    student = now(api, "Q")
    assert (student.tier, student.facts.stranger) == (Tier.CRISIS, False)
    assert filed(before) <= filed(student), "no clock is started anew"
    assert {one.word_id for one in before.words} == {one.word_id for one in student.words}
    assert (strangers(api, "A"), strangers(api, "B")) == ([], [])
    assert "Q" in {entry.student.student_id for queue in listed(api, then).queues.values() for entry in queue}


@pytest.mark.parametrize("key", [("A",), ("A", "B"), None])
def test_a_skipped_item_of_a_stranger_is_asked_for_once_the_roster_has_the_id(
    api: Api, key: tuple[str, ...] | None
) -> None:
    """Also where the record named no school and the key has several."""
    score(api, "Q", SKIPPED, key)
    screen(api, "A", ["A-1", "Q"])
    on_list = next(one for one in read_school(api.state.store, "A", today()).everyone if one.student_id == "Q")
    assert on_list == facts_of(api.state.store, ["Q"], today())["Q"], "list = page"
    (shown,) = present_of([on_list], api.state.policy, api.state.calendars.default)
    assert [one.instrument for one in shown.retests] == ["phq9"]
    assert (strangers(api, "A"), strangers(api, "B")) == ([], [])


@pytest.mark.parametrize("school", ["sch-1", "B"])
def test_what_names_a_school_that_the_key_does_not_have_is_asked_about_until_a_person_settles_it(
    api: Api, school: str
) -> None:
    """Also of a student of the key's own school, and after the next roster: all of it, in the queue and on the page."""
    file = f"A-1 ({school}; A)"
    assert score(api, "A-1", SKIPPED, school_id=school)["student"] == "identity_to_check"
    tell(api, word("A-1", 3, school_id=school))
    screen(api, "A", ["A-1", "A-2"])
    assert strangers(api, "A") == [file]
    assert in_queue(api, "A", IDENTITY) == {file}
    assert (now(api, "A-1").words, now(api, "A-1").retests) == ((), ())
    page = open_student(api.state, User("c1", Role.COUNSELOR, ("A",)), file).present
    assert (page.tier, len(page.retests)) == (Tier.CRISIS, 1)


@pytest.mark.parametrize("named", [None, "A", "B", "sch-1"])
@pytest.mark.parametrize("key", [("A",), ("A", "C"), ("C",)])
def test_nothing_tells_a_key_whether_another_school_has_the_id(
    api: Api, key: tuple[str, ...], named: str | None
) -> None:
    """Neither answers nor names of records nor the list: P is a student of B, and N of nobody."""
    said, lines = {}, {}
    for student_id in ("P", "N"):
        scored = score(api, student_id, key=key, school_id=named) | {"entry_id": None}
        told = tell(api, word(student_id, 3, school_id=named) if named else word(student_id, 3), key=key)
        said[student_id] = str([scored, told | {"results": None}]).replace(student_id + "'", "ID'")
        said[student_id] = re.sub(r"T\d\d:\d\d:[\d.]+Z", "", said[student_id])  # the two were sent at two moments
        files = strangers(api, key[0])
        lines[student_id] = [one.replace(student_id, "ID", 1) for one in files if one.startswith(student_id)]
        speaks = ", ".join(key) if named not in key else named
        misspelt = "" if named in (None, *key) else f"{named}; "
        row = Outcome(f"{student_id} ({misspelt}{speaks})", today(), "interview", 3)
        row = replace(row, interviewer="I7", second_interviewer="I8")
        assert told["results"][0]["record_id"] == row.sha256
    assert said["P"] == said["N"]
    assert lines["P"] == lines["N"] != []


def test_two_schools_may_say_the_same_of_one_id(api: Api) -> None:
    event = word("P", 3, "crisis_event", recorded_on=str(today()))
    screen(api, "B", ["P"], outcomes=[event])
    assert tell(api, event)["recorded"] == 1
    screen(api, "A", ["A-1"], outcomes=[event])
    assert (len(now(api, "P").words), len(now(api, "P (A)").words)) == (1, 1), "known by import too"


def test_a_row_is_known_again_and_can_be_corrected_after_the_roster_has_the_id(api: Api) -> None:
    event = word("Q", 3)
    first = tell(api, event)["results"][0]
    screen(api, "A", ["A-1", "Q"])
    for key in (("A",), ("A", "B"), None):
        again = tell(api, event, key=key)["results"][0]
        assert (again["status"], again["record_id"]) == ("known", first["record_id"])
    screen(api, "A", ["A-1", "Q", "A-2"], outcomes=[event | {"recorded_on": str(today())}])
    assert len(now(api, "Q").words) == 1
    tell(api, word("Q", 1, corrects=first["record_id"]))
    assert [one.level for one in now(api, "Q").words] == [1]


def test_a_row_of_a_file_corrects_a_strangers_by_the_name_that_the_file_gives_it(api: Api) -> None:
    row = word("Q", 3, recorded_on=str(today()))
    name = Outcome("Q", today(), "interview", 3, recorded_on=today(), interviewer="I7", second_interviewer="I8").sha256
    for _ in range(2):
        screen(api, "A", ["A-1"], outcomes=[word("Q", 1, corrects=name, interviewer="I9"), row])
    assert [one.level for one in now(api, "Q (A)").words] == [1]


@DOORS
def test_a_confirmed_crisis_of_a_stranger_is_reviewed(api: Api, door: Door) -> None:
    door(api, "Q")
    tell(api, word("Q", 3))
    assert "Q (A)" in in_queue(api, "A", REVIEW) & in_queue(api, "A", IDENTITY)


def test_who_has_left_keeps_the_file(api: Api) -> None:
    screen(api, "A", ["A-1", "A-2"])
    screen(api, "A", ["A-1"], [("A-2", DANGER)])
    score(api, "A-2", SKIPPED)
    assert strangers(api, "A") == ["A-2"]
    assert now(api, "A-2").tier is Tier.CRISIS


def test_what_one_id_brings_under_two_people_is_put_into_nobodys_file(api: Api) -> None:
    """B's P is a boy by A's file: the words about him are in a file of his own as well."""
    before = now(api, "P")
    screen(api, "A", ["A-1", "P"], [("P", DANGER)], [word("P")], sex={"P": "male"})
    assert now(api, "P") == before
    assert (strangers(api, "A"), len(now(api, "P (A)").words)) == (["P (A)"], 1)


@pytest.mark.parametrize(("grade", "apart"), [(8, False), (9, False), (7, True), (10, True), (12, True)])
def test_an_id_in_a_grade_that_nobody_moves_to_is_asked_about(api: Api, grade: int, apart: bool) -> None:
    screen(api, "A", ["A-1", "P"], grade=grade)
    assert (now(api, "P").facts.school_id, "P (A)" in strangers(api, "A")) == (("B", True) if apart else ("A", False))
    assert now(api, "P").tier is Tier.CRISIS, "its danger stands either way"
