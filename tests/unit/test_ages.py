"""A sheet of a child outside the ages of a questionnaire is scored, and said to be so."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data_schemas.calendar import date_to_day
from data_schemas.instruments import packaged_instruments
from data_schemas.plausibility import age_questions
from models.ages import ages_words, full_years
from models.sentences import instrument_sentence
from tests.students import AS_OF, by_rules, days_before, phq9, sheet, student

KNOWN = packaged_instruments()
# Ages of the domain specification, from … to (exclusive).
AGES = {
    **dict.fromkeys(("phq9", "gad7", "cssrs"), (11, 120)),
    **dict.fromkeys(("cesd", "dass21", "isi", "ais", "pss10", "ucla", "iat"), (12, 120)),
    **{"mht": (9, 19), "mssmhs": (11, 21), "scl90": (13, 120), "cesdc": (6, 18), "dsrsc": (7, 17), "cdi": (7, 18)},
    **{"sds": (18, 120), "k10": (9, 19), "sdq_self": (11, 18), "sdq_parent": (4, 18), "sdq_teacher": (4, 18)},
}


@pytest.mark.parametrize("code", AGES)
def test_each_questionnaire_has_the_ages_it_was_made_for(code: str) -> None:
    assert KNOWN[code].age.years == AGES[code]


def outside(born: date | None = None, age: float | None = None, on: date = AS_OF, code: str = "phq9") -> bool:
    coding = KNOWN[code].coding
    row = {**sheet(code, [coding.low] * KNOWN[code].items, on=on), "coding_variant": coding.variant}
    said = by_rules(student(birth_date=born, age_years=age, responses=[row])).instruments[0]
    return said.outside_age is not None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"born": date(2015, 4, 3)}, False),
        ({"born": date(2015, 4, 4)}, True),
        ({"born": date(2015, 4, 3), "on": days_before(1)}, True),
        ({"age": 11.0}, False),
        ({"age": 10.0}, True),
        ({"age": 10.9}, True),
        ({"age": 11.0, "on": days_before(300)}, False),
        ({"age": 11.2, "on": days_before(90)}, True),
        ({}, False),
        ({"born": date(2008, 4, 3), "code": "cesdc"}, True),
        ({"born": date(2008, 4, 4), "code": "cesdc"}, False),
        ({"age": 18.0, "code": "cesdc"}, True),
        ({"age": 17.0, "code": "cesdc"}, False),
        ({"born": date(2015, 1, 1), "age": 9.0}, False),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else None,
)
def test_the_age_on_the_day_of_the_sheet_counts(fields: dict[str, Any], expected: bool) -> None:
    assert outside(**fields) is expected


def test_a_birthday_of_29_february_is_on_1_march() -> None:
    born = np.full(2, date_to_day(date(2012, 2, 29)))
    days = np.array([date_to_day(date(2023, month, day)) for month, day in ((2, 28), (3, 1))])
    assert full_years(born, days).tolist() == [10, 11]


def test_it_is_said_and_lowers_confidence_and_takes_no_warning_away() -> None:
    calm = [sheet("gad7", [0] * 7), phq9(2, (1,) * 8)]
    old, young = (by_rules(student(age_years=age, responses=calm)) for age in (14.0, 9.0))
    assert (old.data_quality.confidence, young.data_quality.confidence) == ("ok", "low")
    assert {floor.id for floor in young.floors} == {floor.id for floor in old.floors} >= {"R02"}
    texts = [instrument_sentence(result) for result in young.instruments]
    assert all("年龄不在适用范围：11 岁及以上" in text.zh for text in texts)
    assert all("not of the ages it was made for: 11 and above" in text.en for text in texts)
    assert ages_words(KNOWN["cesdc"]).zh.endswith("6–17 岁")


def test_a_check_and_an_import_name_the_same_sheets() -> None:
    """As the scorer does, on every case above: by birth date, by an age in whole years, by one with its months."""
    cases: list[dict[str, Any]] = [
        {"born": date(2015, 4, 3)},
        {"born": date(2015, 4, 4)},
        {"born": date(2015, 4, 3), "on": days_before(1)},
        {"age": 11.0},
        {"age": 10.0},
        {"age": 10.9},
        {"age": 11.0, "on": days_before(300)},
        {"age": 11.2, "on": days_before(90)},
        {},
    ]
    rows = [
        {"student_id": f"S{n}", "birth_date": case.get("born"), "age_years": case.get("age")}
        for n, case in enumerate(cases)
    ]
    students = pd.DataFrame(rows).assign(school_id="A", enrolled_on=pd.NaT, left_on=pd.NaT, grade=pd.NA)
    students["birth_date"] = pd.to_datetime(students["birth_date"])
    sheets = pd.DataFrame(
        {"student_id": students["student_id"], "administered_on": pd.to_datetime([c.get("on", AS_OF) for c in cases])}
    )
    (found,) = age_questions({"students": students, "responses/phq9": sheets}, KNOWN, AS_OF)
    assert found[1].rows.tolist() == [n for n, case in enumerate(cases) if outside(**case)]
    assert found[1].what == "not of the ages that phq9 was made for (11 to below 120)"
