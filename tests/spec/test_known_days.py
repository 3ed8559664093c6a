"""Each day of one student as it is known: leave by its kind, suspension, holidays, days back, and days nobody can speak
of."""

from datetime import date
from typing import Any

from data_schemas.school_days import Calendars
from models.absences import DayKind, KnownDay, known_days

FIRST, LAST = date(2026, 9, 14), date(2026, 10, 16)  # the National Day holiday lies within
TUESDAY, WEDNESDAY = date(2026, 9, 15), date(2026, 9, 16)


def leave(kind: str, start: date, end: date | None = None, **more: Any) -> dict[str, Any]:
    return {"type": kind, "start_on": start, "end_on": end or start, "recorded_on": start} | more


def days(rows: list[dict[str, Any]] | None, **more: Any) -> dict[date, KnownDay]:
    return {one.on: one for one in known_days(rows, "school-01", Calendars(), FIRST, LAST, **more)}


def test_each_kind_of_leave_stands_on_its_day() -> None:
    known = days([leave("sick", TUESDAY), leave("personal", WEDNESDAY), leave("unexcused", date(2026, 9, 17))])
    kinds = [known[date(2026, 9, n)].kind for n in (14, 15, 16, 17, 18)]
    assert kinds == [DayKind.PRESENT, DayKind.SICK, DayKind.PERSONAL, DayKind.UNEXCUSED, DayKind.PRESENT]
    assert known[TUESDAY].share == 1.0


def test_two_halves_are_a_day_and_absence_without_leave_is_named_first() -> None:
    halves = [leave("sick", TUESDAY, half_days=1), leave("unexcused", TUESDAY, half_days=1)]
    assert (days(halves)[TUESDAY].kind, days(halves)[TUESDAY].share) == (DayKind.UNEXCUSED, 1.0)
    assert days(halves[:1])[TUESDAY].share == 0.5


def test_what_was_withdrawn_later_is_no_leave() -> None:
    rows = [leave("sick", TUESDAY), leave("sick", TUESDAY, date(2026, 9, 14), recorded_on=WEDNESDAY)]
    assert days(rows)[TUESDAY].kind is DayKind.PRESENT


def test_holidays_are_no_school_and_the_day_back_is_marked() -> None:
    known = days([])
    assert known[date(2026, 10, 1)].kind is DayKind.NO_SCHOOL
    back = [on for on, one in known.items() if one.returns and on > date(2026, 10, 1)]
    assert len(back) == 1
    assert known[back[0]].kind is DayKind.PRESENT


def test_a_suspension_is_neither_leave_nor_attendance_until_the_return() -> None:
    rows = [leave("suspension", WEDNESDAY, date(2026, 12, 1)), leave("resumption", date(2026, 9, 21))]
    known = days(rows)
    assert [known[on].kind for on in (WEDNESDAY, date(2026, 9, 18))] == [DayKind.SUSPENDED] * 2
    assert known[date(2026, 9, 21)].kind is DayKind.PRESENT


def test_a_day_that_nobody_can_speak_of_is_unknown() -> None:
    assert days(None)[TUESDAY].kind is DayKind.UNKNOWN, "no table was handed in"
    covered = days([], covered=(WEDNESDAY, date(2026, 9, 30)))
    assert [covered[on].kind for on in (TUESDAY, WEDNESDAY)] == [DayKind.UNKNOWN, DayKind.PRESENT]
    assert covered[date(2026, 10, 12)].kind is DayKind.UNKNOWN
    assert days([], enrolled_on=WEDNESDAY)[TUESDAY].kind is DayKind.UNKNOWN
    outside = days([leave("sick", TUESDAY)], covered=(WEDNESDAY, LAST))
    assert outside[TUESDAY].kind is DayKind.SICK, "what is on record is known"
