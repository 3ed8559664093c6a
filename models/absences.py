"""Each day of one student as it is known: at school, on leave, suspended, without school, or unknown.

Absence of a record is not attendance: before enrolment and outside of what the school's table covers a day is unknown.
The days are those that features and floors count (`models.features.leave_days`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from data_schemas.calendar import date_to_day, day_to_date
from data_schemas.codes import Code, LeaveType
from data_schemas.school_days import Calendars
from models.features.leave_days import ABSENCE, leave_days
from models.records import records_of_requests, rows_of
from models.suspensions import suspensions


class DayKind(Code):
    """What is known of a day. The Chinese words are those that stand in its square."""

    SICK = ("sick", "病", "sick leave")
    PERSONAL = ("personal", "事", "personal leave")
    UNEXCUSED = ("unexcused", "旷", "without leave")
    OTHER = ("other", "假", "other leave")
    SUSPENDED = ("suspended", "休", "suspended")
    PRESENT = ("present", "", "no leave on record")
    NO_SCHOOL = ("no_school", "", "no school")
    UNKNOWN = ("unknown", "", "not known")


OF_TYPE = {
    LeaveType.UNEXCUSED: DayKind.UNEXCUSED,
    LeaveType.SICK: DayKind.SICK,
    LeaveType.PERSONAL: DayKind.PERSONAL,
    LeaveType.QUARANTINE: DayKind.OTHER,
    LeaveType.UNKNOWN: DayKind.OTHER,
}  # of several kinds on one day the first stands


@dataclass(frozen=True)
class KnownDay:
    """One day. `share` is the part of it that was missed, `returns` marks the first school day after three or more
    without school."""

    on: date
    kind: DayKind
    share: float = 0.0
    returns: bool = False


def known_days(
    leaves: Sequence[Mapping[str, Any]] | None,
    school_id: str,
    calendars: Calendars,
    since: date,
    until: date,
    covered: tuple[date, date] | None = None,
    enrolled_on: date | None = None,
) -> list[KnownDay]:
    """Every day from `since` to `until` from the leave on record by then; None is a table that nobody handed in, and
    every school day of it is unknown. Raises `UserError` for days outside the school's calendar."""
    calendar, as_of = calendars.of(school_id), date_to_day(until)
    days = np.arange(date_to_day(since), as_of + 1)
    taught, returns = calendar.is_school_day(days), calendar.is_return_day(days)
    record = {"student_id": "", "school_id": school_id, "stage": "junior", "leaves": list(leaves or ())}
    records = records_of_requests([record], {}, calendars)
    rows, _ = rows_of(records, "leaves")
    kinds: dict[int, DayKind] = {}
    shares: dict[int, float] = {}
    for kind in (one for one in OF_TYPE if one in ABSENCE):
        found = leave_days(rows.where(rows["type"] == kind.place), as_of, records.school)
        for day, weight in zip(found.day.tolist(), found.weight.tolist(), strict=True):
            kinds.setdefault(day, OF_TYPE[kind])
            shares[day] = min(1.0, shares.get(day, 0.0) + weight)
    away = suspensions(rows, as_of)
    spans = list(zip(away.since.tolist(), away.until.tolist(), strict=True))

    def kind_of(day: int, school: bool) -> DayKind:
        if not school:
            return DayKind.NO_SCHOOL
        if any(first <= day <= last for first, last in spans):
            return DayKind.SUSPENDED
        if day in kinds:
            return kinds[day]
        on = day_to_date(day)
        outside = covered is not None and not covered[0] <= on <= covered[1]
        if leaves is None or outside or (enrolled_on is not None and on < enrolled_on):
            return DayKind.UNKNOWN
        return DayKind.PRESENT

    return [
        KnownDay(day_to_date(day), kind_of(day, school), shares.get(day, 0.0) if school else 0.0, bool(back))
        for day, school, back in zip(days.tolist(), taught.tolist(), returns.tolist(), strict=True)
    ]
