"""Ages, grades and stages that cannot be so together are named; what is only unusual passes."""

from datetime import date

import pytest

from data_schemas.codes import Stage
from data_schemas.stages import contradictions

DAY = date(2026, 3, 5)
P, J, S, V = Stage.PRIMARY, Stage.JUNIOR, Stage.SENIOR, Stage.VOCATIONAL
NOT_SO = {
    "primary school in grade 11": ((P, 11, None, None), ["grade"]),
    "primary school in grade 7": ((P, 7, None, None), ["grade"]),
    "junior in grade 5": ((J, 5, None, None), ["grade"]),
    "junior in grade 10": ((J, 10, None, None), ["grade"]),
    "senior in grade 14": ((S, 14, None, None), ["grade"]),
    "senior in grade 9": ((S, 9, None, None), ["grade"]),
    "vocational in grade 3": ((V, 3, None, None), ["grade"]),
    "the age of another birth date": ((J, 8, 13.5, date(2016, 3, 5)), ["age_years"]),
    "two years apart in whole years": ((J, 8, 12.0, date(2012, 3, 1)), ["age_years"]),
    "a child of 9 in grade 8": ((J, 8, 9, None), ["age_years"]),
    "21 in grade 8": ((J, 8, 21, None), ["age_years"]),
    "born in 2020, in grade 8": ((J, 8, None, date(2020, 9, 1)), ["birth_date"]),
    "born in 1996, in grade 12": ((S, 12, None, date(1995, 1, 1)), ["birth_date"]),
    "both agree and neither can be": ((J, 8, 5.0, date(2021, 3, 5)), ["age_years", "birth_date"]),
    "20 in primary school, the grade unknown": ((P, None, 20, None), ["age_years"]),
    "31 in vocational school": ((V, None, 31, None), ["age_years"]),
}


@pytest.mark.parametrize("case", NOT_SO)
def test_what_cannot_be_so_is_named(case: str) -> None:
    given, columns = NOT_SO[case]
    found = dict(contradictions(*given, DAY))
    assert list(found) == columns
    for words in found.values():
        assert words


SO = {
    "as usual": (J, 8, 13.5, date(2012, 9, 1)),
    "an age rounded down to years": (J, 8, 13.0, date(2012, 4, 1)),
    "an age that a term has made old": (J, 8, 13.0, date(2012, 3, 1)),
    "six years of primary school": (P, 6, 12.0, None),
    "junior from grade 6, five-four": (J, 6, 11.0, None),
    "a repeater": (J, 9, 18.0, None),
    "skipped two grades": (S, 12, 15.2, None),
    "a child of five in grade 1": (P, 1, 5.1, None),
    "vocational at 28": (V, 11, 28.0, None),
    "nothing known": (P, None, None, None),
    "senior in grade 13": (S, 13, 19.0, None),
}


@pytest.mark.parametrize("case", SO)
def test_what_is_unusual_passes(case: str) -> None:
    assert list(contradictions(*SO[case], DAY)) == []


def test_a_number_is_said_only_of_the_bounds() -> None:
    assert dict(contradictions(J, 8, 9.25, None, DAY)) == {"age_years": "an age in grade 8 lies from 11 to 19 years"}
    assert dict(contradictions(P, 11, 9.25, None, DAY)) == {
        "grade": "primary school (小学) has the grades 1 to 6",
    }
