"""School days, from the terms of a school year and China's public holidays.

Terms are configuration: no official term dates are built in. The default terms below are an assumption that
is stated wherever it is used; public holidays and make-up work days come from the `holidays` library, which
follows the yearly notices of 国务院办公厅.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache

import holidays
import numpy as np
from numpy.typing import NDArray

from runxin.errors import bad_data

Days = NDArray[np.int64]  # days since 1970-01-01
EPOCH = date(1970, 1, 1).toordinal()
YEARS = (2010, 2035)
FIRST_MONTH = 8  # of a school year
RETURN_AFTER = 3  # more days than this from one school day to the next: three or more without school in between
BEFORE_EXAM = 5  # school days


@dataclass(frozen=True)
class Terms:
    """First and last day of the two terms as (month, day); the autumn term ends in the next year."""

    autumn: tuple[tuple[int, int], tuple[int, int]] = ((9, 1), (1, 25))
    spring: tuple[tuple[int, int], tuple[int, int]] = ((2, 24), (6, 30))


@dataclass(frozen=True)
class Span:
    """From the first to the last day, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class Rules:
    """What a school says of its own year. A school year (from 1 August) of which it names a term has the terms that it
    names and no others; the other years keep the default ones. Of a day that it names in `taught` it says itself
    whether there is school."""

    terms: tuple[Span, ...] = ()
    breaks: tuple[Span, ...] = ()
    taught: Mapping[date, bool] = field(default_factory=dict)
    exams: tuple[Span, ...] = ()


@dataclass(frozen=True, eq=False)
class SchoolCalendar:
    """Arrays (days,) from `first` on, one place a day.

    `return_day` is the first school day after three or more days without school, and the first of a term; `before_exam`
    the five school days before an exam; `term` numbers the terms, 0 outside of them; `passed` counts school days up to
    and including each day; `previous` is the last school day before each day.
    """

    first: int
    school_day: NDArray[np.bool_]
    return_day: NDArray[np.bool_]
    before_exam: NDArray[np.bool_]
    term: Days
    passed: Days
    previous: Days

    def is_school_day(self, days: Days) -> NDArray[np.bool_]:
        """Whether each of `days` is a school day; raises `UserError` for a day outside the calendar."""
        return self.school_day[place_in(self.first, len(self.school_day), days)]

    def is_return_day(self, days: Days) -> NDArray[np.bool_]:
        """Whether each day is the first school day after three or more days without school."""
        return self.return_day[place_in(self.first, len(self.school_day), days)]

    def school_days_until(self, days: Days) -> Days:
        """A running count of school days: the difference of two is the number of school days in between."""
        return self.passed[place_in(self.first, len(self.school_day), days)]


def place_in(first: int, length: int, days: Days) -> Days:
    """Where days stand in a calendar; raises `UserError` for one outside of it."""
    place = np.asarray(days, dtype=np.int64) - first
    if place.size and (place.min() < 0 or place.max() >= length):
        span = f"{day_to_date(first)} to {day_to_date(first + length - 1)}"
        raise bad_data("a date lies outside the school calendar", fix=f"the calendar runs from {span}")
    return place


def date_to_day(day: date) -> int:
    return (day - date(1970, 1, 1)).days


@lru_cache(maxsize=2**15)  # of ninety years: a city names the same days over and over
def day_to_date(day: int) -> date:
    return date.fromordinal(int(day) + EPOCH)


def make_calendar(terms: Terms, first_year: int, last_year: int, rules: Rules | None = None) -> SchoolCalendar:
    """The calendar of whole years. A school day lies in a term and in no break, and is a make-up day or a weekday
    without holiday, unless the school says otherwise of the day."""
    rules = rules or Rules()
    first = date_to_day(date(first_year, 1, 1))
    days = np.arange(first, date_to_day(date(last_year, 12, 31)) + 1)
    public = holidays.country_holidays("CN", years=range(first_year, last_year + 1))
    holiday = np.isin(days, [date_to_day(day) for day in public])
    make_up = np.isin(days, [date_to_day(day) for day in public.weekend_workdays])
    weekday = (days + 3) % 7 < 5  # 1970-01-01 was a Thursday
    term = np.zeros(len(days), dtype=np.int64)
    for number, span in enumerate(terms_of(terms, first_year, last_year, rules), start=1):
        term[_inside(days, [span])] = number
    school_day = (term > 0) & ~_inside(days, rules.breaks) & (make_up | (weekday & ~holiday))
    for day, taught in rules.taught.items():
        if first_year <= day.year <= last_year:
            school_day[date_to_day(day) - first] = taught
    where, before_exam = np.flatnonzero(school_day), np.zeros(len(days), dtype=bool)
    passed = np.cumsum(school_day, dtype=np.int64)
    for exam in rules.exams:
        if first_year <= exam.first.year <= last_year:
            here = int(passed[date_to_day(exam.first) - first] - school_day[date_to_day(exam.first) - first])
            before_exam[where[max(here - BEFORE_EXAM, 0) : here]] = True
    return calendar_of_days(first, school_day, before_exam, term)


def calendar_of_days(
    first: int, school_day: NDArray[np.bool_], before_exam: NDArray[np.bool_], term: Days
) -> SchoolCalendar:
    """The calendar whose days are these, with all that follows from them."""
    where = np.flatnonzero(school_day)
    return_day = np.zeros(len(school_day), dtype=bool)
    return_day[where[np.diff(where, prepend=-10) > RETURN_AFTER]] = True
    days = np.arange(first, first + len(school_day))
    last_taught = np.maximum.accumulate(np.where(school_day, days, first))
    passed = np.cumsum(school_day, dtype=np.int64)
    return SchoolCalendar(first, school_day, return_day, before_exam, term, passed, np.append(first, last_taught[:-1]))


def terms_of(terms: Terms, first_year: int, last_year: int, rules: Rules) -> tuple[Span, ...]:
    """The terms of the years: the school's own where it names any of a school year, the default ones elsewhere."""
    named = {school_year(span.first) for span in rules.terms}
    default = [
        Span(date(year, *start), date(ends_in, *end))
        for year in range(first_year - 1, last_year + 1)
        for (start, end), ends_in, began in (
            (terms.autumn, year + 1, year),
            (terms.spring, year, year - 1),
        )
        if began not in named
    ]
    return tuple(sorted([*default, *rules.terms], key=lambda span: span.first))


def school_year(day: date) -> int:
    """The calendar year in which a day's school year began."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def _inside(days: Days, spans: Iterable[Span]) -> NDArray[np.bool_]:
    found = np.zeros(len(days), dtype=bool)
    for span in spans:
        found |= (days >= date_to_day(span.first)) & (days <= date_to_day(span.last))
    return found


@cache
def default_calendar() -> SchoolCalendar:
    """The calendar used where a school has not configured one (see the module's note)."""
    return make_calendar(Terms(), *YEARS)
