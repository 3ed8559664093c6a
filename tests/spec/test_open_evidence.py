"""Evidence stays open until a named person has assessed it. Nothing else closes it: no time, no score, no model."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from data_schemas.calendar import date_to_day
from data_schemas.codes import Tier
from data_schemas.dataset import conform
from data_schemas.tables import TABLES
from models import Artifact, records_of_requests
from models.columns import NO_TIME, ZONE, frame_columns, row_columns
from models.floors import floors_of
from tests.students import (
    AS_OF,
    POLICY,
    Request,
    assessed,
    by_rules,
    concern,
    days_before,
    eight,
    interview,
    phq9,
    student,
)

THEN = days_before(30)
PRIORITY: dict[str, Any] = {"responses": [phq9(1, on=THEN)]}
CRISIS: dict[str, Any] = {"responses": [phq9(3, on=THEN)]}


def ids(request: Request, as_of: date = AS_OF) -> list[str]:
    return [floor.id for floor in by_rules(request, as_of).floors]


@pytest.mark.parametrize("days", [1, 29])
def test_a_named_interview_on_a_later_day_closes_priority(days: int) -> None:
    done = student(**PRIORITY, outcomes=[interview(THEN + timedelta(days=days), level=1)])
    assert ids(done) == []
    assert by_rules(done).tier is Tier.WATCH, "the person's own word holds afterwards"
    assert by_rules(done).tier_source == "human"


@pytest.mark.parametrize(
    "outcome",
    [
        interview(THEN - timedelta(days=1)),
        interview(THEN),
        {**interview(), "selection_reason": "audit"},
        interview(by=None),
        interview(days_before(-1)),
        {**interview(), "recorded_on": days_before(-1)},
        {**interview(), "kind": "referral"},
    ],
    ids=[
        "before the evidence",
        "on its own day",
        "blind, by lot",
        "nobody's name",
        "not held yet",
        "not recorded yet",
        "no interview",
    ],
)
def test_what_does_not_close_it(outcome: dict[str, Any]) -> None:
    assert ids(student(**PRIORITY, outcomes=[outcome])) == ["R01"]


def test_an_interview_before_a_late_sheet_came_in_has_not_assessed_it() -> None:
    """Who spoke with the student while the sheet was still on its way has not seen it."""
    late = {**phq9(1, on=THEN), "received_at": THEN + timedelta(days=5)}
    assert ids(student(responses=[late], outcomes=[interview(THEN + timedelta(days=4))])) == ["R01"]
    assert ids(student(responses=[late], outcomes=[interview(THEN + timedelta(days=5))])) == ["R01"], "that same day"
    assert ids(student(responses=[late], outcomes=[interview(THEN + timedelta(days=6))])) == []
    told = {**concern("self_harm", THEN), "recorded_on": THEN + timedelta(days=5)}
    assert ids(student(concerns=[told], outcomes=[interview(THEN + timedelta(days=4))])) == ["R10"]
    assert ids(student(concerns=[told], outcomes=[interview(THEN + timedelta(days=6))])) == []


def test_crisis_needs_two_people() -> None:
    """危机 is closed by two named people together, or it stays."""
    after = THEN + timedelta(days=1)
    alone = student(**CRISIS, outcomes=[interview(after, 0)])
    twice = student(**CRISIS, outcomes=[interview(after, 0, second="staff-1")])
    both = student(**CRISIS, outcomes=[interview(after, 0, second="staff-2")])
    assert ids(alone) == ids(twice) == ["R02"]
    assert by_rules(alone).tier is Tier.CRISIS
    assert ids(both) == []
    assert by_rules(both).tier is Tier.ROUTINE


def test_time_closes_nothing() -> None:
    """Years later the evidence is still open."""
    for request in (student(**PRIORITY), student(**CRISIS), student(concerns=[concern("self_harm", THEN)])):
        now, later = by_rules(request), by_rules(request, date(2030, 5, 20))
        assert [floor.evidence for floor in now.floors] == [floor.evidence for floor in later.floors]
        assert later.tier is now.tier, "a tier has fallen by itself"


def test_a_better_later_sheet_closes_nothing() -> None:
    request = student(responses=[phq9(2, eight(20), on=THEN), phq9(0, on=AS_OF)])
    assert ids(request) == ["R02", "phq9-total-15"]


def test_the_model_closes_nothing(artifact: Artifact) -> None:
    """A floor holds with a model that has nothing to say against it."""
    calm = student(**CRISIS)
    calm["responses"].append(phq9(0, on=AS_OF))
    said = assessed([calm], artifact)[0]
    assert (said.tier, said.tier_source) == (Tier.CRISIS, "floor")
    assert said.probability is not None
    assert all(reason.contribution > 0 for reason in said.reasons), "ease is shown while a floor is open"


def test_new_evidence_opens_anew() -> None:
    """The next sheet is evidence of its own, under a key of its own."""
    old, new = phq9(1, on=THEN), phq9(1, on=days_before(3))
    done = [interview(days_before(20))]
    assert ids(student(responses=[old], outcomes=done)) == []
    said = by_rules(student(responses=[old, new], outcomes=done))
    assert [floor.evidence for floor in said.floors] == ["R01:phq9:1:2026-03-31"]


def test_the_same_evidence_opens_once() -> None:
    twice = by_rules(student(responses=[phq9(1, on=THEN), phq9(1, on=THEN)]))
    assert len(twice.floors) == 1


def test_a_sheet_that_arrives_after_its_recall_window_is_history() -> None:
    """PHQ-9 asks about two weeks: a sheet received later is cleared by a person, without a clock of minutes."""
    for days, late in ((14, False), (15, True)):
        said = by_rules(student(responses=[phq9(2, on=days_before(days), received=AS_OF)]))
        assert [(floor.id, floor.history) for floor in said.floors] == [("R02", late)], f"received after {days} days"
        assert said.tier is Tier.CRISIS, "history is still evidence"
    received_then = by_rules(student(responses=[phq9(2, on=days_before(200), received=days_before(199))]))
    assert not received_then.floors[0].history, "it was fresh when it came; that nobody looked does not make it history"


def test_without_a_receipt_an_old_sheet_is_history() -> None:
    old = phq9(2, on=days_before(60))
    old["received_at"] = None
    assert by_rules(student(responses=[old])).floors[0].history


def test_a_sheet_not_received_yet_is_not_known() -> None:
    request = student(responses=[phq9(3, on=days_before(3), received=days_before(-1))])
    assert ids(request) == []
    assert ids(request, days_before(-1)) == ["R02"]


def test_floors_of_totals_are_closed_like_any_other() -> None:
    high = student(responses=[phq9(0, eight(20), on=THEN)])
    assert [(f.id, f.tier) for f in by_rules(high).floors] == [("phq9-total-15", Tier.PRIORITY)]
    assert ids({**high, "outcomes": [interview()]}) == []


def test_everything_that_the_records_prove_is_evidence_whoever_has_assessed_it() -> None:
    """What a person has assessed is decided elsewhere, from the facts on record."""
    records = records_of_requests([student(**CRISIS, outcomes=[interview(second="staff-2")])])
    assert [floor.id for floor in floors_of(records, date_to_day(AS_OF), POLICY)[0]] == ["R02"]


def test_the_moment_of_receipt_is_carried_where_it_is_on_record() -> None:
    """Clocks start at receipt. Local time stands without a zone; an evening in UTC is the next day in China."""
    local = phq9(2)
    floor = by_rules(student(responses=[local])).floors[0]
    assert (floor.known_on, floor.received_at) == (AS_OF, datetime(2026, 4, 3, 9, 30, tzinfo=ZONE))
    evening = {**phq9(2, on=days_before(1)), "received_at": datetime(2026, 4, 2, 16, 30, 5, tzinfo=UTC)}
    floor = by_rules(student(responses=[evening])).floors[0]
    assert (floor.known_on, floor.received_at) == (AS_OF, datetime(2026, 4, 3, 0, 30, 5, tzinfo=ZONE))
    assert ids(student(responses=[evening]), days_before(1)) == [], "it had not come in by the end of that day"
    for unknown in (None, AS_OF, datetime(2026, 4, 3)):
        floor = by_rules(student(responses=[{**phq9(2), "received_at": unknown}])).floors[0]
        assert (floor.known_on, floor.received_at) == (AS_OF, None), "a day is no moment"


def test_a_dataset_and_a_request_carry_the_same_moment() -> None:
    row = {"student_id": "S-1", "administered_on": AS_OF, "received_at": pd.Timestamp("2026-04-03 09:30:00.25")}
    table = TABLES["scores"]
    frame = conform(pd.DataFrame([{**row, "instrument": "phq9", "scale": "total", "value": 20.0}]), table)
    asked = {**row, "instrument": "phq9", "scale": "total", "value": 20.0, "received_at": datetime(2026, 4, 3, 9, 30)}
    for columns in (frame_columns(frame, table), row_columns([asked], table)):
        assert (columns["received_at"][0], columns["received_at.second"][0]) == (date_to_day(AS_OF), 34_200)
    days = frame.assign(received_at=[pd.Timestamp(AS_OF)])
    assert frame_columns(days, table)["received_at.second"][0] == NO_TIME, "a day is written as its midnight"
    empty = frame.assign(received_at=pd.Series([pd.NaT], dtype="datetime64[us]"))
    assert frame_columns(empty, table)["received_at.second"][0] == NO_TIME


def test_of_two_exports_of_one_sheet_the_first_receipt_counts() -> None:
    first, again = phq9(2), {**phq9(2), "received_at": datetime(2026, 4, 3, 11)}
    for rows in ([first, again], [again, first]):
        (floor,) = by_rules(student(responses=rows)).floors
        assert floor.received_at == datetime(2026, 4, 3, 9, 30, tzinfo=ZONE)


def test_a_persons_crisis_is_lowered_by_two_people_only() -> None:
    """危机 that a person has found stays until two people have found less together; one alone is not enough."""
    found = interview(THEN, level=3, second="staff-2")
    later = [THEN + timedelta(days=10), THEN + timedelta(days=20)]
    alone = by_rules(student(outcomes=[found, interview(later[0], level=1)]))
    assert (alone.tier, alone.tier_source) == (Tier.CRISIS, "human")
    both = by_rules(student(outcomes=[found, interview(later[0], level=1, second="staff-3")]))
    assert (both.tier, both.tier_source) == (Tier.PRIORITY, "human"), "for half a year at least"
    long_ago = interview(AS_OF - timedelta(days=200), level=3, second="staff-2")
    lowered = interview(AS_OF - timedelta(days=190), level=2, second="staff-3")
    assert by_rules(student(outcomes=[long_ago, lowered])).tier is Tier.PRIORITY
    after = [long_ago, lowered, interview(AS_OF - timedelta(days=3), level=1)]
    assert by_rules(student(outcomes=after)).tier is Tier.WATCH, "after half a year one person's word is enough again"
