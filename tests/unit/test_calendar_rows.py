"""A calendar of days comes back as tables that make the same days."""

from datetime import date

import pandas as pd
import pytest

from data_schemas.calendar import YEARS, Rules, Span, Terms, default_calendar, make_calendar
from data_schemas.calendar_rows import calendar_rows, same_days
from data_schemas.calendar_tables import calendars_of
from data_schemas.dataset import conform
from data_schemas.tables import TABLES
from runxin.errors import UserError

OWN_TERMS = (Span(date(2025, 9, 8), date(2026, 1, 20)), Span(date(2026, 3, 2), date(2026, 7, 3)))
EXAMS = (date(2025, 11, 12), date(2025, 11, 17), date(2025, 11, 21), date(2026, 6, 15))
RULES = {
    "terms": Rules(terms=OWN_TERMS),
    "breaks": Rules(breaks=(Span(date(2026, 4, 1), date(2026, 4, 3)),)),
    "days": Rules(taught={date(2026, 5, 9): True, date(2026, 5, 12): False}),
    "exams": Rules(exams=tuple(Span(day, day) for day in EXAMS)),
    "all": Rules(
        OWN_TERMS, (Span(date(2026, 4, 1), date(2026, 4, 3)),), {date(2026, 5, 9): True}, (Span(EXAMS[0], EXAMS[1]),)
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_the_tables_make_the_same_days(name: str) -> None:
    calendar = make_calendar(Terms(), *YEARS, RULES[name])
    rows = calendar_rows(calendar)
    assert rows
    assert len(rows.get("terms", [])) in (0, 2), "only the school year that differs is named"
    frames = {
        table: conform(pd.DataFrame([{"school_id": "A", **row} for row in of], dtype=object), TABLES[table])
        for table, of in rows.items()
    }
    made = calendars_of(frames)
    assert same_days(made.of("A"), calendar)
    assert same_days(made.of("B"), default_calendar())


def test_the_default_calendar_needs_no_table() -> None:
    assert calendar_rows(default_calendar()) == {}


def test_a_calendar_of_other_years_is_refused() -> None:
    with pytest.raises(UserError, match="reaches over other years"):
        calendar_rows(make_calendar(Terms(), 2012, 2030))
