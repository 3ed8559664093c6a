"""One canonical table from a file of its own: CSV, XLSX or Parquet, headed by its columns' names or their Chinese."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.cells import BadCell, Texts, value_of
from data_schemas.dataset import conform
from data_schemas.ids import BadId, plain_id, plain_school_id
from data_schemas.mapping.definition import FileRole
from data_schemas.mapping.files import first_rows, read_sheet
from data_schemas.mapping.sheet import Wanted
from data_schemas.plain_text import unmarked
from data_schemas.rules import Fault
from data_schemas.table import CellKind, Column, Table
from runxin.errors import Problem, bad_data


@dataclass(frozen=True)
class TableFile:
    """A table as its file holds it: `frame` in canonical types, and the spreadsheet row (n,) of each of its rows."""

    file: str
    frame: pd.DataFrame
    rows: NDArray[np.int64]

    def problems_of(self, faults: Sequence[Fault]) -> list[Problem]:
        """The faults by the rows of the file."""
        return [
            Problem(fault.what, self.file, int(self.rows[place]), fault.column, fault.fix)
            for fault in faults
            for place in fault.rows
        ]


def read_table_file(path: Path, table: Table, faults: Callable[[pd.DataFrame], Sequence[Fault]]) -> TableFile:
    """Read `table` from a file, which names its columns in the first row; `faults` are what cannot be so in it.

    Raises `UserError` (bad data) that names every column, cell and row at fault; then nothing is taken.
    """
    try:
        sheet, headers = _headers(path, table)
        read = read_sheet(path, FileRole(sheet=sheet), Wanted({header: False for header in headers}))
    except OSError as error:
        problem = Problem(error.strerror or type(error).__name__, file=path.name)
        raise bad_data("the file cannot be read", [problem]) from error
    columns, problems = {}, []
    for header, column in headers.items():
        texts = read.columns[header]
        columns[column.name], bad = _values(texts, column)
        for what, fix, places in bad:
            problems += [Problem(what, path.name, int(read.rows[place]), header, fix) for place in places]
        if column.required:
            blank = np.flatnonzero(texts.blank)
            problems += [
                Problem("the cell is blank", path.name, int(read.rows[n]), header, "fill it in") for n in blank
            ]
    frame = conform(pd.DataFrame(columns, dtype=object), table)
    made = TableFile(path.name, frame, read.rows)
    problems += made.problems_of(faults(frame))
    problems += [Problem("more cells than headers", path.name, int(row), fix="mend the row") for row in read.overfull]
    if problems:
        problems.sort(key=lambda problem: (problem.row or 0, problem.column or ""))
        raise bad_data(f"{path.name} is at fault; nothing was taken", problems)
    if frame.empty:
        raise bad_data(f"{path.name} holds no rows", fix="export it again")
    return made


def _headers(path: Path, table: Table) -> tuple[str | None, Mapping[str, Column]]:
    """The sheet and, by its header, each column that the file has; raises `UserError` where they do not fit."""
    named = {name.casefold(): column for column in table.columns for name in (column.name, column.zh)}
    found = [(sheet, header) for sheet, row, header in first_rows(path) if row == 1]
    fitting = [(sheet, header) for sheet, header in found if not _absent(header, named, table)]
    sheet, header = (fitting or found or [(None, [])])[0]
    problems = []
    if len(fitting) > 1:
        problems.append(Problem("several sheets hold this table", file=path.name, fix="keep one of them"))
    for column in _absent(header, named, table):
        words = f"head it {column.name} or {column.zh}, in the first row"
        problems.append(Problem("this column is absent", path.name, 1, column.name, words))
    taken: dict[str, Column] = {}
    for text in header:
        column_of = named.get(text.casefold())
        if not text:
            continue
        if column_of is None:
            near = difflib.get_close_matches(text.casefold(), list(named), n=1)
            fix = f"is it {near[0]}?" if near else "remove it, or head it as one of the table's"
            problems.append(Problem("this column is not one of the table's", path.name, 1, text, fix))
        elif column_of in taken.values():
            problems.append(Problem("this column is there twice", path.name, 1, text, "keep one of them"))
        else:
            taken[text] = column_of
    if problems:
        raise bad_data(f"the columns of {path.name} do not fit the table {table.name}", problems)
    return sheet, taken


def _absent(header: Sequence[str], named: Mapping[str, Column], table: Table) -> list[Column]:
    here = [named.get(text.casefold()) for text in header]
    return [column for column in table.columns if column.required and column not in here]


def _values(texts: Texts, column: Column) -> tuple[list[object], list[tuple[str, str | None, NDArray[np.intp]]]]:
    """The value of each cell, None where it is blank or at fault, and the faults with their places."""
    values: list[object] = []
    bad = []
    for place, text in enumerate(texts.distinct):
        try:
            # a CSV that Runxin wrote has an apostrophe before what a spreadsheet program would calculate
            value = value_of(unmarked(text) if column.kind is CellKind.TEXT else text, column)
            if column.kind is CellKind.ID:
                value = plain_school_id(text) if column.name == "school_id" else plain_id(text)
        except (BadCell, BadId) as error:
            bad.append((error.what, error.fix, np.flatnonzero(texts.index == place)))
            value = None
        values.append(value)
    return [None if place < 0 else values[place] for place in texts.index], bad
