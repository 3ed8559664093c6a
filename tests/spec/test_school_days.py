"""Which days are school days: terms, public holidays and make-up days of the State Council's notice for 2026."""

from datetime import date

import numpy as np
import pytest

from data_schemas.calendar import Terms, date_to_day, day_to_date, default_calendar, make_calendar
from runxin.errors import UserError

CALENDAR = default_calendar()


def span(first: date, last: date) -> np.ndarray:
    return np.arange(date_to_day(first), date_to_day(last) + 1)


SPRING = span(date(2026, 3, 2), date(2026, 6, 30))
AUTUMN = span(date(2026, 9, 1), date(2026, 12, 31))


def test_counts_of_2026() -> None:
    """83 school days from 2 March to 30 June, 84 from 1 September to 31 December."""
    assert CALENDAR.is_school_day(SPRING).sum() == 83
    assert CALENDAR.is_school_day(AUTUMN).sum() == 84


def test_return_days_of_2026() -> None:
    """A return day is the first school day after three or more days without school, and the first of a term."""
    found = [day_to_date(day).isoformat() for part in (SPRING, AUTUMN) for day in part[CALENDAR.is_return_day(part)]]
    assert found == ["2026-04-07", "2026-05-06", "2026-06-22", "2026-09-01", "2026-09-28", "2026-10-08"]


@pytest.mark.parametrize(
    ("day", "taught"),
    [
        (date(2026, 4, 3), True),
        (date(2026, 4, 6), False),  # 清明
        (date(2026, 5, 9), True),  # a Saturday made up for 劳动节
        (date(2026, 5, 16), False),  # a plain Saturday
        (date(2026, 9, 20), True),  # a Sunday made up for 国庆
        (date(2026, 7, 15), False),  # summer
        (date(2026, 2, 28), True),  # a Saturday made up for 春节
    ],
)
def test_single_days(day: date, taught: bool) -> None:
    assert CALENDAR.is_school_day(np.array([date_to_day(day)]))[0] == taught, day.isoformat()


def test_the_running_count_and_the_day_before() -> None:
    friday, tuesday = date_to_day(date(2026, 4, 3)), date_to_day(date(2026, 4, 7))
    passed = CALENDAR.school_days_until(np.array([friday, tuesday]))
    assert passed[1] - passed[0] == 1, "over 清明 only the Tuesday is taught"
    assert day_to_date(CALENDAR.school_day_before(np.array([tuesday]))[0]) == date(2026, 4, 3)


def test_terms_are_configuration() -> None:
    """Term dates are a school's own; a later start takes its days away."""
    later = make_calendar(Terms(spring=((3, 9), (6, 30))), 2026, 2026)
    assert later.is_school_day(SPRING).sum() == 78
    assert later.is_return_day(np.array([date_to_day(date(2026, 3, 9))]))[0], "the first day of term is a return day"


def test_a_day_outside_the_calendar_is_refused() -> None:
    with pytest.raises(UserError, match="outside the school calendar") as refused:
        CALENDAR.is_school_day(np.array([date_to_day(date(2050, 1, 1))]))
    assert "2010-01-01 to 2035-12-31" in str(refused.value)
