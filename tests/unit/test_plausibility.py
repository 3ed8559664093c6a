"""Facts of a roster that can hardly be are asked about by their row."""

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from data_schemas.check import check_dataset
from data_schemas.dataset import Dataset, Description, conform, table_of
from data_schemas.tables import TABLES

AS_OF = date(2026, 9, 10)
PLAIN = {"school_id": "a", "stage": "junior", "grade": 8, "sex": "female"}


Place = tuple[str | None, int | None, str | None]


def asked(*rows: dict[str, Any], origin: Any = "local", **tables: pd.DataFrame) -> list[Place]:
    told = Description(name="t", synthetic=False, origin=origin, mode="longitudinal", as_of=AS_OF)
    people = pd.DataFrame([{**PLAIN, "student_id": f"S-{n}", **row} for n, row in enumerate(rows)])
    phq9 = {
        code: conform(frame, table_of(f"responses/{code}", Dataset(told, {}, {}).instruments))
        for code, frame in tables.items()
        if code == "phq9"
    }
    others = {name: conform(frame, TABLES[name]) for name, frame in tables.items() if name != "phq9"}
    people_table = conform(people, TABLES["students"])
    given = Dataset(told, {"students": people_table, **others}, phq9)
    report = check_dataset(replace(given, own_instruments=given.instruments))  # it says what its sheets were read by
    assert report.ok, "a question stops nothing"
    return [(one.file, one.row, one.column) for one in report.questions]


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ({"stage": "primary", "grade": 11, "birth_date": "2009-01-01"}, ["birth_date", "grade"]),
        ({"stage": "primary", "grade": 7}, ["grade"]),
        ({"stage": "junior", "grade": 10}, ["grade"]),
        ({"stage": "junior", "grade": 5}, ["grade"]),
        ({"stage": "senior", "grade": 3, "birth_date": "2017-01-01"}, ["birth_date", "grade"]),
        ({"stage": "senior", "grade": 13}, ["grade"]),
        ({"birth_date": "1926-05-04"}, ["birth_date"]),
        ({"birth_date": "2026-01-04"}, ["birth_date"]),
        ({"grade": None, "birth_date": "2026-01-04"}, ["birth_date"]),
        ({"age_years": 25}, ["age_years"]),
        ({"birth_date": "2012-05-04", "age_years": 12}, ["age_years"]),
    ],
)
def test_a_fact_that_can_hardly_be_is_asked_about(row: dict[str, Any], columns: list[str]) -> None:
    assert asked(PLAIN, row) == [("students", 3, column) for column in columns]
    assert asked(PLAIN, {**row, "left_on": "2026-06-30"}) == [], "who has left is no longer asked about"
    assert asked(PLAIN, row, origin="foreign") == [], "other countries count grades otherwise"


@pytest.mark.parametrize(
    "row",
    [
        {"stage": "primary", "grade": 1, "birth_date": "2020-08-31"},
        {"stage": "primary", "grade": 6, "birth_date": "2014-01-01"},
        {"stage": "junior", "grade": 6, "birth_date": "2014-10-01"},
        {"stage": "junior", "grade": 9, "birth_date": "2012-05-04", "age_years": 13.5},
        {"stage": "senior", "grade": 12, "birth_date": "2008-09-01"},
        {"stage": "vocational", "grade": 13, "birth_date": "2006-09-01"},
        {"grade": None, "birth_date": None, "age_years": None},
    ],
)
def test_what_is_usual_is_not(row: dict[str, Any]) -> None:
    assert asked(row) == []


@pytest.mark.parametrize("name", ["phq9", "scores", "leaves", "concerns"])
def test_a_record_of_who_had_left_is_asked_about(name: str) -> None:
    rows: dict[str, dict[str, Any]] = {
        "phq9": {"administered_on": "2026-09-03"},
        "scores": {"instrument": "phq9", "scale": "total", "value": 3, "administered_on": "2026-09-03"},
        "leaves": {"type": "sick", "start_on": "2026-09-03", "end_on": "2026-09-03", "recorded_on": "2026-09-03"},
        "concerns": {"kind": "self_harm", "reported_on": "2026-09-03"},
    }
    gone = {"left_on": "2026-06-30"}
    table = pd.DataFrame([{"student_id": "S-0", **rows[name]}])
    day = {"phq9": "administered_on", "scores": "administered_on", "leaves": "start_on", "concerns": "reported_on"}[
        name
    ]
    place = "responses/phq9" if name == "phq9" else name
    assert asked(gone, **{name: table}) == [(place, 2, day)]
    assert asked({"left_on": "2026-09-04"}, **{name: table}) == [], "before the student left"
    again = {"student_id": "S-0", "enrolled_on": "2026-09-01", "school_id": "b"}
    assert asked(gone, again, **{name: table}) == [], "who is enrolled at another school now"
