"""Leave features: what the model reads are counts that one more day of leave never lowers."""

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import place_in
from data_schemas.school_days import SchoolDays
from models.columns import NO_DAY, Columns
from models.compiled import in_blocks
from models.features.at_school import IN_20, IN_60, IN_TERM, IN_YEAR, AtSchool, at_school
from models.features.coverage import covered_since
from models.features.leave_catalogue import leave_catalogue
from models.features.leave_class import excess_vs_class
from models.features.leave_counts import (
    COUNTS,
    SUSPENDED,
    add_totals,
    count_days,
    count_records,
    share_missed,
    window_begins,
)
from models.features.leave_days import YEAR, GroupedLeaves, LeaveDays, expanded, group_leaves
from models.features.matrix import Block
from models.leave_reference import LeaveReference
from models.records import Records, Rows, rows_of
from models.sheets import Ints

NAMES = (*COUNTS, "excess_vs_class_60", "leave_missing")
# What hangs on records of enrolment: a student who is suspended has them too.
OF_ENROLMENT = ("suspended_365", "suspensions", "resumed_90", "months_since_resumption", "days_past_suspension")
# By the end of a name, the window that has to be known for a 0 to be one; the year where there is none.
ENDS = {"_20": IN_20, "_60": IN_60, "_term": IN_TERM}
WINDOW = {name: ENDS.get("_" + name.rpartition("_")[2], IN_YEAR) for name in NAMES[:-1]}
WINDOW["leave_trend_20"] = IN_60  # it looks at the 20 school days before as well
TOTALS = ("until_on", "recorded_on", "window_days", "days", "episodes")


def leave_features(
    records: Records, here: AtSchool, as_of: int, reference: LeaveReference, described: bool = True
) -> Block:
    """Features at the end of day `as_of`, from what was recorded by then. Windows of 20 and 60 are school days, of 365
    calendar days.

    A window is known where the feed covers it and the student was at school for most of it (`here`). Of one that is not
    known a count is what is known at least, and where nothing is, it is missing; `leave_missing` is 1 where the last 60
    school days are not known. `described` also fills the features that are for people, blank where their window is not
    known.
    """
    n, school, students = len(records), records.school, records.students
    leaves, coverage = rows_of(records, "leaves")
    totals, _ = rows_of(records, "leave_totals")
    grouped = group_leaves(leaves, n)
    days = expanded(grouped, as_of, school)
    values = np.zeros((n, len(NAMES)), np.float32)
    below = reference.below(as_of)
    begins = counts(days, grouped, students, here, below, as_of, school, values)
    summed = add_totals(totals.student, *(totals[name] for name in TOTALS), school.which, begins, as_of, values)
    values[:, SUSPENDED] = _suspended_within(here, n, as_of)
    since = covered_since(coverage, as_of, school)
    begun: Ints = np.maximum(here.begins, students["enrolled_on"][:, None])
    reached = np.less_equal(since, as_of)[:, None] & np.less_equal(since[:, None], begun)
    known = reached & here.mostly
    values[:, -1] = ~(((since <= as_of) & here.mostly[:, IN_60]) | summed)
    enrolled = reached[:, IN_YEAR] & here.mostly_enrolled[:, IN_YEAR]
    knows = {name: enrolled if name in OF_ENROLMENT else known[:, window] for name, window in WINDOW.items()}
    days_of = {name: np.where(mine, as_of, NO_DAY) for name, mine in knows.items()}
    days_of["leave_days_365"] = np.where(known[:, IN_YEAR] | summed, as_of, NO_DAY)
    compared = known[:, IN_60] & np.asarray(below.any(axis=1))[students["stage"]]
    days_of["leave_rate_pctl_60"] = np.where(compared, as_of, NO_DAY)
    if described:
        values[:, EXCESS] = excess_vs_class(days, students, as_of, school)
        for place, name in enumerate(NAMES):
            if name in FOR_PEOPLE and name != "months_since_resumption":
                values[~knows[name], place] = np.nan
    return Block(NAMES, values, days_of)


FOR_PEOPLE = {feature.name for feature in leave_catalogue() if not feature.modelled}
EXCESS = NAMES.index("excess_vs_class_60")


def counts(
    days: LeaveDays,
    leaves: GroupedLeaves,
    students: Columns,
    here: AtSchool,
    below: NDArray[np.float32],
    as_of: int,
    school: SchoolDays,
    out: NDArray[np.float32],
) -> Ints:
    """Fill the columns `COUNTS` of `out` (n, …) and say where the windows of each calendar begin."""
    n = len(school)
    place_in(school.first, school.passed.shape[1], np.array([as_of]))
    calendars = school.arrays
    begins = window_begins(calendars, as_of)
    bounds = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(days.student, minlength=n), out=bounds[1:])
    away = (students["enrolled_on"], here.spans.offsets(n), here.spans.since, here.spans.until)
    known = (here.present[:, IN_60].copy(), here.whole[:, IN_60].copy(), here.mostly[:, IN_60].copy())

    def block(low: int, high: int) -> None:
        count_days(low, high, days.day, days.weight, days.says, bounds, calendars, begins, as_of, out)
        count_records(low, high, leaves, calendars, begins, as_of, out)
        of_60 = (students["stage"], below, begins[:, IN_60], school.which, out)
        share_missed(low, high, days.day, days.weight, bounds, *away, *known, *of_60)

    in_blocks(n, block)
    return begins


def _suspended_within(here: AtSchool, n: int, as_of: int) -> NDArray[np.bool_]:
    """Who was suspended on a day of the last year, shape (n,)."""
    found: NDArray[np.bool_] = np.bincount(here.spans.student[here.spans.until > as_of - YEAR], minlength=n) > 0
    return found


def shares_missed(records: Records, as_of: int) -> NDArray[np.float32]:
    """The share of the last 60 school days that each student missed, NaN where these are not known."""
    block = leave_features(records, at_school(records, as_of), as_of, LeaveReference())
    return block.values[:, NAMES.index("leave_rate_60")]


def has_total(totals: Rows, n: int, as_of: int) -> NDArray[np.bool_]:
    """Whether a sum of days within the last year is on record."""
    until = totals["until_on"]
    near = (totals["recorded_on"] <= as_of) & (until <= as_of) & (until > as_of - YEAR)
    near &= totals["window_days"] <= YEAR + 1
    found: NDArray[np.bool_] = np.bincount(totals.student[near], minlength=n) > 0
    return found
