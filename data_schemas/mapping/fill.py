"""Filling a canonical column from the texts of source columns, one distinct text at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.cells import (
    EXCEL_ERRORS,
    NUMBER,
    BadCell,
    Texts,
    identifier,
    number,
    ranged,
    unknown_code,
    value_of,
    without_mark,
)
from data_schemas.mapping.cell import Cell, Condition, Scalar
from data_schemas.mapping.headers import grade_of
from data_schemas.tables import CellKind, Column
from data_schemas.times_of_day import WITHDRAWN, in_halves, unit_of

Mask = NDArray[np.bool_]
Values = NDArray[np.object_]


@dataclass(frozen=True)
class Bad:
    """Cells of one source column with the same thing wrong. `rows` (n,) is a mask."""

    rows: Mask
    column: str
    what: str
    fix: str | None


@dataclass
class Filled:
    """Values (n,) with `None` where blank, and the cells that could not be read."""

    values: Values
    bad: list[Bad] = field(default_factory=list)


def read_texts(texts: Texts, column: str, reader: Callable[[str], Any]) -> Filled:
    """Read each distinct text once; a text that `reader` refuses leaves its cells blank and bad."""
    values = np.full(len(texts.distinct) + 1, None, dtype=object)
    refused: dict[tuple[str, str | None], list[int]] = {}
    for place in np.unique(texts.index[texts.index >= 0]):
        try:
            values[place] = reader(texts.distinct[place])
        except BadCell as error:
            refused.setdefault((error.what, error.fix), []).append(int(place))
    bad = [Bad(np.isin(texts.index, places), column, *key) for key, places in refused.items()]
    return Filled(values[texts.index], bad)


def holds(condition: Condition, texts: Texts) -> tuple[Mask, Mask, list[Bad]]:
    """Where a condition is true, where it is unknown, and the cells that could not be read."""
    unknown = texts.blank
    if condition.missing is not None and not (condition.one_of or condition.numeric):
        return unknown == condition.missing, np.zeros(len(unknown), dtype=bool), []

    def test(text: str) -> bool:
        if condition.known and text not in (*condition.known, *condition.one_of):
            raise unknown_code(text, map(str, condition.known))
        true = not condition.one_of or text in condition.one_of
        if not condition.numeric:
            return true
        value = number(text)
        return (
            true
            and (condition.min is None or value >= condition.min)
            and (condition.max is None or value <= condition.max)
            and (condition.below is None or value < condition.below)
        )

    read = read_texts(texts, condition.column, test)
    for bad in read.bad:
        unknown = unknown | bad.rows
    if condition.missing is False:
        unknown = np.zeros(len(unknown), dtype=bool)
    return read.values == True, unknown, read.bad  # noqa: E712 - an array of objects, None where blank


def fill(cell: Cell, column: Column, sources: Mapping[str, Texts], rows: NDArray[np.int64]) -> Filled:
    """The values of a canonical column from the source columns of the same rows.

    A blank cell becomes the cell's `fallback`, or the code `unknown` where the column has one; otherwise it stays
    blank, which is bad where the column is required.
    """
    if cell.constant is not None:
        filled = Filled(np.full(len(rows), _written(cell.constant, column), dtype=object))
    elif cell.id is not None:
        filled = _row_id(cell, sources, rows)
    elif cell.any_of:
        filled = _any_of(cell, column, sources)
    else:
        assert cell.column is not None
        filled = read_texts(sources[cell.column].without(map(str, cell.missing)), cell.column, reader_of(cell, column))
    blank = filled.values == None  # noqa: E711 - an array of objects
    for bad in filled.bad:
        blank &= ~bad.rows
    if cell.fallback is not None:
        filled.values[blank] = cell.fallback
    elif column.codes is not None and "unknown" in column.codes.codes():
        filled.values[blank] = "unknown"
    elif column.required and not column.blank_says and blank.any():
        label = cell.columns[0] if cell.columns else column.name
        filled.bad.append(Bad(blank, label, "the cell is blank and must not be", "fill it in"))
    return filled


def reader_of(cell: Cell, column: Column) -> Callable[[str], object]:
    """What reads a text of the cell's source column; it raises `BadCell`."""
    if isinstance(cell.values, dict):
        known = {text: _written(value, column) for text, value in cell.values.items()}

        answer = column.name.startswith("item_")

        def look_up(text: str) -> object:
            form = text if text in known or not answer else without_mark(text)
            if form not in known:
                raise unknown_code(text, known)
            return known[form]

        return look_up
    if cell.thresholds:
        return lambda text: _threshold(cell, column, number(text))
    if cell.words:
        words = {text: _written(value, column) for text, value in cell.words.items()}
        return lambda text: _worded(text, words, column)
    if column.halves:
        unit = cell.unit or unit_of(cell.column or "") or "half_days"
        return lambda text: ranged(_some(halves_of(text, unit)), column)
    return lambda text: value_of(text, column)


