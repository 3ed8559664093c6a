"""A calendar of days back to the tables that state it: terms, days taught or not, exams. The inverse of
`calendar_tables` up to what the days themselves show: breaks come back as days without school."""

from typing import Any

import numpy as np

from data_schemas.calendar import (
    BEFORE_EXAM,
    YEARS,
    Rules,
    SchoolCalendar,
    Span,
    Terms,
    day_to_date,
    default_calendar,
    make_calendar,
    school_year,
)
from runxin.errors import bad_data

Rows = dict[str, list[dict[str, Any]]]  # table → rows without a school


def same_days(one: SchoolCalendar, other: SchoolCalendar) -> bool:
    """Whether two calendars have the same school days, terms and days before exams."""
    same_span = one.first == other.first and len(one.term) == len(other.term)
    return same_span and all(
        bool((getattr(one, name) == getattr(other, name)).all()) for name in ("school_day", "before_exam", "term")
    )


def calendar_rows(calendar: SchoolCalendar) -> Rows:
    """Rows that make this calendar; none for the default one. Raises `UserError` where no rows do, as of a calendar
    that reaches over other years."""
    if same_days(calendar, default_calendar()):
        return {}
    terms = _own_terms(calendar)
    plain = make_calendar(Terms(), *YEARS, Rules(terms=terms))
    if plain.first != calendar.first or len(plain.term) != len(calendar.term):
        raise bad_data("a stored calendar reaches over other years than this version's", fix="publish a new screening")
    other = np.flatnonzero(plain.school_day != calendar.school_day)
    taught = {day_to_date(int(calendar.first + place)): bool(calendar.school_day[place]) for place in other}
    exams = _exams(calendar)
    rules = Rules(terms=terms, taught=taught, exams=exams)
    if not same_days(make_calendar(Terms(), *YEARS, rules), calendar):
        raise bad_data("a stored calendar cannot be written as tables", fix="publish a new screening")
    spans = {"terms": terms, "exams": exams}
    found: Rows = {
        name: [{"starts_on": span.first, "ends_on": span.last} for span in given]
        for name, given in spans.items()
        if given
    }
    if taught:
        found["makeup_days"] = [{"day": day, "taught": is_taught} for day, is_taught in sorted(taught.items())]
    return found


def _own_terms(calendar: SchoolCalendar) -> tuple[Span, ...]:
    """The terms of the school years that differ from the default ones."""
    mine, usual = _terms(calendar), _terms(default_calendar())
    differ = {school_year(span.first) for span in set(mine) ^ set(usual)}
    return tuple(span for span in mine if school_year(span.first) in differ)


def _terms(calendar: SchoolCalendar) -> list[Span]:
    turns = np.flatnonzero(np.diff(calendar.term, prepend=0))
    ends = [*(turns[1:] - 1), len(calendar.term) - 1]
    return [
        Span(day_to_date(int(calendar.first + begin)), day_to_date(int(calendar.first + end)))
        for begin, end in zip(turns, ends, strict=True)
        if calendar.term[begin] > 0
    ]


def _exams(calendar: SchoolCalendar) -> tuple[Span, ...]:
    """Days of exams that mark the same school days before them: the first school day after each stretch of marked
    ones, and one inside of a stretch that is longer than what one exam marks."""
    where = np.flatnonzero(calendar.school_day)
    marked = calendar.before_exam[where].astype(np.int64)
    edges = np.flatnonzero(np.diff(marked, prepend=0, append=0))
    found = []
    for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):  # marked from begin to end - 1
        exam = end
        while True:
            found.append(exam)
            if exam - BEFORE_EXAM <= begin:
                break
            exam = max(exam - BEFORE_EXAM, begin + BEFORE_EXAM)
    days = [day_to_date(int(calendar.first + where[place])) for place in sorted(found) if place < len(where)]
    return tuple(Span(day, day) for day in days)
