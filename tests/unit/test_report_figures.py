"""What reports count of a school in a time, held beside counts made by hand."""

from datetime import date, timedelta
from typing import Any

import pytest

from data_schemas.calendar import default_calendar
from data_schemas.codes import Tier
from models import read_policy
from models.duties import DutyState, DutyStudent, DutyTask
from models.reports import (
    BookingMade,
    DutyDone,
    Referral,
    ReportKind,
    ReportPeriod,
    due_between,
    figures_of,
    period_of,
    together,
    told_of,
)
from models.triage import Attempt, CaseFacts, Piece, PlanStart, StudentFacts, Word, present_of
from tests.factories import AS_OF, NOW, floor, lead

HOUR = timedelta(hours=1)
WEEK = period_of(ReportKind.WEEK, AS_OF, default_calendar())


def at_stake(student_id: str, planned: tuple[date, ...] = (), **facts: Any) -> DutyStudent:
    one = StudentFacts(student_id, "school-01", **facts)
    return DutyStudent(present_of([one], read_policy(), default_calendar())[0], "七(1)班", 7, {}, planned=planned)


def talk(student_id: str, hours: float, level: int = 1, **more: Any) -> Word:
    at = NOW + hours * HOUR
    return Word(f"w-{student_id}", "interview", level, at.date(), at, "王老师", **{"assessed": ()} | more)


SHEET, REPORT = floor("R01", Tier.PRIORITY, evidence_on=AS_OF), lead(evidence_on=AS_OF)
STUDENTS = [
    # reached after 5 hours, which assessed the sheet; planned
    at_stake("S-1", pieces=(Piece(SHEET, NOW),), words=(talk("S-1", 5, 2, assessed=(SHEET.evidence,)),), screened=True,
             planned=(AS_OF + timedelta(days=1),)),
    # tried after an hour, reached after two; nothing assessed; a model had said 关注
    at_stake("S-2", pieces=(Piece(SHEET, NOW),), words=(talk("S-2", 2, 3),), screened=True,
             attempts=(Attempt(AS_OF, NOW + HOUR, "wang", False),), model_tier=Tier.WATCH, model_since=NOW - HOUR),
    # taken on after three hours, and known by a report of the month before
    at_stake("S-3", pieces=(Piece(SHEET, NOW), Piece(REPORT, NOW - 800 * HOUR)),
             case=CaseFacts((("", NOW + 3 * HOUR),), PlanStart(AS_OF + timedelta(days=9), {}))),
    # nobody yet
    at_stake("S-4", pieces=(Piece(SHEET, NOW),)),
    # nothing came in
    at_stake("S-5", screened=True, words=(talk("S-5", -24 * 20),)),
    # drawn by lot
    at_stake("S-6", screened=True, model_tier=Tier.PRIORITY, model_since=NOW),
]  # fmt: skip


def test_a_week_of_six_students_equals_a_count_by_hand() -> None:
    referrals = [Referral(AS_OF, True), Referral(AS_OF, False), Referral(WEEK.first - timedelta(days=1), True)]  # type: ignore[union-attr]
    assert WEEK is not None
    bookings = [BookingMade(AS_OF, True), BookingMade(AS_OF, False), BookingMade(WEEK.first - timedelta(days=1), True)]
    found = figures_of(STUDENTS, {"S-6"}, referrals, bookings, ["agree", "agree", "cannot_say"], WEEK)
    assert dict(found.groups["students"]) == {
        "pending": 0, "crisis": 1, "priority": 3, "watch": 1, "routine": 0, "blind": 1,
    }  # fmt: skip
    assert dict(found.groups["received"]) == {"assessed": 1, "acted": 2, "waiting": 1}
    assert dict(found.groups["views"]) == {"raised": 1, "same": 0, "lowered": 0}
    assert dict(found.groups["explanations"]) == {"agree": 2, "disagree": 0, "cannot_say": 1}
    assert found.counts == {
        "screened": 4,
        "known": 1,
        "booked": 2,
        "kept": 1,
        "talks": 2,
        "referrals": 2,
        "answered": 1,
    }
    assert sorted(found.waits["action"]) == [1, 3, 5, float("inf")]
    assert sorted(found.waits["reached"]) == [2, 5, float("inf"), float("inf")]
    assert sum(hours < float("inf") for hours in found.waits["plan"]) == 2


def test_several_schools_are_one_sum_and_medians_count_who_still_waits() -> None:
    assert WEEK is not None
    one = figures_of(STUDENTS, (), (), (), (), WEEK)
    both = together([one, one])
    assert sum(both.groups["students"].values()) == 12
    assert both.counts["talks"] == 4
    told = told_of(one, 0)
    assert told.waits["action"].hours == 4
    assert told.waits["reached"].hours == float("inf"), "half of them are not reached yet"
    assert told_of(together([one] * 3), 5).waits["action"].hours == 24, "in days for who sees no student"
    assert told_of(both, 5).waits["action"].hours is None, "of fewer than ten nothing is told"


def test_duties_are_counted_by_the_day_on_which_they_were_due() -> None:
    def task(due: date, state: DutyState, over: int = 0, duty: str = "D03") -> DutyTask:
        return DutyTask(duty, "S-1", due, due, state, days_over=over)

    first, last = date(2026, 11, 1), date(2026, 11, 30)
    tasks = [
        task(first, DutyState.DONE),
        task(last, DutyState.DONE, 3),
        task(last, DutyState.OVERDUE, 4),
        task(last, DutyState.MISSED),
        task(last, DutyState.OPEN),
        task(last, DutyState.EXCUSED),
        task(last, DutyState.LOCKED),
        task(last + timedelta(days=1), DutyState.DONE),
        task(first - timedelta(days=1), DutyState.DONE),
        task(last, DutyState.DONE, duty="D05"),
    ]
    assert due_between(tasks, first, last) == {"D03": DutyDone(4, 2, 1), "D05": DutyDone(1, 1, 0)}


@pytest.mark.parametrize(
    ("kind", "day", "name", "days"),
    [
        ("week", date(2027, 1, 3), "2026-W53", 7),
        ("month", date(2028, 2, 29), "2028-02", 29),
        ("half", date(2026, 6, 30), "2026H1", 181),
        ("half", date(2026, 7, 1), "2026H2", 184),
    ],
)
def test_periods_have_names_and_whole_days(kind: str, day: date, name: str, days: int) -> None:
    found = period_of(ReportKind.of(kind), day, default_calendar())
    assert found is not None
    assert (found.name, (found.last - found.first).days + 1) == (name, days)
    assert day in found
    assert period_of(ReportKind.of(kind), found.last, default_calendar()) == found


def test_in_the_holidays_the_term_before_is_told_of() -> None:
    autumn = period_of(ReportKind.TERM, date(2026, 10, 8), default_calendar())
    assert autumn is not None
    assert autumn.first == date(2026, 9, 1)
    assert period_of(ReportKind.TERM, autumn.last + timedelta(days=2), default_calendar()) == autumn
    assert period_of(ReportKind.TERM, date(1990, 1, 1), default_calendar()) is None
    assert ReportPeriod(ReportKind.TERM, autumn.first, autumn.last).name == "2026-09-01"
