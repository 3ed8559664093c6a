"""A city as large as one likes: the synthetic one again and again, with ids of their own and leaves that are drawn."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.engines.tables import AS_OF, Tables, make_tables
from data_schemas.calendar import day_to_date
from data_schemas.codes import LeaveReason, LeaveType

DAY = day_to_date(AS_OF)


def repeat(seed: Path, out: Path, students: int) -> Tables:
    """Write a city of so many students; answers with leaves and sheets as the engines want them."""
    shutil.copytree(seed, out)
    everyone = pd.read_parquet(seed / "students.parquet")
    copies = -(-students // len(everyone))
    ids = [f"{one}~{copy}" for copy in range(copies) for one in everyone["student_id"]][:students]
    place = pd.Series(np.arange(students), index=ids)
    for file in sorted(out.rglob("*.parquet")):
        frame = _of_twelve_months(pd.read_parquet(file))
        parts = []
        for copy in range(copies):
            part = frame.copy()
            for column in ("student_id", "school_id"):
                if column in part:
                    part[column] = part[column] + f"~{copy}"
            parts.append(part)
        whole = pd.concat(parts, ignore_index=True)
        if "student_id" in whole:
            whole = whole[whole["student_id"].isin(place.index)]
        whole.to_parquet(file, index=False)
    tables = make_tables(students)
    _leaves(tables, np.array(ids, dtype=object), pd.read_parquet(seed / "leaves.parquet")).to_parquet(
        out / "leaves.parquet", index=False
    )
    sheets = pd.read_parquet(out / "responses" / "phq9.parquet")
    items = sheets.filter(like="item_").fillna(0).sum(axis=1)
    filled = {
        "student": place[sheets["student_id"]].to_numpy(),
        "day": sheets["administered_on"].to_numpy("datetime64[D]").astype(np.int64),
        "total": items.to_numpy(np.int64),
    }
    return replace(tables, sheets=filled)


def _of_twelve_months(frame: pd.DataFrame) -> pd.DataFrame:
    for column in ("administered_on", "reported_on", "observed_on", "contacted_on"):
        if column in frame:
            return frame[pd.to_datetime(frame[column]) > pd.Timestamp(DAY) - pd.Timedelta(days=365)]
    return frame


def _leaves(tables: Tables, ids: np.ndarray, like: pd.DataFrame) -> pd.DataFrame:
    """The drawn leaves as a table of a dataset, in the form of the city's own."""
    kinds = {kind.place: kind.code for kind in LeaveType}
    reasons = {reason.place: reason.code for reason in LeaveReason}
    said = tables.leaves
    days = {name: said[name].astype("datetime64[D]") for name in ("start_on", "end_on", "recorded_on")}
    frame = pd.DataFrame(
        {
            "student_id": ids[said["student"]],
            "type": [kinds[kind] for kind in said["kind"].tolist()],
            "reason_code": [reasons.get(reason) for reason in said["reason"].tolist()],
            "half_days": pd.array(np.where(said["half_days"] > 0, said["half_days"], np.nan), dtype="Int64"),
            **{name: pd.Series(day).dt.date for name, day in days.items()},
        }
    )
    return frame.reindex(columns=like.columns)
