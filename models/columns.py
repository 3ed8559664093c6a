"""Canonical rows as plain arrays: the one form that features and floors read, for a city and for one request alike."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data_schemas.calendar import date_to_day, day_to_date
from data_schemas.codes import Code
from data_schemas.tables import CellKind, Table

NO_DAY = -(10**6)  # a date that is not there; before every real one
NO_TIME = -1  # of the day
CLOCK = "{}.second"  # the name under which the time of day of a moment stands
SECONDS_A_DAY = 86_400
ZONE = ZoneInfo("Asia/Shanghai")
Columns = dict[str, NDArray[Any]]


def frame_columns(frame: pd.DataFrame, table: Table) -> Columns:
    """Arrays of a conformed frame: days as int64 since 1970-01-01 (`NO_DAY` where empty), numbers and booleans as
    float64 (NaN where empty), codes as their place in the vocabulary (int8, -1 where empty), ids and text as objects
    (None where empty). Moments are local time: their day, and as `NAME.second` the second of that day (`NO_TIME` where
    none is on record; midnight is how a day without a time of day is written)."""
    columns: Columns = {}
    for column in table.columns:
        values = frame[column.name]
        if column.kind in (CellKind.DATE, CellKind.TIME):
            days = values.to_numpy("datetime64[D]").astype(np.int64)
            empty = values.isna().to_numpy()
            columns[column.name] = np.where(empty, NO_DAY, days)
            if column.kind is CellKind.TIME:
                seconds = values.to_numpy("datetime64[s]").astype(np.int64) % SECONDS_A_DAY
                columns[CLOCK.format(column.name)] = np.where(empty | (seconds == 0), NO_TIME, seconds)
        elif column.kind in (CellKind.INT, CellKind.NUMBER, CellKind.BOOL):
            columns[column.name] = values.to_numpy("float64", na_value=np.nan, copy=True)
        elif column.codes is not None:
            known = pa.array(column.codes.codes(), pa.large_string())
            found = pc.index_in(pa.array(values, pa.large_string(), from_pandas=True), value_set=known)
            columns[column.name] = found.fill_null(-1).to_numpy().astype(np.int8)
        else:
            objects = values.to_numpy(object, copy=True)
            objects[values.isna().to_numpy()] = None
            columns[column.name] = objects
    return columns


def row_columns(rows: Sequence[Mapping[str, Any]], table: Table) -> Columns:
    """The same arrays from dictionaries whose values are already of the canonical types."""
    columns: Columns = {}
    for column in table.columns:
        values = [row.get(column.name) for row in rows]
        if column.kind in (CellKind.DATE, CellKind.TIME):
            columns[column.name] = np.array([_day(value) for value in values], dtype=np.int64)
            if column.kind is CellKind.TIME:
                clocks = [_second(value) for value in values]
                columns[CLOCK.format(column.name)] = np.array(clocks, dtype=np.int64)
        elif column.kind in (CellKind.INT, CellKind.NUMBER, CellKind.BOOL):
            columns[column.name] = np.array([np.nan if v is None else float(v) for v in values], dtype=np.float64)
        elif column.codes is not None:
            columns[column.name] = np.array([_place(column.codes, value) for value in values], dtype=np.int8)
        else:
            objects = np.empty(len(values), dtype=object)
            objects[:] = values
            columns[column.name] = objects
    return columns


@cache
def _places(codes: type[Code]) -> dict[str | None, int]:
    return {None: -1, **{code: place for place, code in enumerate(codes.codes())}}


def _place(codes: type[Code], value: str | None) -> int:
    return _places(codes)[value]


def moment_of(day: int, second: int) -> datetime | None:
    """The moment of a day and its second, in the schools' time; None where the time of day is not on record."""
    if second == NO_TIME:
        return None
    return datetime.combine(day_to_date(day), time(), ZONE) + timedelta(seconds=second)


def _day(value: date | None) -> int:
    if value is None:
        return NO_DAY
    return date_to_day(_local(value).date() if isinstance(value, datetime) else value)


def _second(value: date | None) -> int:
    if not isinstance(value, datetime):
        return NO_TIME
    clock = _local(value)
    return clock.hour * 3600 + clock.minute * 60 + clock.second or NO_TIME


def _local(value: datetime) -> datetime:
    """A moment with a zone in the schools' time: an evening in UTC is the next day in China."""
    return value if value.tzinfo is None else value.astimezone(ZONE)
