"""Which days are school days: terms, public holidays and make-up days of the State Council's notice for 2026."""

from datetime import date

import numpy as np
import pytest

from data_schemas.calendar import Rules, Span, Terms, date_to_day, day_to_date, default_calendar, make_calendar
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
    assert day_to_date(CALENDAR.previous[tuesday - CALENDAR.first]) == date(2026, 4, 3)


def test_terms_are_configuration() -> None:
    """Term dates are a school's own; a later start takes its days away."""
    later = make_calendar(Terms(spring=((3, 9), (6, 30))), 2026, 2026)
    assert later.is_school_day(SPRING).sum() == 78
    assert later.is_return_day(np.array([date_to_day(date(2026, 3, 9))]))[0], "the first day of term is a return day"


def test_a_day_outside_the_calendar_is_refused() -> None:
    with pytest.raises(UserError, match="outside the school calendar") as refused:
        CALENDAR.is_school_day(np.array([date_to_day(date(2050, 1, 1))]))
    assert "2010-01-01 to 2035-12-31" in str(refused.value)


def test_a_spring_break_takes_its_days_and_makes_a_return_day() -> None:
    """With two days on 29 and 30 April 81 of the 83 are left, and the days off run on into 劳动节."""
    spring = Rules(breaks=(Span(date(2026, 4, 29), date(2026, 4, 30)),))
    calendar = make_calendar(Terms(), 2026, 2026, spring)
    assert calendar.is_school_day(SPRING).sum() == 81
    found = [day_to_date(day).isoformat() for day in SPRING[calendar.is_return_day(SPRING)]]
    assert found == ["2026-04-07", "2026-05-06", "2026-06-22"]


def test_a_school_says_itself_whether_a_day_is_taught() -> None:
    moved = Rules(taught={date(2026, 5, 9): False, date(2026, 5, 16): True})
    calendar = make_calendar(Terms(), 2026, 2026, moved)
    days = np.array([date_to_day(date(2026, 5, 9)), date_to_day(date(2026, 5, 16))])
    assert calendar.is_school_day(days).tolist() == [False, True]


def test_own_terms_stand_for_the_whole_school_year_and_leave_the_others() -> None:
    own = Rules(terms=(Span(date(2025, 9, 8), date(2026, 1, 16)), Span(date(2026, 3, 2), date(2026, 6, 26))))
    calendar = make_calendar(Terms(), 2025, 2027, own)

    def taught(day: date) -> bool:
        return bool(calendar.is_school_day(np.array([date_to_day(day)]))[0])

    assert not taught(date(2025, 9, 1)), "the default term began, the school's own had not"
    assert not taught(date(2026, 2, 26))
    assert not taught(date(2026, 6, 29))
    assert taught(date(2026, 9, 1)), "the next school year is not configured and has the default terms"
    assert taught(date(2025, 3, 3)), "nor is the one before"


def test_the_five_school_days_before_an_exam() -> None:
    """An exam from Monday 22 June 2026, after 端午 (19 to 21 June): the five days are 12 and 15 to 18 June."""
    calendar = make_calendar(Terms(), 2026, 2026, Rules(exams=(Span(date(2026, 6, 22), date(2026, 6, 24)),)))
    found = [day_to_date(day + calendar.first) for day in np.flatnonzero(calendar.before_exam)]
    assert found == [date(2026, 6, day) for day in (12, 15, 16, 17, 18)]
