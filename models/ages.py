"""Whether a student was of the ages that a questionnaire was made for on the day of a sheet."""

import math

from data_schemas.calendar import day_to_date
from data_schemas.instruments import Instrument, Words
from data_schemas.instruments.parts import words
from models.columns import NO_DAY, Columns

DAYS_A_YEAR = 365.25
ADULT = 100.0  # a definition without an upper end names an age that nobody has


def outside_age(instrument: Instrument, students: Columns, student: int, day: int, as_of: int) -> Words | None:
    """That the student was surely younger or older on the day of a sheet than the ages the questionnaire was made for;
    None where not, and where the age is not known. An age in whole years, as of `as_of`, is anywhere in its year."""
    youngest, oldest = instrument.age.years
    born, stated = int(students["birth_date"][student]), float(students["age_years"][student])
    if born != NO_DAY:
        low = high = float(full_years(born, day))
    elif math.isnan(stated):
        return None
    else:
        low = stated - (as_of - day) / DAYS_A_YEAR
        high = low + 1 if stated.is_integer() else low
    below = high < youngest if low == high else high <= youngest
    return ages_words(instrument) if below or low >= oldest else None


def full_years(born: int, day: int) -> int:
    """Birthdays from birth to the day, that day included; who was born on 29 February has one on 1 March."""
    birth, on = day_to_date(born), day_to_date(day)
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


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
