"""The time that duties run in: terms, weeks and months of a school's own calendar, and the deadline arithmetic.

The starting day is not counted, a period in months ends on the corresponding day or the month's last one (民法典
201–203), and nothing rolls forward over a holiday: for what protects children the stricter reading holds.
"""

import calendar as months
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data_schemas.calendar import SchoolCalendar, Span, date_to_day, day_to_date, school_year
from data_schemas.instruments import Words
from models.policy import Policy
from models.triage.clocks import school_days_after
from models.triage.facts import day_start

DAY, WEEK = timedelta(days=1), timedelta(days=7)
OPENING_DAYS, AROUND_HOLIDAY = 14, 3  # days: how long 开学季 lasts, and how near a longer holiday is


@dataclass(frozen=True)
class DutyTime:
    """Today at a school: `terms` of its school year, in order; `next_term` is the one that begins next. What was due
    before `since`, the day of the school's first list, is not counted."""

    today: date
    since: date
    terms: tuple[Span, ...]
    next_term: Span | None
    school: SchoolCalendar
    policy: Policy

    @property
    def begun(self) -> tuple[Span, ...]:
        """The terms of this school year that have begun."""
        return tuple(one for one in self.terms if one.first <= self.today)

    @property
    def year_end(self) -> date | None:
        return self.terms[-1].last if self.terms else None

    def after(self, day: date, days: int) -> date:
        return day + days * DAY

    def school_days_after(self, day: date, days: int) -> date:
        return school_days_after(day_start(day), days, self.school).date()

    def weeks(self, term: Span, first: date) -> Iterator[tuple[date, date]]:
        """The weeks of a term, Monday to Sunday, from that of `first` on, up to this one; only such with school."""
        monday = max(term.first, first) - timedelta(days=max(term.first, first).weekday())
        while monday <= min(term.last, self.today):
            if self._has_school(monday):
                yield monday, monday + WEEK - DAY
            monday += WEEK

    def months(self, first: date) -> Iterator[tuple[date, date]]:
        """The calendar months from the first whole one after a day on, within the school year, up to this one."""
        begin = max(first, self.terms[0].first) if self.terms else self.today
        year, month = begin.year, begin.month
        if begin.day > 1:
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        while (start := date(year, month, 1)) <= self.today:
            yield start, date(year, month, months.monthrange(year, month)[1])
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)

    def _has_school(self, monday: date) -> bool:
        days = np.arange(date_to_day(monday), date_to_day(monday) + 7)
        return bool(self.school.is_school_day(days).any())


def a_month_after(day: date) -> date:
    """The corresponding day of the next month, or that month's last."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, months.monthrange(year, month)[1]))


def duty_time(today: date, since: date, school: SchoolCalendar, policy: Policy) -> DutyTime:
    found = _terms(school, today)
    year = school_year(today)
    mine = tuple(one for one in found if school_year(one.first) == year)
    after = next((one for one in found if one.first > today), None)
    return DutyTime(today, since, mine, after, school, policy)


def _terms(school: SchoolCalendar, today: date) -> list[Span]:
    """The terms from a year before a day to a year after it."""
    first = max(date_to_day(today) - 400 - school.first, 0)
    last = min(date_to_day(today) + 400 - school.first, len(school.term))
    part = school.term[first:last]
    spans = []
    for number in sorted(set(part.tolist()) - {0}):
        inside = np.flatnonzero(school.term == number) + school.first
        spans.append(Span(day_to_date(int(inside[0])), day_to_date(int(inside[-1]))))
    return spans


OPENING = Words(zh="开学季", en="beginning of term")
EXAMS = Words(zh="考试季", en="exams")
BEFORE_HOLIDAY = Words(zh="节假日前", en="before a holiday")
AFTER_HOLIDAY = Words(zh="节假日返校", en="back after a holiday")
GRADUATION = Words(zh="升学季", en="admission season")
EMPLOYMENT = Words(zh="就业季", en="season of taking up work")


def key_seasons(time: DutyTime) -> tuple[Words, ...]:
    """Which of the plan's key moments a day lies in: 开学季、考试季、升学季、就业季, and days around holidays."""
    found, day, school = [], time.today, time.school
    if any(one.first <= day < one.first + OPENING_DAYS * DAY for one in time.terms):
        found.append(OPENING)
    ahead = np.arange(date_to_day(day), date_to_day(day) + AROUND_HOLIDAY + 1)
    before = np.arange(date_to_day(day) - AROUND_HOLIDAY, date_to_day(day) + 1)
    if school.before_exam[ahead[0] - school.first]:
        found.append(EXAMS)
    if bool(school.is_school_day(ahead[:1])[0]) and _long_break_from(school, day):
        found.append(BEFORE_HOLIDAY)
    if bool(school.is_return_day(before).any()):
        found.append(AFTER_HOLIDAY)
    for words, span in ((GRADUATION, time.policy.duties.graduation), (EMPLOYMENT, time.policy.duties.employment)):
        if span[0] <= f"{day:%m-%d}" <= span[1]:
            found.append(words)
    return tuple(found)


def _long_break_from(school: SchoolCalendar, day: date) -> bool:
    """Whether three days or more without school begin within the days around."""
    days = np.arange(date_to_day(day) + 1, date_to_day(day) + AROUND_HOLIDAY + 4)
    free = (~school.is_school_day(days)).tolist()
    return any(all(free[n : n + 3]) for n in range(AROUND_HOLIDAY))
