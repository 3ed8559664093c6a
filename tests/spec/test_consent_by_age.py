"""Below 14 a guardian consents, from the 14th birthday on the student: on the very day."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from data_schemas.calendar import date_to_day
from data_schemas.codes import Source
from models.columns import NO_DAY
from models.consent import counts, grown, lasts_until, own_from

BIRTHDAY = date(2026, 4, 3)


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(2012, 4, 3), BIRTHDAY),
        (date(2012, 2, 29), date(2026, 3, 1)),
        (date(2014, 2, 28), date(2028, 2, 28)),
    ],
)
def test_the_own_consent_counts_from_the_fourteenth_birthday(born: date, expected: date) -> None:
    assert own_from(born) == expected


@pytest.mark.parametrize("years", [13, 14])
@pytest.mark.parametrize("giver", [None, *Source.codes()])
def test_whose_consent_counts(giver: str | None, years: int) -> None:
    asked = {"student"} if years >= 14 else {"parent", "mca"}
    assert counts(giver, years >= 14) is (giver is None or giver in asked)


def test_a_guardians_consent_ends_with_the_day_before_the_birthday() -> None:
    born = date(2012, 4, 3)
    assert lasts_until("parent", None, born) == date(2026, 4, 2)
    assert lasts_until("parent", date(2026, 1, 1), born) == date(2026, 1, 1)
    assert lasts_until("student", None, born) is lasts_until(None, None, born) is lasts_until("parent", None, None)


def test_the_age_is_that_of_the_day_for_every_day_of_a_leap_year_and_of_another() -> None:
    days = [date_to_day(one.date()) for one in pd.date_range("2025-12-20", "2028-03-05")]
    born = np.array([date_to_day(one.date()) for one in pd.date_range("2011-12-25", "2014-03-10")])
    students = {"birth_date": born, "age_years": np.full(len(born), np.nan)}
    first = np.array([date_to_day(own_from(one.date())) for one in pd.date_range("2011-12-25", "2014-03-10")])
    for day in days:
        assert (grown(students, day) == (first <= day)).all(), day


def test_without_a_birth_date_the_years_of_age_are_read_and_nothing_known_is_below() -> None:
    students = {"birth_date": np.full(3, NO_DAY), "age_years": np.array([13.9, 14.0, np.nan])}
    assert grown(students, date_to_day(BIRTHDAY)).tolist() == [False, True, False]
