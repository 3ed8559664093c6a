"""The same windows as one would first write them: a function over each student's rows, by pandas' groupby."""

import numpy as np
import pandas as pd

from benchmarks.engines.duckdb_sql import ABSENCE, CURRENT, HISTORY, NAMES
from benchmarks.engines.tables import AS_OF, Tables, calendar_columns
from data_schemas.codes import LeaveReason, LeaveType

AIRWAYS = (LeaveReason.RESPIRATORY.place, LeaveReason.FEVER.place)


def windows(tables: Tables, students: int) -> pd.DataFrame:
    """The windows of the first so many students, whose rows are picked out beforehand."""
    calendar = pd.DataFrame(calendar_columns()).set_index("day")
    leaves, sheets = pd.DataFrame(tables.leaves), pd.DataFrame(tables.sheets)
    leaves, sheets = leaves[leaves["student"] < students], sheets[sheets["student"] < students]
    of_leave = leaves.groupby("student").apply(_leave, calendar=calendar, include_groups=False)
    of_sheets = sheets.groupby("student").apply(_sheets, include_groups=False)
    whole = pd.concat([of_leave, of_sheets], axis=1).reindex(range(students))
    return whole.reindex(columns=NAMES).fillna(0.0)


def _leave(rows: pd.DataFrame, calendar: pd.DataFrame) -> pd.Series:
    rows = rows[(rows["recorded_on"] <= AS_OF) & (rows["start_on"] <= AS_OF)]
    here = calendar.loc[AS_OF]
    parts = []
    for row in rows[rows["kind"].isin([kind.place for kind in ABSENCE])].itertuples():
        span = calendar.loc[row.start_on : row.end_on]
        taught = span[span["school"] == 1]
        part = min(row.half_days * 0.5 / max(len(taught), 1), 1.0) if row.half_days else 1.0
        other = row.kind == LeaveType.SICK.place and row.reason not in AIRWAYS
        unexcused = row.kind == LeaveType.UNEXCUSED.place
        parts.append(taught.loc[:AS_OF].assign(part=part, other=other, unexcused=unexcused))
    found = dict.fromkeys(NAMES[:-2], 0.0)
    if parts and sum(map(len, parts)):
        days = pd.concat(parts)
        keys = ["number", "returns", "after_return", "monfri", "term"]
        days = days.groupby("day").agg(
            dict.fromkeys(keys, "first") | {"part": "sum", "other": "max", "unexcused": "max"}
        )
        days["part"] = days["part"].clip(upper=1.0)
        days = days.sort_index()
        back, year = here["number"] - days["number"], days.index > AS_OF - 365
        fresh = days["number"].diff() != 1
        of_year = days[year]
        runs = (of_year["number"].diff() != 1).cumsum()
        returned = {*of_year.loc[of_year["returns"] == 1, "number"]}
        returned |= {*(of_year.loc[of_year["after_return"] == 1, "number"] - 1)}
        found |= {
            "leave_days_20": days.loc[back < 20, "part"].sum(),
            "leave_days_60": days.loc[back < 60, "part"].sum(),
            "leave_days_term": days.loc[days["term"] == here["term"], "part"].sum(),
            "leave_days_365": of_year["part"].sum(),
            "unexcused_days_20": days.loc[(back < 20) & days["unexcused"], "part"].sum(),
            "unexcused_days_60": days.loc[(back < 60) & days["unexcused"], "part"].sum(),
            "unexcused_days_365": of_year.loc[of_year["unexcused"], "part"].sum(),
            "leave_episodes_60": ((back < 60) & (fresh | (back == 59))).sum(),
            "leave_episodes_365": (of_year["number"].diff() != 1).sum(),
            "nonresp_sick_days_60": days.loc[(back < 60) & days["other"], "part"].sum(),
            "monfri_days_60": days.loc[(back < 60) & (days["monfri"] == 1), "part"].sum(),
            "longest_leave_365": runs.value_counts().max() if len(runs) else 0,
            "return_day_leaves_365": len(returned),
        }
    late = rows[rows["kind"].isin((LeaveType.LATE.place, LeaveType.EARLY.place))]
    recent = calendar[(calendar["school"] == 1) & (here["number"] - calendar["number"] < 20)].index[0]
    found["late_early_20"] = len(late[late["start_on"] >= recent].drop_duplicates(["start_on", "kind"]))
    return pd.Series(found, dtype=np.float64)


def _sheets(rows: pd.DataFrame) -> pd.Series:
    rows = rows[rows["day"] <= AS_OF]
    current = rows[AS_OF - rows["day"] <= CURRENT]
    last = current["day"].max() if len(current) else None
    before = rows[AS_OF - rows["day"] <= HISTORY]
    before = before[before["day"] < last] if last is not None else before
    total = current.loc[current["day"] == last, "total"].max() if last is not None else 0.0
    return pd.Series({"phq9_total": total, "phq9_earlier_max": before["total"].max() if len(before) else 0.0})
