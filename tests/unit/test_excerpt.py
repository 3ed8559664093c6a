"""What is put away of a student: rows known by the day, as they were; calendars by day; differences to the digit."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data_schemas.calendar import YEARS, Rules, SchoolCalendar, Span, Terms, default_calendar, make_calendar
from data_schemas.calendar_content import calendar_from_json, calendar_json
from data_schemas.dataset import Dataset
from data_schemas.excerpt import HAPPENED_ON, came_later, dataset_of, excerpts_of, feed_rows
from data_schemas.tables import TABLES
from serving.replay.differences import Difference, differences
from tests.replayable import FIRST, SECOND, replayable_city, with_later_rows


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return replayable_city(tmp_path_factory.mktemp("city") / "city", 60)


def one_of(dataset: Dataset, day: date, student: str) -> Dataset:
    found = excerpts_of(dataset, day, [student])
    columns, rows, feeds = json.loads(json.dumps([found.columns, next(found.rows), feed_rows(dataset)]))
    return dataset_of(student, rows[student], columns, feeds, day, dataset.instruments, dataset.own_features)


def test_a_students_rows_come_back_as_they_were(city: Dataset) -> None:
    day = date(2026, 12, 31)
    for student in city.students["student_id"].tolist()[:20]:
        again = one_of(city, day, student)
        for name, frame in {**city.tables, **city.responses}.items():
            if name in TABLES and "student_id" not in frame:
                continue
            back = {**again.tables, **again.responses}.get(name)
            mine = frame[frame["student_id"] == student].reset_index(drop=True)
            if back is None:
                assert mine.empty
            else:
                pd.testing.assert_frame_equal(back, mine)
        pd.testing.assert_frame_equal(again.tables["feeds"], city.tables["feeds"])


def test_what_came_in_later_is_counted_by_table(city: Dataset, tmp_path: Path) -> None:
    later = with_later_rows(city, tmp_path / "later")
    before, after = came_later(city, FIRST), came_later(later, FIRST)
    assert sum(after.values()) > sum(before.values())
    leaves = later.tables["leaves"]
    assert after["leaves"] == int((leaves["recorded_on"] > pd.Timestamp(FIRST)).sum()) > 0
    assert all(after.values()), "a table of which nothing came later is left out"
    assert came_later(city, date(2099, 1, 1)) == {}


def test_what_came_in_later_is_not_put_away(city: Dataset, tmp_path: Path) -> None:
    later = with_later_rows(city, tmp_path / "later")
    ids = city.students["student_id"].tolist()
    assert list(excerpts_of(later, FIRST, ids).rows) == list(excerpts_of(city, FIRST, ids).rows)
    assert list(excerpts_of(later, SECOND, ids).rows) != list(excerpts_of(city, SECOND, ids).rows)


def test_every_table_about_students_is_put_away() -> None:
    about = {name for name, table in TABLES.items() if "student_id" in table.names}
    assert about == {"students", "scores"} | set(HAPPENED_ON) - {"features"}


@pytest.mark.parametrize(
    "calendar",
    [
        default_calendar(),
        make_calendar(
            Terms(),
            *YEARS,
            Rules(
                breaks=(Span(date(2026, 4, 7), date(2026, 4, 9)),),
                taught={date(2026, 4, 11): True},
                exams=(Span(date(2026, 4, 20), date(2026, 4, 21)),),
            ),
        ),
    ],
)
def test_a_calendar_comes_back_day_by_day(calendar: SchoolCalendar) -> None:
    back = calendar_from_json(json.loads(json.dumps(calendar_json(calendar))))
    for name in ("first", "school_day", "return_day", "before_exam", "term", "passed", "previous"):
        np.testing.assert_array_equal(getattr(back, name), getattr(calendar, name), err_msg=name, strict=True)


def test_differences_are_named_by_their_path() -> None:
    stored = {"a": 0.1 + 0.2, "b": [{"c": 1}, {"c": 2}], "d": None, "e": float("nan")}
    assert list(differences(stored, json.loads(json.dumps(stored)))) == []
    again = {"a": 0.3, "b": [{"c": 1}], "d": 0, "e": float("nan"), "f": -0.0}
    assert list(differences(stored, again)) == [
        Difference("a", 0.1 + 0.2, 0.3),
        Difference("b[1]", {"c": 2}, "absent"),
        Difference("d", None, 0),
    ], "what only a later version says was not said then"
    assert list(differences({"f": -0.0}, {})) == [Difference("f", -0.0, "absent")]
    assert list(differences({"x": 0.0}, {"x": -0.0})) == [Difference("x", 0.0, -0.0)]
