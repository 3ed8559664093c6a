"""What was told before a list is not lost with it: questions, suspensions, consents, records that it could not know."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from data_schemas.codes import Tier
from models import read_policy
from models.assessment import DataQuality
from serving.store import NewEntry, Store, facts_of, file_of, homes, read_school, record_entry
from serving.today import follow_up_list
from tests.factories import assessment
from tests.integration.test_withdrawn_runs import AS_OF, NOW, TODAY, enrolled, now_of, pupils, screen, sheet
from tests.new_stores import new_store

SKIPPED = {f"item_{n}": "1" for n in range(1, 9)} | {"item_9": None}
AWAY = {"student_id": "P1", "type": "suspension", "start_on": "2026-03-02", "recorded_on": "2026-03-02"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


def skipped(student_id: str) -> dict[str, Any]:
    return {**sheet(student_id), **SKIPPED}


def told(store: Store, school: str = "sch-1", **fields: Any) -> dict[str, list[str]]:
    """Who stands in which queue."""
    listed = follow_up_list(store, school, NOW, False, read_policy(), **fields)
    return {code: [entry.student.student_id for entry in lines] for code, lines in listed.queues.items() if lines}


@pytest.mark.parametrize("again", [1, 2])
def test_a_skipped_item_is_asked_though_the_roster_has_lost_the_student(store: Store, again: int) -> None:
    """And the sheet does not come again: with the roster's row the question would fall off every list."""
    screen(store, "first", pupils("sch-1", "P1", "P2"), responses__phq9=[skipped("P1")])
    assert "P1" in told(store)["retest"]
    for hour in range(again):
        screen(store, f"lost {hour}", pupils("sch-1", "P2"), at=1 + hour)
    assert told(store)["identity"] == ["P1"]
    one = now_of(store, "P1")
    assert ([retest.why for retest in one.retests], one.facts.gone) == (["critical_blank"], True)
    assert one.clock is not None
    assert one.clock.what.zh == "2 个上学日内当面询问"


def test_who_has_left_by_the_roster_is_not_asked(store: Store) -> None:
    screen(store, "first", pupils("sch-1", "P1", "P2"), responses__phq9=[skipped("P1")])
    left = [{**pupils("sch-1", "P1")[0], "left_on": "2026-03-29"}, *pupils("sch-1", "P2")]
    screen(store, "left", left, at=1)
    assert "identity" not in told(store)


def test_a_skipped_item_of_somebody_unknown_is_asked_in_time(store: Store) -> None:
    for hour in range(2):
        screen(store, f"{hour}", pupils("sch-1", "P2"), at=hour, responses__phq9=[skipped("X1")])
    (apart,) = read_school(store, "sch-1", TODAY).strangers
    one = now_of(store, apart.student_id)
    assert (one.student_id, [clock.what.zh for clock in one.clocks]) == ("X1 (sch-1)", ["2 个上学日内当面询问"])


@pytest.mark.parametrize(("left_on", "file"), [("2026-03-10", "L1 (sch-1)"), (None, "U1 (sch-1)")])
def test_a_report_about_who_has_left_waits_to_be_looked_into(store: Store, left_on: str | None, file: str) -> None:
    roster = pupils("sch-1", "P1") + ([{**pupils("sch-1", "L1")[0], "left_on": left_on}] if left_on else [])
    told_of = {"student_id": file.split()[0], "kind": "bullying", "reported_on": "2026-03-20", "source": "teacher"}
    screen(store, "one", roster, concerns=[told_of])
    assert told(store)["leads"] == [file]


def test_a_list_that_knows_nothing_of_leave_ends_no_suspension(store: Store) -> None:
    screen(store, "first", pupils("sch-1", "P1", "P2"), leaves=[AWAY])
    assert now_of(store, "P1").suspended
    screen(store, "second", pupils("sch-1", "P1", "P2"), at=1)
    assert now_of(store, "P1").suspended
    assert told(store)["suspended"] == ["P1"]
    other = {**AWAY, "student_id": "P2", "type": "sick", "end_on": "2026-03-02"}
    feed = {"school_id": "sch-1", "table": "leaves", "covered_from": "2025-09-01", "covered_to": "2026-03-31"}
    screen(store, "third", pupils("sch-1", "P1", "P2"), at=2, leaves=[other], feeds=[feed])
    assert not now_of(store, "P1").suspended, "a list that knows of leave and of none of this student"


