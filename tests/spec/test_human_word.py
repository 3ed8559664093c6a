"""What people's words hold: who raises a tier, who lowers it, and what a correction takes back."""

from datetime import date, datetime
from itertools import permutations
from typing import Any

import pytest

from data_schemas.calendar import date_to_day
from data_schemas.codes import Tier
from models import records_of_requests
from models.policy import read_policy
from models.triage import ZONE, Word, in_force
from models.triage.from_records import levels_of, open_of, seen_of
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
    ([said(9, 3), said(5, 1, second="staff-2")], PRIORITY),
    ([said(9, 3), said(9, 1, "staff-2", "staff-3")], CRISIS),
    ([said(9, 3), said(5, 2, second="staff-2"), said(2, 1)], PRIORITY),
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
    ([event(9, 3), said(5, 1, second="staff-2")], PRIORITY),
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
        assert levels_of(records, date_to_day(AS_OF)).tolist() == [level]


def test_many_students_at_once_are_each_as_alone() -> None:
    records = records_of_requests([student(f"S-{n}", outcomes=rows) for n, (rows, _) in enumerate(HISTORIES)])
    assert levels_of(records, date_to_day(AS_OF)).tolist() == [level for _, level in HISTORIES]


def test_a_word_not_recorded_yet_is_not_known() -> None:
    later = said(5, 3, recorded_on=days_before(-1))
    assert by_rules(student(outcomes=[later])).tier is Tier.ROUTINE
    assert by_rules(student(outcomes=[later]), days_before(-1)).tier is Tier.CRISIS


DANGER = phq9(3, on=days_before(20))
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
        records = records_of_requests([student(responses=[DANGER], outcomes=list(rows))])
        left = open_of(records, date_to_day(AS_OF), read_policy())[0]
        assert ([floor.id for floor in left] == []) == by_two
        assert levels_of(records, date_to_day(AS_OF)).tolist() == [level]


def test_a_correction_from_two_people_to_one_leaves_the_danger_open() -> None:
    sheet = phq9(3, on=days_before(20))
    alone = {**CORRECTED, "second_interviewer": None, "recorded_on": days_before(7)}
    assert by_rules(student(responses=[sheet], outcomes=[CORRECTED])).floors == ()
    assert [f.id for f in by_rules(student(responses=[sheet], outcomes=[CORRECTED, alone])).floors] == ["R02"]


def test_a_blind_talk_is_an_interview_and_closes_nothing() -> None:
    blind = said(9, 1, second="staff-2", **BLIND)
    records = records_of_requests([student(responses=[DANGER], outcomes=[blind, said(30, 0)])])
    assert seen_of(records, date_to_day(AS_OF)).tolist() == [date_to_day(days_before(9))]
    assert [floor.id for floor in open_of(records, date_to_day(AS_OF), read_policy())[0]] == ["R02"]


def test_a_model_s_cohort_asks_for_a_named_person_s_word() -> None:
    for history, level in (([said(9, 2)], PRIORITY), ([said(9, 2, None)], -1), ([event(9, 3)], -1)):
        records = records_of_requests([student(outcomes=history)])
        assert levels_of(records, date_to_day(AS_OF), named=True).tolist() == [level]


def test_a_correction_that_is_corrected_does_not_bring_back_what_it_took_the_place_of() -> None:
    """The first word was corrected by a newer export of it, and that one by name."""

    def word(name: str, level: int, hour: int, corrects: str | None = None) -> Word:
        received = datetime(2026, 11, 20, hour, tzinfo=ZONE)
        return Word(name, "interview", level, date(2026, 11, 19), received, "staff-1", corrects=corrects)

    words = [word("first", 3, 9), word("again", 2, 10), word("named", 1, 11, corrects="again")]
    for order in permutations(words):
        assert [one.word_id for one in in_force(order)] == ["named"]
