"""Duty rosters: who is on duty at a school from when to when, from a table's rows to plain values."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.codes import DutyRole
from data_schemas.rules import Fault
from data_schemas.zone import CHINA


@dataclass(frozen=True)
class DutySpan:
    """One person's turn of duty. Times are aware; the end is exclusive, so that turns may follow each other."""

    school_id: str
    person: str
    role: DutyRole
    phone: str | None
    starts_at: datetime
    ends_at: datetime
    note: str | None = None


def duty_faults(frame: pd.DataFrame) -> list[Fault]:
    """Rows of the table `duty` that end as they start, or overlap with another turn of the same school and role: two
    people in one role at once leave open who is called."""
    empty = (frame["ends_at"] == frame["starts_at"]).to_numpy(dtype=bool)
    again = np.flatnonzero(frame.duplicated(KEY).to_numpy(dtype=bool))
    found = [
        Fault(again, "person", "the same turn again", "see whether another turn is meant and mend it"),
        Fault(np.flatnonzero(empty), "ends_at", "the turn ends when it starts", "mend one of the two times"),
        Fault(_overlapping(frame), "starts_at", "this turn and another of the same school and role overlap", OVERLAP),
    ]
    return [fault for fault in found if len(fault.rows)]


KEY = ["school_id", "person", "role", "starts_at", "ends_at"]
OVERLAP = "mend one of the two, or give one person another role: deputy stands in for counselor"


def _overlapping(frame: pd.DataFrame) -> NDArray[np.intp]:
    """Rows that begin before an earlier turn has ended. A row that is there twice is named as such elsewhere."""
    columns = ["school_id", "role", "starts_at", "ends_at"]
    whole = frame[columns].notna().all(axis=1) & (frame["starts_at"] < frame["ends_at"])
    mine = frame.assign(place=np.arange(len(frame)))[whole].drop_duplicates(KEY)
    ordered = mine.sort_values(["school_id", "role", "starts_at", "ends_at"], kind="stable")
    group = [ordered["school_id"], ordered["role"]]
    ended = ordered.groupby(["school_id", "role"])["ends_at"].cummax().groupby(group).shift()
    rows: NDArray[np.intp] = np.sort(ordered["place"][ordered["starts_at"] < ended].to_numpy(dtype=np.intp))
    return rows


def duty_spans(frame: pd.DataFrame) -> list[DutySpan]:
    """The rows of the table `duty`, in canonical types and without faults; their times are the schools' own."""
    return [
        DutySpan(
            school_id=row.school_id,
            person=row.person,
            role=DutyRole.of(row.role),
            phone=None if pd.isna(row.phone) else row.phone,
            starts_at=row.starts_at.to_pydatetime().replace(tzinfo=CHINA),
            ends_at=row.ends_at.to_pydatetime().replace(tzinfo=CHINA),
            note=None if pd.isna(row.note) else row.note,
        )
        for row in frame.itertuples(index=False, name="Row")
    ]