def sent(store: Store, tier: Tier, hours: int, **fields: Any) -> None:
    said = assessment("P1", tier, data_quality=DataQuality("ok", (), ("leave",)), **fields)
    record_entry(store, NewEntry("city", "P1", "sch-1", "junior", 8, {}, said, NOW + timedelta(hours=hours)))


def test_a_record_is_not_silenced_by_a_list_that_could_not_know_it(store: Store) -> None:
    """The list of Tuesday is published on Wednesday night; the platform's record is of Wednesday noon."""
    screen(store, "first", pupils("sch-1", "P1"), as_of=date(2026, 3, 30))
    sent(store, Tier.PRIORITY, 1)
    screen(store, "late", pupils("sch-1", "P1"), as_of=AS_OF, at=9)
    one = now_of(store, "P1")
    assert (one.tier, one.facts.model_since) == (Tier.PRIORITY, NOW + timedelta(hours=1))
    assert enrolled(store, "sch-1") == {"P1": 0}
    (listed,) = read_school(store, "sch-1", TODAY).everyone
    assert listed == one.facts


CONSENT = {"student_id": "P1", "scope": "model_score", "given_on": "2025-09-01"}
OTHER = {**CONSENT, "student_id": "P2"}


@pytest.mark.parametrize(
    ("row", "today", "stands"),
    [
        ({"valid_until": "2026-04-05"}, date(2026, 4, 5), True),
        ({"valid_until": "2026-04-05"}, date(2026, 4, 6), False),
        ({"withdrawn_on": "2026-03-20"}, TODAY, False),
        ({}, date(2027, 4, 6), True),
    ],
    ids=["on its last day", "after its last day", "taken back", "without a last day"],
)
@pytest.mark.parametrize("after", ["that list", "a list without the table"])
def test_a_consent_of_a_dataset_ends_when_it_says(
    store: Store, row: dict[str, str], today: date, stands: bool, after: str
) -> None:
    screen(store, "first", pupils("sch-1", "P1", "P2"), consents=[CONSENT | row, OTHER])
    if after != "that list":
        screen(store, "second", pupils("sch-1", "P1", "P2"), at=1)
    facts = facts_of(store, ["P1", "P2"], today)
    assert ("model_score" not in facts["P1"].withdrawn, facts["P2"].withdrawn) == (stands, {})
    scored = replace(facts["P1"], model_tier=Tier.WATCH, margin=1.0).as_consented
    assert (scored.model_tier is Tier.WATCH) is stands


@pytest.mark.parametrize("known", [True, False], ids=["listed before", "in no list before"])
def test_a_consent_that_who_has_left_took_back_is_kept(store: Store, known: bool) -> None:
    if known:
        screen(store, "first", pupils("sch-1", "P1", "P2"))
    left = [{**pupils("sch-1", "P1")[0], "left_on": "2026-03-10"}, *pupils("sch-1", "P2")]
    screen(store, "left", left, at=1, consents=[CONSENT | {"withdrawn_on": "2026-03-20"}, OTHER])
    file = file_of("P1", "sch-1", homes(store, ["P1"]), {"sch-1"}, None).file_id
    assert facts_of(store, [file], TODAY)[file].withdrawn == {"model_score": date(2026, 3, 20)}
    assert "identity" not in told(store), "a consent is nothing to look into"


def test_an_older_list_shows_nobody_drawn_by_lot_and_asks_about_nobody_enrolled(store: Store) -> None:
    everyone = [f"P{n}" for n in range(12)]
    screen(store, "old", pupils("sch-1", *everyone[:11]), as_of=date(2026, 3, 24))
    screen(store, "new", pupils("sch-1", *everyone), at=1)
    now = follow_up_list(store, "sch-1", NOW, False, read_policy())
    blind = {entry.student.student_id for lines in now.queues.values() for entry in lines if entry.blind}
    assert len(blind) == 1
    assert sum(now.tier_counts.values()) == 11, "nor does a count tell the tier of one"
    old = follow_up_list(store, "sch-1", NOW, False, read_policy(), as_of=date(2026, 3, 24))
    shown = [entry for lines in old.queues.values() for entry in lines if entry.student.student_id in blind]
    assert [entry.tier for entry in shown] == [None] * len(shown)
    assert "identity" not in told(store, as_of=date(2026, 3, 24))
