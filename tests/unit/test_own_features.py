"""Features that a dataset brings along: declared, held to their range, turned, and never better for being blank."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data_schemas.calendar import date_to_day
from data_schemas.check import check_dataset
from data_schemas.dataset import Dataset, read_dataset, write_dataset
from data_schemas.own_features import OwnFeature, features_table, read_own_features
from models import read_policy, records_of, records_of_requests
from models.features import Recipe, build_features, catalogue, full_catalogue, readable
from models.reference import Reference
from runxin.errors import UserError
from tests.learnable import learnable
from tests.students import AS_OF, days_before, student

ABOUT = {"zh": "锻炼 {value:g} 天", "en": "{value:g} days of exercise", "source": "school's own, 2026"}
EXERCISE = OwnFeature(name="exercise", group="context", adverse="low", low=0, high=7, holds_days=100, **ABOUT)
STRAIN = OwnFeature(name="strain", group="family", adverse="high", low=1, high=5, **ABOUT)
SLEEP = OwnFeature(name="sleep", group="context", adverse="none", low=0, high=24, **ABOUT)
OWN = (EXERCISE, STRAIN, SLEEP)
RECIPE = Recipe(catalogue([], OWN), {}, Reference({}), read_policy().staleness)


def value(name: str, figure: float, on: date = AS_OF, recorded: date | None = None) -> dict[str, Any]:
    return {"name": name, "value": figure, "observed_on": on, "recorded_on": recorded}


def built(*values: dict[str, Any]) -> dict[str, float]:
    matrix = build_features(records_of_requests([student(features=list(values))]), RECIPE, date_to_day(AS_OF))
    return {name: float(matrix.column(name)[0]) for name in matrix.names}


def test_a_value_is_turned_so_that_higher_is_adverse() -> None:
    found = built(value("exercise", 2), value("strain", 4), value("sleep", 8))
    assert (found["exercise"], found["exercise_missing"]) == (5, 0)
    assert (found["strain"], found["strain_missing"]) == (3, 0)
    assert found["sleep"] == 8
    assert "sleep_missing" not in found


def test_a_blank_stands_at_the_best_and_says_so() -> None:
    found = built()
    assert (found["exercise"], found["exercise_missing"]) == (0, 1)
    assert (found["strain"], found["strain_missing"]) == (0, 1)
    assert np.isnan(found["sleep"]), "without a direction it stays blank"


@pytest.mark.parametrize(
    ("values", "turned"),
    [
        ([value("exercise", 2, days_before(99))], 5),
        ([value("exercise", 2, days_before(100))], 0),  # it holds for a hundred days
        ([value("exercise", 2, days_before(9)), value("exercise", 6, days_before(1))], 1),  # the newest
        ([value("exercise", 2), value("exercise", 6)], 5),  # of one day the more adverse
        ([value("exercise", 2, days_before(-1))], 0),  # not yet
        ([value("exercise", 2, days_before(3), days_before(-1))], 0),  # not known yet
        ([value("exercise", 2, days_before(3), days_before(2))], 5),
    ],
)
def test_the_newest_value_that_was_known_and_still_holds(values: list[dict[str, Any]], turned: float) -> None:
    assert built(*values)["exercise"] == turned


def test_a_value_outside_the_range_is_refused() -> None:
    with pytest.raises(UserError, match="1 value of exercise outside its range") as refused:
        built(value("exercise", 8))
    assert "it lies from 0 to 7" in str(refused.value.problems[0])


def test_for_people_the_figure_is_in_its_own_points_and_blank_where_not_known() -> None:
    requests = [student("a", features=[value("exercise", 2)]), student("b")]
    matrix = build_features(records_of_requests(requests), RECIPE, date_to_day(AS_OF))
    shown = readable(matrix, RECIPE.features)
    assert shown["exercise"][0] == 2
    assert np.isnan(shown["exercise"][1])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"low": 5, "high": 5}, "low must be below high"),
        ({"name": "Bad Name"}, "String should match pattern"),
        ({"name": "observed_on"}, "this name is taken"),
        ({"name": "sleep_missing"}, "this name is taken"),
        ({"zh": "{hours} 小时"}, "a sentence has one place"),
        ({"adverse": "up"}, "Input should be 'high', 'low' or 'none'"),
        ({"group": "questionnaire"}, "Input should be 'leave', 'family', 'concern' or 'context'"),
        ({"source": ""}, "String should have at least 1 character"),
    ],
)
def test_a_declaration_at_fault_is_named(tmp_path: Path, fields: dict[str, Any], said: str) -> None:
    content = {**EXERCISE.model_dump(), **fields}
    lines = [f"{key} = {value!r}" for key, value in content.items()]
    (tmp_path / "features.toml").write_text("[[features]]\n" + "\n".join(lines), "utf-8")
    with pytest.raises(UserError, match="at fault") as refused:
        read_own_features(tmp_path / "features.toml")
    assert said in str(refused.value.problems[0])


def test_a_name_of_runxin_s_own_is_taken() -> None:
    with pytest.raises(UserError, match="Runxin has features of the name leave_days_20"):
        full_catalogue([], [EXERCISE.model_copy(update={"name": "leave_days_20"})])


def with_features(rows: dict[str, list[Any]]) -> Dataset:
    plain = learnable(20)
    tables = {**plain.tables, "features": pd.DataFrame(rows)}
    return replace(plain, tables=tables, own_features=OWN)


def test_it_comes_back_from_a_folder_as_it_was(tmp_path: Path) -> None:
    day = pd.Timestamp("2026-03-02")
    made = with_features(
        {
            "student_id": ["S-0001", "S-0002"],
            "observed_on": [day, day],
            "exercise": [3.0, None],
            "strain": [None, 2.0],
            "sleep": [8.0, None],
        }
    )
    write_dataset(made, tmp_path / "data", "csv")
    again = read_dataset(tmp_path / "data")
    assert again.own_features == OWN
    assert again.tables["features"].columns.tolist() == list(features_table(OWN).names)
    assert again.tables["features"]["exercise"].tolist() == [3.0, pytest.approx(float("nan"), nan_ok=True)]
    assert check_dataset(again).ok
    matrix = build_features(records_of(again), RECIPE, date_to_day(AS_OF))
    assert matrix.column("exercise")[:3].tolist() == [0, 4, 0]
    assert matrix.column("strain_missing")[:3].tolist() == [1, 1, 0]


def test_a_check_names_values_out_of_range_and_days_ahead(tmp_path: Path) -> None:
    days = [pd.Timestamp("2026-03-02"), pd.Timestamp("2027-01-01")]
    blank = [None, None]
    rows = {
        "student_id": ["S-0001", "S-0002"],
        "observed_on": days,
        "exercise": [9.0, 2.0],
        "strain": blank,
        "sleep": blank,
    }
    write_dataset(with_features(rows), tmp_path / "data")
    said = [str(problem) for problem in check_dataset(read_dataset(tmp_path / "data")).problems]
    assert any("features, row 2, column exercise: outside the range 0 to 7" in one for one in said), said
    assert any("row 3, column observed_on: it has not happened yet" in one for one in said), said


def test_a_table_without_a_declaration_is_an_unknown_file(tmp_path: Path) -> None:
    write_dataset(learnable(20), tmp_path / "data")
    (tmp_path / "data" / "features.csv").write_text("student_id,observed_on,exercise\nS-0001,2026-03-02,3\n", "utf-8")
    with pytest.raises(UserError, match=r"own features are declared in features\.toml"):
        read_dataset(tmp_path / "data")
