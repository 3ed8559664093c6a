"""The same windows as Polars expressions."""

import numpy as np
import polars as pl

from benchmarks.engines.duckdb_sql import ABSENCE, CURRENT, HISTORY, NAMES
from benchmarks.engines.tables import AS_OF, Tables, calendar_columns
from data_schemas.codes import LeaveReason, LeaveType

AIRWAYS = (LeaveReason.RESPIRATORY.place, LeaveReason.FEVER.place)
LATE = (LeaveType.LATE.place, LeaveType.EARLY.place)


def load(tables: Tables) -> dict[str, pl.DataFrame]:
    columns = {"leaves": tables.leaves, "sheets": tables.sheets, "cal": calendar_columns()}
    return {name: pl.DataFrame(of) for name, of in columns.items()}


def windows(frames: dict[str, pl.DataFrame], n: int) -> dict[str, np.ndarray]:
    """Every window of `NAMES` for each student, as arrays (n,)."""
    cal = frames["cal"].lazy()
    today = frames["cal"].filter(pl.col("day") == AS_OF).row(0, named=True)
    number_of = frames["cal"].select(pl.col("day"), pl.col("number")).lazy()
    known = frames["leaves"].lazy().filter((pl.col("recorded_on") <= AS_OF) & (pl.col("start_on") <= AS_OF))
    span = (
        known.filter(pl.col("kind").is_in([kind.place for kind in ABSENCE]))
        .join(number_of.rename({"number": "last"}), left_on="end_on", right_on="day")
        .with_columns(before=pl.col("start_on") - 1)
        .join(number_of.rename({"number": "first"}), left_on="before", right_on="day")
        .with_columns(
            part=pl.when(pl.col("half_days") > 0)
            .then((pl.col("half_days") * 0.5 / (pl.col("last") - pl.col("first")).clip(1)).clip(upper_bound=1.0))
            .otherwise(1.0),
            unexcused=pl.col("kind") == LeaveType.UNEXCUSED.place,
            other=(pl.col("kind") == LeaveType.SICK.place) & ~pl.col("reason").is_in(AIRWAYS),
            day=pl.int_ranges(
                pl.max_horizontal("start_on", pl.lit(AS_OF - 379)), pl.min_horizontal("end_on", pl.lit(AS_OF)) + 1
            ),
        )
        .select("student", "part", "unexcused", "other", "day")
        .explode("day")
    )
    days = (
        span.join(cal.filter(pl.col("school") == 1), on="day")
        .group_by("student", "day", "number", "returns", "after_return", "monfri", "term")
        .agg(pl.col("part").sum().clip(upper_bound=1.0), pl.col("unexcused").any(), pl.col("other").any())
        .sort("student", "number")
        .with_columns(
            gap=pl.col("number") - pl.col("number").shift(1).over("student"),
            back=today["number"] - pl.col("number"),
            year=pl.col("day") > AS_OF - 365,
        )
        .with_columns(fresh=pl.col("gap").is_null() | (pl.col("gap") != 1))
        .with_columns(
            fresh_year=pl.col("fresh") | ~pl.col("year").shift(1).over("student"), run=pl.col("fresh").cum_sum()
        )
    )
    part, back, year = pl.col("part"), pl.col("back"), pl.col("year")
    leave = days.group_by("student").agg(
        part.filter(back < 20).sum().alias("leave_days_20"),
        part.filter(back < 60).sum().alias("leave_days_60"),
        part.filter(pl.col("term") == today["term"]).sum().alias("leave_days_term"),
        part.filter(year).sum().alias("leave_days_365"),
        part.filter((back < 20) & pl.col("unexcused")).sum().alias("unexcused_days_20"),
        part.filter((back < 60) & pl.col("unexcused")).sum().alias("unexcused_days_60"),
        part.filter(year & pl.col("unexcused")).sum().alias("unexcused_days_365"),
        ((back < 60) & (pl.col("fresh") | (back == 59))).sum().alias("leave_episodes_60"),
        (year & pl.col("fresh_year")).sum().alias("leave_episodes_365"),
        part.filter((back < 60) & pl.col("other")).sum().alias("nonresp_sick_days_60"),
        part.filter((back < 60) & (pl.col("monfri") == 1)).sum().alias("monfri_days_60"),
    )
    longest = (
        days.filter(year)
        .group_by("student", "run")
        .len()
        .group_by("student")
        .agg(longest_leave_365=pl.col("len").max())
    )
    here = days.filter(year & (pl.col("returns") == 1)).select("student", "number")
    after = days.filter(year & (pl.col("after_return") == 1)).select("student", number=pl.col("number") - 1)
    returned = pl.concat([here, after]).group_by("student").agg(return_day_leaves_365=pl.col("number").n_unique())
    twenty = frames["cal"].filter((pl.col("school") == 1) & (today["number"] - pl.col("number") < 20))["day"].min()
    late = (
        known.filter(pl.col("kind").is_in(LATE) & (pl.col("start_on") >= twenty))
        .group_by("student")
        .agg(late_early_20=pl.struct("start_on", "kind").n_unique())
    )
    sheets = frames["sheets"].lazy().filter(pl.col("day") <= AS_OF)
    last = sheets.filter(AS_OF - pl.col("day") <= CURRENT).group_by("student").agg(last=pl.col("day").max())
    dated = sheets.join(last, on="student", how="left")
    newest = dated.filter(pl.col("day") == pl.col("last")).group_by("student").agg(phq9_total=pl.col("total").max())
    earlier = (AS_OF - pl.col("day") <= HISTORY) & (pl.col("last").is_null() | (pl.col("day") < pl.col("last")))
    before = dated.filter(earlier).group_by("student").agg(phq9_earlier_max=pl.col("total").max())
    whole = pl.LazyFrame({"student": np.arange(n)})
    for made in (leave, longest, returned, late, newest, before):
        whole = whole.join(made, on="student", how="left")
    found = whole.sort("student").select([pl.col(name).fill_null(0).cast(pl.Float32) for name in NAMES]).collect()
    return {name: found[name].to_numpy() for name in NAMES}