def _worded(text: str, words: Mapping[str, object], column: Column) -> object:
    """A word, with or without the mark of an option before it (`A.从无`), or a number of the column."""
    forms = (text, without_mark(text))
    for form in forms:
        if form in words:
            return words[form]
    for form in forms:
        if form in EXCEL_ERRORS or NUMBER.fullmatch(form):
            return value_of(form, column)
    raise unknown_code(text, [f"{column.low:g} to {column.high:g}", *words])


def _some(halves: float) -> float:
    """The half days of a leave that was taken; raises `BadCell` for none, which in the table says that it was not."""
    if halves == WITHDRAWN:
        raise BadCell("a leave of no length", "leave it blank where it is unknown; name by `where` which leave counts")
    return halves


def halves_of(text: str, unit: str) -> float:
    """A length of time as half days: with its own unit, such as 4小时, or a bare number in `unit`."""
    stated = in_halves(text)
    if stated is not None or unit == "half_days":
        return number(text) if stated is None else stated
    converted = in_halves(f"{number(text):g}{unit}")
    assert converted is not None
    return converted


def _threshold(cell: Cell, column: Column, value: float) -> object:
    for threshold in cell.thresholds:
        if threshold.below is None or value < threshold.below:
            return _written(threshold.value, column)
    raise AssertionError("the last threshold takes the rest")


def _any_of(cell: Cell, column: Column, sources: Mapping[str, Texts]) -> Filled:
    """Yes where any holds; otherwise unknown where any is unknown; no where all are known and none holds."""
    tested = [holds(condition, sources[condition.column]) for condition in cell.any_of]
    yes = np.logical_or.reduce([true for true, _, _ in tested])
    unknown = ~yes & np.logical_or.reduce([unclear for _, unclear, _ in tested])
    answers = np.where(yes, "yes", np.where(unknown, "unknown", "no")).astype(object)
    bad = [each for _, _, found in tested for each in found]
    if isinstance(cell.values, dict):
        words: dict[str, object] = {answer: _written(value, column) for answer, value in cell.values.items()}
    else:
        words = {"yes": True, "no": False} if column.kind is CellKind.BOOL else {a: a for a in ("yes", "no", "unknown")}
    values = np.full(len(answers), None, dtype=object)
    for answer, value in words.items():
        values[answers == answer] = value
    return Filled(values, bad)


def _row_id(cell: Cell, sources: Mapping[str, Texts], rows: NDArray[np.int64]) -> Filled:
    assert cell.id is not None
    parts = [read_texts(sources[name], name, identifier) for name in cell.id.columns]
    texts = [pd.Series(part.values, dtype="str") for part in parts]
    if cell.id.prefix:
        texts.insert(0, pd.Series(cell.id.prefix, index=range(len(rows)), dtype="str"))
    if cell.id.row:
        texts.append(pd.Series(rows).astype("str"))
    ids = texts[-1]
    for place in range(len(texts) - 2, -1, -1):  # a blank part leaves the id blank
        before = texts[place] + "-"
        ids = (before.mask(_said_again(texts[place], texts[place + 1]), "") if cell.id.once else before) + ids
    values = ids.to_numpy(dtype=object, na_value=None)
    return Filled(values, [bad for part in parts for bad in part.bad])


def _said_again(before: "pd.Series[str]", after: "pd.Series[str]") -> Mask:
    """Where a grade is said by the part behind it too."""
    grades = {text: grade_of(text) for column in (before, after) for text in column.dropna().unique()}
    pairs = zip(before.map(grades), after.map(grades), strict=True)
    return np.array([not pd.isna(one) and one == other for one, other in pairs], dtype=bool)


def _written(value: Scalar, column: Column) -> object:
    """A value of the mapping file, which `fit` has found to be one of the column's, in the column's type."""
    if column.kind in (CellKind.INT, CellKind.NUMBER):
        return ranged(float(str(value)), column)
    return str(value) if column.kind in (CellKind.ID, CellKind.TEXT) else value


def typed(values: Values, kind: CellKind) -> "pd.Series[Any]":
    """Values with `None` where blank, in the canonical type of a kind."""
    if kind in (CellKind.DATE, CellKind.TIME):
        index, distinct = pd.factorize(values)
        return pd.Series(np.append(np.array(list(distinct), dtype="datetime64[us]"), np.datetime64("NaT", "us"))[index])
    if kind is CellKind.INT:
        return pd.Series(values.astype(np.float64)).astype("Int64")
    if kind is CellKind.NUMBER:
        return pd.Series(values.astype(np.float64))
    return pd.Series(values, dtype="boolean" if kind is CellKind.BOOL else "str")
