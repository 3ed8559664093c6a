"""How a canonical column is filled."""

from itertools import product

import numpy as np
import pytest

from data_schemas.cells import texts_of
from data_schemas.mapping.cell import Cell, Condition
from data_schemas.mapping.fill import fill, holds
from data_schemas.tables import TABLES, Column

FLAG = TABLES["family"].column("value")
LEVEL = TABLES["outcomes"].column("level")
ROWS = np.array([2])
TRUTH = {"yes": 1, "no": 2, "unknown": None}


def one(cell: Cell, column: Column, **sources: object) -> object:
    return fill(cell, column, {name: texts_of([value]) for name, value in sources.items()}, ROWS).values[0]


@pytest.mark.parametrize(("left", "right"), list(product(TRUTH, TRUTH)))
def test_any_of_is_yes_by_any_and_no_only_when_all_are_known(left: str, right: str) -> None:
    cell = Cell.model_validate({"any_of": [{"column": "a", "one_of": [1]}, {"column": "b", "one_of": [1]}]})
    expected = "yes" if "yes" in (left, right) else "unknown" if "unknown" in (left, right) else "no"
    assert one(cell, FLAG, a=TRUTH[left], b=TRUTH[right]) == expected


def test_any_of_mixes_codes_and_thresholds() -> None:
    cell = Cell.model_validate(
        {"any_of": [{"column": "income", "below": 200}, {"column": "hard", "one_of": [3, 4], "known": [1, 2, 3, 4]}]}
    )
    assert one(cell, FLAG, income=199.0, hard=None) == "yes"
    assert one(cell, FLAG, income=200, hard=2) == "no"
    assert one(cell, FLAG, income=200, hard=None) == "unknown"
    filled = fill(cell, FLAG, {"income": texts_of([300]), "hard": texts_of([9])}, ROWS)
    assert filled.values[0] == "unknown", "a code that nobody knows is not a no"
    assert [bad.what for bad in filled.bad] == ["an unknown code 9"]


def test_any_of_can_fill_a_level() -> None:
    cell = Cell.model_validate({"any_of": [{"column": "a", "one_of": [1]}], "values": {"yes": 1, "no": 0}})
    assert [one(cell, LEVEL, a=value) for value in (1, 2)] == [1, 0]
    filled = fill(cell, LEVEL, {"a": texts_of([None])}, ROWS)
    assert [bad.what for bad in filled.bad] == ["the cell is blank and must not be"]


def test_thresholds_take_the_first_cut_above_and_the_rest() -> None:
    stage = TABLES["students"].column("stage")
    cuts = [{"below": 12, "value": "primary"}, {"below": 15, "value": "junior"}, {"value": "senior"}]
    cell = Cell.model_validate({"column": "age", "thresholds": cuts})
    assert [one(cell, stage, age=age) for age in (11, 12, 14.9, 15)] == ["primary", "junior", "junior", "senior"]


def test_a_blank_cell_is_unknown_and_never_no() -> None:
    for column in (FLAG, TABLES["concerns"].column("value"), TABLES["students"].column("sex")):
        known = {"1": column.codes.codes()[0]} if column.codes else {}
        assert one(Cell.model_validate({"column": "a", "values": known}), column, a=None) == "unknown"
    days = TABLES["leave_totals"].column("episodes")
    assert one(Cell.model_validate({"column": "a"}), days, a=None) is None, "never zero"


def test_codes_of_no_answer_read_as_blank() -> None:
    cell = Cell.model_validate({"column": "a", "values": {1: "yes", 2: "no"}, "missing": [99, "未填"]})
    assert [one(cell, FLAG, a=value) for value in (1, 2, 99.0, "未填")] == ["yes", "no", "unknown", "unknown"]


def test_a_row_id_joins_prefix_columns_and_row() -> None:
    cell = Cell.model_validate({"id": {"prefix": "nsch", "columns": ["year"]}})
    student = TABLES["students"].column("student_id")
    assert one(cell, student, year=2018.0) == "nsch-2018-2"
    filled = fill(cell, student, {"year": texts_of([None])}, ROWS)
    assert filled.values[0] is None
    assert filled.bad[0].column == "year", "an id needs all its parts"


@pytest.mark.parametrize(
    ("condition", "cells", "expected"),
    [
        ({"min": 12, "max": 17}, [11, 12, 17, 18, None], [False, True, True, False, None]),
        ({"one_of": ["在读"]}, ["在读", " 在读", "毕业", ""], [True, True, False, None]),
        ({"missing": True}, [1, None], [False, True]),
        ({"missing": False}, [1, None], [True, False]),
        ({"missing": False, "below": 3}, [1, 5, None], [True, False, False]),
    ],
)
def test_conditions(condition: dict[str, object], cells: list[object], expected: list[bool | None]) -> None:
    true, unknown, bad = holds(Condition.model_validate({"column": "a", **condition}), texts_of(cells))
    assert [None if u else bool(t) for t, u in zip(true, unknown, strict=True)] == expected
    assert not bad


def test_a_word_under_a_numeric_condition_is_bad_not_false() -> None:
    _, unknown, bad = holds(Condition(column="a", min=12), texts_of(["abc"]))
    assert unknown.tolist() == [True]
    assert [each.what for each in bad] == ["not a number"]
