"""What a dataset says of one student up to a day, as rows in JSON's own types, and a dataset of those rows alone."""

from collections.abc import Iterator, Mapping, Sequence
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
from data_schemas.tables import CellKind, Column, Table

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
AT_ONCE = 4096  # students whose rows are held as Python's own
Rows = list[list[Any]]
Excerpt = dict[str, Rows]  # table → rows


@dataclass(frozen=True)
class Excerpts:
    """`columns` names the cells of each table's rows, with every table that was handed in, filled or not; `rows` holds
    by student and table what was known, of some students at a time. The id is the key alone, not in the rows."""

    columns: dict[str, list[str]]
    rows: Iterator[dict[str, Excerpt]]


def excerpts_of(dataset: Dataset, as_of: date, students: Sequence[str]) -> Excerpts:
    """Of each of `students` the rows that had been recorded by the end of the day, in their order."""
    frames = {"students": dataset.students}
    frames |= {name: frame for name, frame in dataset.tables.items() if name in HAPPENED_ON or name == "scores"}
    frames |= {f"{SHEETS}{code}": frame for code, frame in dataset.responses.items()}
    places = pd.Index(students, dtype=object)
    tables = []
    for name, frame in frames.items():
        table = table_of(name, dataset.instruments, dataset.own_features)
        place = places.get_indexer(frame[STUDENT].to_numpy(object))
        rows = np.flatnonzero(known_by(frame, name, as_of) & (place >= 0))
        rows = rows[np.argsort(place[rows], kind="stable")]
        named = [c for c in table.columns if c.name != STUDENT]
        filled = [c for c in named if c.required or frame[c.name].notna().to_numpy()[rows].any()]
        tables.append(_Known(name, frame, filled, rows, place[rows]))
    columns = {one.name: [column.name for column in one.columns] for one in tables}
    return Excerpts(columns, _in_parts(tables, students))


@dataclass(frozen=True)
class _Known:
    """The rows of a table that are told, by student, with the place of each."""

    name: str
    frame: pd.DataFrame
    columns: list[Column]
    rows: np.ndarray
    place: np.ndarray


def _in_parts(tables: Sequence[_Known], students: Sequence[str]) -> Iterator[dict[str, Excerpt]]:
    for begin in range(0, len(students), AT_ONCE):
        part: list[Excerpt] = [{} for _ in students[begin : begin + AT_ONCE]]
        for one in tables:
            low, high = np.searchsorted(one.place, [begin, begin + AT_ONCE])
            here = one.frame.take(one.rows[low:high])
            cells = zip(*(_plain(here[column.name], column.kind) for column in one.columns), strict=True)
            for place, row in zip((one.place[low:high] - begin).tolist(), map(list, cells), strict=True):
                mine = part[place]
                if one.name in mine:
                    mine[one.name].append(row)
                else:
                    mine[one.name] = [row]
        yield dict(zip(students[begin : begin + AT_ONCE], part, strict=True))


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
