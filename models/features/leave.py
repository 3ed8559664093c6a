"""Leave features: what the model reads are counts that one more day of leave never lowers."""

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import place_in
from data_schemas.school_days import SchoolDays
from models.columns import NO_DAY, Columns
from models.compiled import in_blocks
from models.features.coverage import covered_since
from models.features.leave_catalogue import leave_catalogue
from models.features.leave_class import excess_vs_class
from models.features.leave_counts import COUNTS, add_totals, count_days, count_records, window_begins
from models.features.leave_days import YEAR, GroupedLeaves, LeaveDays, expanded, group_leaves
from models.features.matrix import Block
from models.leave_reference import LeaveReference
from models.records import Coverage, Records, Rows, rows_of
from models.sheets import Ints

NAMES = (*COUNTS, "excess_vs_class_60", "leave_missing")
# By the end of a name, the window that has to be covered for a 0 to be one; the year where there is none.
ENDS = {"_20": 0, "_60": 1, "_term": 2}
WHOLE = 3
WINDOW = {name: ENDS.get("_" + name.rpartition("_")[2], WHOLE) for name in NAMES[:-1]}
TOTALS = ("until_on", "recorded_on", "window_days", "days", "episodes")


def leave_features(
    leaves: Rows,
    totals: Rows,
    coverage: Coverage,
    students: Columns,
    as_of: int,
    school: SchoolDays,
    reference: LeaveReference,
    described: bool,
) -> Block:
    """Features at the end of day `as_of`, from what was recorded by then. Windows of 20 and 60 are school days, of 365
    calendar days. Outside the feed's coverage `leave_missing` is 1 and counts are what is known at least. `described`
    also fills the features that are for people, blank where the feed does not cover their window."""
    n = len(school)
    grouped = group_leaves(leaves, n)
    days = expanded(grouped, as_of, school)
    values = np.zeros((n, len(NAMES)), np.float32)
    begins = counts(days, grouped, students, reference, as_of, school, values)
    summed = add_totals(totals.student, *(totals[name] for name in TOTALS), school.which, begins, as_of, values)
    since = covered_since(coverage, as_of, school)
    values[:, -1] = ~((since <= as_of) | summed)
    begins = np.maximum(begins[school.which], students["enrolled_on"][:, None])
    known = (since <= as_of)[:, None] & (since[:, None] <= begins)
    reaches = [np.where(known[:, window], as_of, NO_DAY) for window in range(WHOLE + 1)]
    days_of = {name: reaches[window] for name, window in WINDOW.items()}
    days_of["leave_days_365"] = np.where(known[:, WHOLE] | summed, as_of, NO_DAY)
    if described:
        values[:, EXCESS] = excess_vs_class(days, students, as_of, school)
        for place, name in enumerate(NAMES):
            if name in FOR_PEOPLE:
                values[~known[:, WINDOW[name]], place] = np.nan
    return Block(NAMES, values, days_of)


FOR_PEOPLE = {feature.name for feature in leave_catalogue() if not feature.modelled}
EXCESS = NAMES.index("excess_vs_class_60")


def counts(
    days: LeaveDays,
    leaves: GroupedLeaves,
    students: Columns,
    reference: LeaveReference,
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
    below = reference.below(as_of)
    rows = (leaves, students["enrolled_on"], students["stage"])

    def block(low: int, high: int) -> None:
        count_days(low, high, days.day, days.weight, days.says, bounds, calendars, begins, as_of, out)
        count_records(low, high, *rows, below, calendars, begins, as_of, out)

    in_blocks(n, block)
    return begins


def shares_missed(records: Records, as_of: int) -> NDArray[np.float32]:
    """The share of the last 60 school days that each student missed, NaN where the feed does not cover them."""
    leaves, coverage = rows_of(records, "leaves")
    totals, _ = rows_of(records, "leave_totals")
    school = records.school
    block = leave_features(leaves, totals, coverage, records.students, as_of, school, LeaveReference(), True)
    return block.values[:, NAMES.index("leave_rate_60")]


def has_total(totals: Rows, n: int, as_of: int) -> NDArray[np.bool_]:
    """Whether a sum of days within the last year is on record."""
    until = totals["until_on"]
    near = (totals["recorded_on"] <= as_of) & (until <= as_of) & (until > as_of - YEAR)
    near &= totals["window_days"] <= YEAR + 1
    found: NDArray[np.bool_] = np.bincount(totals.student[near], minlength=n) > 0
    return found
