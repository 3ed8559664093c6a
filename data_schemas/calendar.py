"""School days, from the terms of a school year and China's public holidays.

Terms are configuration: no official term dates are built in. The default terms below are an assumption that
is stated wherever it is used; public holidays and make-up work days come from the `holidays` library, which
follows the yearly notices of 国务院办公厅.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

import holidays
import numpy as np
from numpy.typing import NDArray

from runxin.errors import bad_data

Days = NDArray[np.int64]  # days since 1970-01-01


@dataclass(frozen=True)
class Terms:
    """First and last day of the two terms as (month, day); the autumn term ends in the next year."""

    autumn: tuple[tuple[int, int], tuple[int, int]] = ((9, 1), (1, 25))
    spring: tuple[tuple[int, int], tuple[int, int]] = ((2, 24), (6, 30))


@dataclass(frozen=True)
class SchoolCalendar:
    """Arrays over `first` … `first + len`, one place a day."""

    first: int
    school_day: NDArray[np.bool_]
    return_day: NDArray[np.bool_]
    passed: Days  # school days up to and including each day

    def is_school_day(self, days: Days) -> NDArray[np.bool_]:
        """Whether each of `days` is a school day; raises `UserError` for a day outside the calendar."""
        return self.school_day[self._place(days)]

    def is_return_day(self, days: Days) -> NDArray[np.bool_]:
        """Whether each day is the first school day after three or more days without school."""
        return self.return_day[self._place(days)]

    def school_days_until(self, days: Days) -> Days:
        """A running count of school days: the difference of two is the number of school days in between."""
        return self.passed[self._place(days)]

    def school_day_before(self, days: Days) -> Days:
        """The school day before each of `days`, which must be school days themselves."""
        taught = np.flatnonzero(self.school_day) + self.first
        return taught[np.maximum(self.passed[self._place(days)] - 2, 0)]

    def _place(self, days: Days) -> Days:
        place = np.asarray(days, dtype=np.int64) - self.first
        if place.size and (place.min() < 0 or place.max() >= len(self.school_day)):
            span = f"{day_to_date(self.first)} to {day_to_date(self.first + len(self.school_day) - 1)}"
            raise bad_data("a date lies outside the school calendar", fix=f"the calendar runs from {span}")
        return place


def date_to_day(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def day_to_date(day: int) -> date:
    return date.fromordinal(int(day) + date(1970, 1, 1).toordinal())


def make_calendar(terms: Terms, first_year: int, last_year: int) -> SchoolCalendar:
    """The calendar of whole years: a school day lies in a term and is a make-up day or a weekday without holiday."""
    first = date_to_day(date(first_year, 1, 1))
    days = np.arange(first, date_to_day(date(last_year, 12, 31)) + 1)
    public = holidays.country_holidays("CN", years=range(first_year, last_year + 1))
    holiday = np.isin(days, [date_to_day(day) for day in public])
    make_up = np.isin(days, [date_to_day(day) for day in public.weekend_workdays])
    weekday = (days + 3) % 7 < 5  # 1970-01-01 was a Thursday
    in_term = np.zeros(len(days), dtype=bool)
    for year in range(first_year - 1, last_year + 1):
        for (start, end), ends_in in ((terms.autumn, year + 1), (terms.spring, year)):
            in_term |= (days >= date_to_day(date(year, *start))) & (days <= date_to_day(date(ends_in, *end)))
    school_day = in_term & (make_up | (weekday & ~holiday))
    return SchoolCalendar(first, school_day, _return_days(school_day), np.cumsum(school_day))


@cache
def default_calendar() -> SchoolCalendar:
    """The calendar used where a school has not configured one (see the module's note)."""
    return make_calendar(Terms(), 2010, 2035)


def _return_days(school_day: NDArray[np.bool_]) -> NDArray[np.bool_]:
    where = np.flatnonzero(school_day)
    gaps = np.diff(where, prepend=-10)
    found = np.zeros(len(school_day), dtype=bool)
    found[where[gaps > 3]] = True
    return found
