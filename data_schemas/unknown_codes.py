"""Cells of a dataset that hold a code nobody knows: asked about before students are assessed, never read as empty."""

from collections.abc import Iterator

import pandas as pd

from data_schemas.dataset import Dataset, table_of
from data_schemas.tables import Table
from runxin.errors import Problem


def unknown_codes(dataset: Dataset) -> list[Problem]:
    """Each cell of each table with a code that its column does not have, or that is blank where one must stand; rows
    count as in a spreadsheet. `data_schemas.check` finds the same, and more."""
    frames = {**dataset.tables, **{f"responses/{code}": frame for code, frame in dataset.responses.items()}}
    tables = ((frame, table_of(name, dataset.instruments, dataset.own_features)) for name, frame in frames.items())
    return [problem for frame, table in tables for problem in _of_table(frame, table)]


def _of_table(frame: pd.DataFrame, table: Table) -> Iterator[Problem]:
    for column in table.columns:
        if column.codes is None or column.name not in frame:
            continue
        values, known = frame[column.name], column.codes.codes()
        wrong = ~values.isin(known) & (values.notna() | column.required)
        for row in wrong.to_numpy(bool).nonzero()[0]:
            what = "the cell is blank and must not be" if pd.isna(values.iloc[row]) else "an unknown code"
            yield Problem(what, table.name, int(row) + 2, column.name, f"known are {', '.join(known)}")
