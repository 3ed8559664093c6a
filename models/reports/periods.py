"""The times that reports are of: weeks from Monday, calendar months, terms of a school's calendar, half-years."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data_schemas.calendar import SchoolCalendar, day_to_date
from data_schemas.codes import Code

DAY = timedelta(days=1)


class ReportKind(Code):
    """Which meeting of the plan a report is for (spec 4.3, D28–D31)."""

    WEEK = ("week", "每周", "weekly")
    MONTH = ("month", "每月", "monthly")
    TERM = ("term", "每学期", "termly")
    HALF = ("half", "每半年", "half-yearly")


@dataclass(frozen=True)
class ReportPeriod:
    """From the `first` to the `last` day, both counted."""

    kind: ReportKind
    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def name(self) -> str:
        """2026-W48, 2026-11, 2026-09-01 (the term that begins then) or 2026H2."""
        if self.kind is ReportKind.WEEK:
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02}"
        if self.kind is ReportKind.MONTH:
            return f"{self.first:%Y-%m}"
        if self.kind is ReportKind.TERM:
            return f"{self.first}"
        return f"{self.first.year}H{1 if self.first.month == 1 else 2}"


def period_of(kind: ReportKind, day: date, school: SchoolCalendar) -> ReportPeriod | None:
    """The time in which a day lies; between terms the term before. None before the first term of the calendar."""
    if kind is ReportKind.WEEK:
        monday = day - timedelta(days=day.weekday())
        return ReportPeriod(kind, monday, monday + timedelta(days=6))
    if kind is ReportKind.MONTH:
        return ReportPeriod(kind, day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]))
    if kind is ReportKind.HALF:
        first = date(day.year, 1 if day.month <= 6 else 7, 1)
        return ReportPeriod(kind, first, date(day.year, 6, 30) if day.month <= 6 else date(day.year, 12, 31))
    return _term(day, school)


def _term(day: date, school: SchoolCalendar) -> ReportPeriod | None:
    begun = np.flatnonzero(school.term[: max(0, (day - day_to_date(school.first)).days + 1)])
    if begun.size == 0:
        return None
    inside = np.flatnonzero(school.term == school.term[begun[-1]]) + school.first
    return ReportPeriod(ReportKind.TERM, day_to_date(int(inside[0])), day_to_date(int(inside[-1])))
