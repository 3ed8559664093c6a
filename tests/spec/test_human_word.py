"""What people's words hold: who raises a tier, who lowers it, and what a correction takes back."""

from itertools import permutations
from typing import Any

import numpy as np
import pytest

from data_schemas.calendar import date_to_day
from data_schemas.codes import Tier
from data_schemas.tables import TABLES
from models import records_of_requests
from models.columns import NO_DAY, row_columns
from models.floors import assessed, human_levels
from models.records import Rows
from tests.students import AS_OF, Row, by_rules, days_before, interview, phq9, student

ROUTINE, WATCH, PRIORITY, CRISIS = range(4)


def said(days: int, level: int, by: str | None = "staff-1", second: str | None = None, **fields: Any) -> Row:
    """An interview so many days before the as-of date."""
    return {**interview(days_before(days), level, by, second), **fields}


def event(days: int, level: int, kind: str = "crisis_event") -> Row:
    on = days_before(days)
    return {"kind": kind, "observed_on": on, "recorded_on": on, "level": level}


BLIND = {"selection_reason": "audit"}
UNNAMED = {"interviewer": None}
HISTORIES: list[tuple[list[Row], int]] = [
    ([], -1),
    ([said(9, 0)], ROUTINE),
    ([said(9, 2)], PRIORITY),
    ([said(9, 2), said(5, 1)], WATCH),
    ([said(9, 1), said(9, 2)], PRIORITY),
    # 危机 is lowered by two together, on a later day.
    ([said(9, 3), said(5, 1)], CRISIS),
    ([said(9, 3), said(5, 1, second="staff-1")], CRISIS),
    ([said(9, 3), said(5, 1, second="staff-2")], WATCH),
    ([said(9, 3), said(9, 1, "staff-2", "staff-3")], CRISIS),
    ([said(9, 3), said(5, 2, second="staff-2"), said(2, 1)], WATCH),
    ([said(9, 3), said(5, 1, second="staff-2"), said(5, 2, "staff-4")], PRIORITY),
    # A blind talk by lot, or one without a name, may raise and never lowers.
    ([said(9, 2), said(5, 0, **BLIND)], PRIORITY),
    ([said(9, 3), said(5, 0, second="staff-2", **BLIND)], CRISIS),
    ([said(9, 1), said(5, 2, **BLIND)], PRIORITY),
    ([said(9, 2), said(5, 0, **UNNAMED)], PRIORITY),
    ([said(9, 1), said(5, 3, **UNNAMED)], CRISIS),
    ([said(5, 0, **BLIND)], -1),
    ([said(5, 0, **UNNAMED)], -1),
    # Crisis events and referrals raise as their level says, until a later named talk says less.
    ([event(9, 3)], CRISIS),
    ([event(9, 2)], PRIORITY),
    ([event(9, 2, "referral")], PRIORITY),
    ([event(9, 0, "referral")], -1),
    ([said(9, 1), event(5, 3)], CRISIS),
    ([event(9, 2, "referral"), said(5, 1)], WATCH),
    ([event(9, 2, "referral"), said(9, 1)], PRIORITY),
    ([event(9, 3), said(5, 1)], CRISIS),
    ([event(9, 3), said(5, 1, second="staff-2")], WATCH),
    ([event(9, 3), said(9, 1, second="staff-2")], CRISIS),
    ([event(9, 3), event(5, 1)], CRISIS),
    # Without a name nothing is a correction.
    ([event(9, 3), {**event(9, 1), "recorded_on": days_before(7)}], CRISIS),
    ([said(9, 2, None), said(9, 1, None, recorded_on=days_before(7))], PRIORITY),
    # What is no word about the tier.
    ([event(9, 2, "suspension")], -1),
    ([event(9, 2, "survey")], -1),
]


@pytest.mark.parametrize(("history", "level"), HISTORIES)
def test_what_a_history_holds_in_any_order_of_rows(history: list[Row], level: int) -> None:
    for rows in permutations(history):
        records = records_of_requests([student(outcomes=list(rows))])
        assert assessed(records, date_to_day(AS_OF)).level.tolist() == [level]


