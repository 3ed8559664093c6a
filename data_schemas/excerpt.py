"""What a dataset says of one student up to a day, as rows in JSON's own types, and a dataset of those rows alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from data_schemas import own_features
from data_schemas.dataset import Dataset, Description, conform, table_of
from data_schemas.instruments import Instrument
from data_schemas.own_features import OwnFeature
from data_schemas.rules import among
from data_schemas.tables import CellKind, Table

# table → the day a row is about, where no day of record is given; sheets have their own
HAPPENED_ON = {
    "leaves": "start_on",
    "leave_totals": "until_on",
    "family": "valid_from",
    "concerns": "reported_on",
    "outcomes": "observed_on",
    "contacts": "contacted_on",
    "consents": "given_on",
    own_features.TABLE: "observed_on",
}
SHEETS = "responses/"
STUDENT = "student_id"
Rows = list[list[Any]]
Excerpt = dict[str, Rows]  # table → rows


@dataclass(frozen=True)
class Excerpts:
    """`columns` names the cells of each table's rows, with every table that was handed in, filled or not; `rows` holds
    by student and table what was known. The id is the key alone, not in the rows."""

    columns: dict[str, list[str]]
    rows: dict[str, Excerpt]


def excerpts_of(dataset: Dataset, as_of: date, students: Sequence[str]) -> Excerpts:
    """Of each of `students` the rows that had been recorded by the end of the day, in their order."""
    frames = {"students": dataset.students}
    frames |= {name: frame for name, frame in dataset.tables.items() if name in HAPPENED_ON or name == "scores"}
    frames |= {f"{SHEETS}{code}": frame for code, frame in dataset.responses.items()}
    columns: dict[str, list[str]] = {}
    found: dict[str, Excerpt] = {student: {} for student in students}
    ids = pd.Series(list(found), dtype=str)
    for name, frame in frames.items():
        table = table_of(name, dataset.instruments, dataset.own_features)
        mask = known_by(frame, name, as_of) & among(frame[STUDENT], ids)
        kept = frame if mask.all() else frame[mask]
        filled = [c for c in table.columns if c.name != STUDENT and (c.required or kept[c.name].notna().any())]
        columns[name] = [column.name for column in filled]
        cells = zip(*(_plain(kept[column.name], column.kind) for column in filled), strict=True)
        for student, row in zip(kept[STUDENT].tolist(), map(list, cells), strict=True):
            mine = found[student]
            if name in mine:
                mine[name].append(row)
            else:
                mine[name] = [row]
    return Excerpts(columns, found)


def dataset_of(
    student: str,
    excerpt: Mapping[str, Rows],
    columns: Mapping[str, Sequence[str]],
    feeds: Sequence[Sequence[Any]],
    as_of: date,
    instruments: Mapping[str, Instrument],
    own: Sequence[OwnFeature],
) -> Dataset:
    """A dataset of one student. Tables that were handed in are there without rows too, since an empty table is not a
    missing one; `feeds` are rows of all schools, for the same reason. The description says nothing of its origin."""
    tables, responses = {}, {}
    for name, names in columns.items():
        rows = excerpt.get(name, [])
        if name.startswith(SHEETS):
            if rows:
                responses[name.removeprefix(SHEETS)] = _frame(
                    student, rows, names, table_of(name, instruments, tuple(own))
                )
        else:
            tables[name] = _frame(student, rows, names, table_of(name, instruments, tuple(own)))
    description = Description(name="replay", synthetic=False, origin="local", mode="longitudinal", as_of=as_of)
    if feeds:
        feeds_table = table_of("feeds", instruments)
        tables["feeds"] = conform(pd.DataFrame(list(feeds), columns=list(feeds_table.names), dtype=object), feeds_table)
    return Dataset(description, tables, responses, dict(instruments), tuple(own))


def came_later(dataset: Dataset, as_of: date) -> dict[str, int]:
    """How many rows of each table came in after the end of the day; tables without such rows are left out."""
    tables = {name: frame for name, frame in dataset.tables.items() if name in HAPPENED_ON or name == "scores"}
    tables |= {SHEETS + code: frame for code, frame in dataset.responses.items()}
    found = {name: int((~known_by(frame, name, as_of)).sum()) for name, frame in sorted(tables.items())}
    return {name: rows for name, rows in found.items() if rows}


def feed_rows(dataset: Dataset) -> Rows:
    """How far each school's tables reach, as rows in JSON's own types."""
    if "feeds" not in dataset.tables:
        return []
    frame, table = dataset.tables["feeds"], table_of("feeds", {})
    return [list(row) for row in zip(*(_plain(frame[c.name], c.kind) for c in table.columns), strict=True)]


def known_by(frame: pd.DataFrame, name: str, as_of: date) -> np.ndarray:
    """Which rows (n,) of a table had come in by the end of the day; a row without a day is always known."""
    if name == "students":
        return np.ones(len(frame), dtype=bool)
    day, end = pd.Timestamp(as_of), pd.Timestamp(as_of) + pd.Timedelta(days=1)
    if name == "scores" or name.startswith(SHEETS):
        late = (frame["received_at"] >= end) | (frame["administered_on"] > day)
    else:
        happened = frame[HAPPENED_ON[name]]
        late = (frame["recorded_on"].fillna(happened) if "recorded_on" in frame else happened) > day
    known: np.ndarray = ~late.fillna(False).to_numpy(dtype=bool)
    return known


def _plain(values: pd.Series, kind: CellKind) -> list[Any]:
    """The cells as JSON has them, None where blank: days and times in ISO form."""
    blank = values.isna().to_numpy()
    if kind in (CellKind.DATE, CellKind.TIME):
        exact = "datetime64[D]" if kind is CellKind.DATE else "datetime64[us]"
        found = values.to_numpy(exact).astype(str).astype(object)
    else:
        found = values.to_numpy(object, copy=True)
    found[blank] = None
    plain: list[Any] = found.tolist()
    return plain


@cache
def _without_rows(table: Table) -> pd.DataFrame:
    """A dataset of one student has a dozen tables without rows, of which nothing is worked out again."""
    return conform(pd.DataFrame(columns=list(table.names), dtype=object), table)


def _frame(student: str, rows: Rows, names: Sequence[str], table: Table) -> pd.DataFrame:
    if not rows:
        return _without_rows(table).copy()
    frame = pd.DataFrame(rows, columns=list(names), dtype=object)
    frame.insert(0, STUDENT, student)
    return conform(frame, table)
