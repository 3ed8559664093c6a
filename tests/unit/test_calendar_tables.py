"""Calendars from tables: what holds for all schools, what one school says itself, and rows that cannot be so."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data_schemas.calendar import date_to_day, default_calendar
from data_schemas.calendar_tables import calendar_faults, calendars_of, read_calendars
from data_schemas.check import check_dataset
from data_schemas.dataset import Dataset, Description, conform, read_dataset, write_dataset
from data_schemas.school_days import Calendars
from data_schemas.tables import TABLES
from models import records_of, records_of_requests
from runxin.errors import UserError
from tests.students import AS_OF, student

MONDAY = date(2026, 3, 30)


def tables(**rows: list[dict[str, object]]) -> dict[str, pd.DataFrame]:
    return {name: conform(pd.DataFrame(mine), TABLES[name]) for name, mine in rows.items()}


def dataset_of(**more: pd.DataFrame) -> Dataset:
    told = Description(name="a", synthetic=True, origin="synthetic", mode="longitudinal", as_of=AS_OF)
    one = {"student_id": "S-1", "school_id": "A", "stage": "junior", "sex": "female"}
    return Dataset(told, {**tables(students=[one]), **more}, {})


def taught(calendars: Calendars, school: str, day: date) -> bool:
    return bool(calendars.of(school).is_school_day(np.array([date_to_day(day)]))[0])


def span(first: date, last: date, school: str | None = None) -> dict[str, object]:
    return {"school_id": school, "starts_on": first, "ends_on": last}


def test_without_a_table_every_school_has_the_default_calendar() -> None:
    assert calendars_of({}).of("A") is default_calendar()
    assert Calendars().of(None) is default_calendar()


def test_rows_without_a_school_hold_for_all_and_own_ones_for_one() -> None:
    made = calendars_of(
        tables(
            breaks=[span(MONDAY, MONDAY), span(date(2026, 3, 31), date(2026, 3, 31), "A")],
            makeup_days=[
                {"school_id": None, "day": date(2026, 3, 28), "taught": True},
                {"school_id": "B", "day": date(2026, 3, 28), "taught": False},
            ],
        )
    )
    assert [taught(made, school, MONDAY) for school in "ABC"] == [False, False, False]
    assert [taught(made, school, date(2026, 3, 31)) for school in "ABC"] == [False, True, True]
    assert [taught(made, school, date(2026, 3, 28)) for school in "ABC"] == [True, False, True], "own word goes first"


def test_own_terms_go_before_those_for_all() -> None:
    common, own = span(date(2026, 2, 23), date(2026, 7, 3)), span(date(2026, 3, 9), date(2026, 7, 3), "A")
    made = calendars_of(tables(terms=[common, own]))
    assert [taught(made, school, date(2026, 3, 2)) for school in "AB"] == [False, True]
    assert [taught(made, school, date(2026, 7, 2)) for school in "AB"] == [True, True]


def test_days_in_no_term_and_overlapping_terms_are_named_by_row() -> None:
    stated = tables(
        terms=[span(date(2026, 2, 23), date(2026, 7, 3)), span(date(2026, 7, 1), date(2026, 7, 10))],
        exams=[span(date(2026, 6, 22), date(2026, 6, 24)), span(date(2026, 8, 3), date(2026, 8, 5))],
        makeup_days=[{"school_id": "A", "day": date(2026, 8, 8), "taught": True}],
    )
    (overlap,) = calendar_faults("terms", stated)
    assert (overlap.rows.tolist(), overlap.what) == ([1], "this term and an earlier row's overlap")
    (exam,) = calendar_faults("exams", stated)
    assert (exam.rows.tolist(), exam.column) == ([1], "starts_on")
    assert exam.what == "this day lies in no term; the nearest runs from 2026-07-01 to 2026-07-10"
    assert calendar_faults("makeup_days", stated)[0].column == "day"


def test_the_operator_s_folder_is_read_and_faults_name_file_and_row(tmp_path: Path) -> None:
    assert read_calendars(tmp_path / "none").own == {}
    (tmp_path / "terms.csv").write_text("\ufeffschool_id,starts_on,ends_on\nA,2026-03-09,2026-07-03\n", "utf-8")
    assert not taught(read_calendars(tmp_path), "A", date(2026, 3, 2))
    (tmp_path / "breaks.csv").write_text(
        "school_id,starts_on,ends_on\nA,2026-08-03,2026-08-05\nA,2026-04-30,2026-04-29\nA,,2026-04-29\n", "utf-8"
    )
    with pytest.raises(UserError, match="the calendar is at fault") as refused:
        read_calendars(tmp_path)
    named = {(p.file, p.row, p.column): p.what for p in refused.value.problems}
    assert "lies in no term" in named["breaks.csv", 2, "starts_on"]
    assert named["breaks.csv", 3, "ends_on"] == "ends_on is before starts_on"
    assert ("breaks.csv", 4, "starts_on") in named


def test_a_dataset_says_which_calendar_it_goes_by(tmp_path: Path) -> None:
    plain = dataset_of()
    assert any("no calendar: the default terms are assumed (" in note for note in check_dataset(plain).notes)
    stated = dataset_of(**tables(terms=[span(date(2026, 3, 9), date(2026, 7, 3))]))
    write_dataset(stated, tmp_path / "out")
    again = read_dataset(tmp_path / "out")
    report = check_dataset(again)
    assert report.ok
    assert not any("no calendar" in note for note in report.notes)
    here = np.array([0])
    days = np.array([date_to_day(date(2026, 3, 2))])
    assert not records_of(again).school.is_school_day(here, days)[0]
    assert records_of(plain).school.is_school_day(here, days)[0]
    operator = calendars_of(tables(breaks=[span(MONDAY, MONDAY)]))
    monday = np.array([date_to_day(MONDAY)])
    assert not records_of(plain, operator).school.is_school_day(here, monday)[0]
    assert records_of(again, operator).school.is_school_day(here, monday)[0], "a dataset's own goes first"


def test_each_student_goes_by_the_calendar_of_the_school() -> None:
    calendars = calendars_of(tables(breaks=[span(MONDAY, MONDAY, "A")]))
    records = records_of_requests([student(school_id=school) for school in "AB"], None, calendars)
    days = np.full(2, date_to_day(MONDAY))
    assert records.school.is_school_day(np.arange(2), days).tolist() == [False, True]
