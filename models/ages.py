"""Whether a student was of the ages that a questionnaire was made for on the day of a sheet."""

import math

import numpy as np
from numpy.typing import NDArray

from data_schemas.instruments import Instrument, Words
from data_schemas.instruments.parts import words
from models.columns import NO_DAY, Columns

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
DAYS_A_YEAR = 365.25
ADULT = 100.0  # a definition without an upper end names an age that nobody has


def outside_ages(instrument: Instrument, students: Columns, student: Ints, day: Ints, as_of: int) -> Bools:
    """Of sheets (n,) of students at these places and of these days, whether the student was surely younger or older
    then than the ages the questionnaire was made for; false where the age is not known. An age in whole years, as of
    `as_of`, is anywhere in its year."""
    youngest, oldest = instrument.age.years
    born, stated = students["birth_date"][student], students["age_years"][student]
    known = born != NO_DAY
    since_birth = full_years(np.where(known, born, 0), day)
    low = np.where(known, since_birth, stated - (as_of - day) / DAYS_A_YEAR)
    high = np.where(~known & (stated == np.floor(stated)), low + 1, low)
    below = np.where(low == high, high < youngest, high <= youngest)
    found: Bools = below | (low >= oldest)
    return found


def full_years(born: Ints, day: Ints) -> Ints:
    """Birthdays from birth to the day, that day included; who was born on 29 February has one on 1 March."""
    birth, on = born.astype("datetime64[D]"), day.astype("datetime64[D]")
    birth_month, month = birth.astype("datetime64[M]"), on.astype("datetime64[M]")
    before = (on - month.astype("datetime64[D]")) < (birth - birth_month.astype("datetime64[D]"))
    years: Ints = ((month - birth_month).astype(np.int64) - before) // 12
    return years


def ages_words(instrument: Instrument) -> Words:
    """That a sheet lies outside the ages that its questionnaire was made for, with these ages."""
    youngest, oldest = instrument.age.years
    if oldest > ADULT:
        return words(
            f"年龄不在适用范围：{youngest:g} 岁及以上", f"not of the ages it was made for: {youngest:g} and above"
        )
    # To `oldest` exclusive: somebody of 17 is below 18.
    last = math.ceil(oldest) - 1
    return words(
        f"年龄不在适用范围：{youngest:g}–{last} 岁", f"not of the ages it was made for: {youngest:g} to {last}"
    )