def test_many_students_at_once_are_each_as_alone() -> None:
    records = records_of_requests([student(f"S-{n}", outcomes=rows) for n, (rows, _) in enumerate(HISTORIES)])
    assert assessed(records, date_to_day(AS_OF)).level.tolist() == [level for _, level in HISTORIES]


def test_the_rule_reads_plain_rows_of_outcomes() -> None:
    """The same function for whoever holds the facts: rows of the table and the places of their students."""
    rows = [said(9, 3), said(5, 1, second="staff-2"), event(3, 2, "referral")]
    plain = Rows(np.array([1, 1, 0]), row_columns(rows, TABLES["outcomes"]))
    assert human_levels(plain, 3).tolist() == [PRIORITY, WATCH, -1]
    assert human_levels(plain.where(np.zeros(3, dtype=bool)), 2).tolist() == [-1, -1]


def test_a_word_not_recorded_yet_is_not_known() -> None:
    later = said(5, 3, recorded_on=days_before(-1))
    assert by_rules(student(outcomes=[later])).tier is Tier.ROUTINE
    assert by_rules(student(outcomes=[later]), days_before(-1)).tier is Tier.CRISIS


CORRECTED = said(9, 1, second="staff-2", recorded_on=days_before(9))


@pytest.mark.parametrize(
    ("correction", "by_two", "level"),
    [
        ({"second_interviewer": None, "recorded_on": days_before(7)}, False, WATCH),
        ({"level": 3, "recorded_on": days_before(7)}, True, CRISIS),
        ({"level": 0, "recorded_on": days_before(7)}, True, ROUTINE),
        # Without an order on record the more careful row holds.
        ({"second_interviewer": None}, False, WATCH),
        ({"level": 2}, True, PRIORITY),
        ({"level": 0}, True, WATCH),
        # Another day, kind or interviewer is no correction, and neither is one that is not known yet.
        ({"level": 0, "interviewer": "staff-9", "second_interviewer": None}, True, WATCH),
        ({"level": 0, "interviewer": None, "recorded_on": days_before(7)}, True, WATCH),
        ({"second_interviewer": None, "recorded_on": days_before(-1)}, True, WATCH),
    ],
)
def test_a_correction_takes_back_what_the_corrected_record_said(correction: Row, by_two: bool, level: int) -> None:
    """Of one student, day, kind and first interviewer the row recorded last holds."""
    for rows in permutations([CORRECTED, {**CORRECTED, **correction}]):
        done = assessed(records_of_requests([student(outcomes=list(rows))]), date_to_day(AS_OF))
        assert (done.closing_by_two[0] != NO_DAY) == by_two
        assert done.level[0] == level


def test_a_correction_from_two_people_to_one_leaves_the_danger_open() -> None:
    sheet = phq9(3, on=days_before(20))
    alone = {**CORRECTED, "second_interviewer": None, "recorded_on": days_before(7)}
    assert by_rules(student(responses=[sheet], outcomes=[CORRECTED])).floors == ()
    assert [f.id for f in by_rules(student(responses=[sheet], outcomes=[CORRECTED, alone])).floors] == ["R02"]


def test_a_blind_talk_is_an_interview_and_closes_nothing() -> None:
    records = records_of_requests([student(outcomes=[said(9, 1, second="staff-2", **BLIND), said(20, 0)])])
    done = assessed(records, date_to_day(AS_OF))
    assert done.day.tolist() == done.by_two.tolist() == [date_to_day(days_before(9))]
    assert (done.closing.tolist(), done.closing_by_two.tolist()) == ([date_to_day(days_before(20))], [NO_DAY])


def test_a_model_s_cohort_asks_for_a_named_person_s_word() -> None:
    for history, level in (([said(9, 2)], PRIORITY), ([said(9, 2, None)], -1), ([event(9, 3)], -1)):
        assert assessed(records_of_requests([student(outcomes=history)]), date_to_day(AS_OF)).named_level == level
