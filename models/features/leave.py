"""Leave features: counts over days of leave, so that one more day never lowers any of them."""

import numpy as np
from numpy.typing import NDArray

from data_schemas.school_days import SchoolDays
from models.columns import NO_DAY
from models.features.catalogue import LEAVE_SENTENCES
from models.features.leave_days import YEAR, LeaveDays, back_from, episode_starts, leave_days, return_days
from models.features.matrix import Block, Values, highest_by_student, latest_by_student, sum_by_student
from models.records import Coverage, Rows

RESUMED = 90  # days after a return from suspension
SILENT_SCHOOL_DAYS = 2  # a feed that stopped longer ago than this no longer covers the day


def leave_features(leaves: Rows, totals: Rows, coverage: Coverage, n: int, as_of: int, school: SchoolDays) -> Block:
    """Features at the end of day `as_of`, from what was recorded by then. Windows of 20 and 60 are school days,
    of 365 calendar days. Outside the feed's coverage `leave_missing` is 1 and counts are what is known at least."""
    days = leave_days(leaves, as_of, school)
    back = back_from(days.student, days.day, as_of, school)
    year = days.day > as_of - YEAR
    weekday = (days.day + 3) % 7

    def count(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        return sum_by_student(n, days.student[mask], days.weight[mask])

    values: Values = {
        "leave_days_20": count(back < 20),
        "leave_days_60": count(back < 60),
        "leave_days_term": count(school.term_of(days.student, days.day) == school.term_begun(as_of)[days.student]),
        "leave_days_365": np.maximum(count(year), _summed(totals, n, as_of)),
        "unexcused_days_20": count((back < 20) & days.unexcused),
        "unexcused_days_60": count((back < 60) & days.unexcused),
        "unexcused_days_365": count(year & days.unexcused),
        "nonresp_sick_days_60": count((back < 60) & days.sick_other),
        "monfri_days_60": count((back < 60) & ((weekday == 0) | (weekday == 4))),
        "return_day_leaves_365": sum_by_student(n, return_days(days.where(year), school)[0]),
        "pre_exam_days_365": count(year & school.is_before_exam(days.student, days.day)),
        "late_early_20": _late_early(leaves, n, as_of, school),
        "longest_leave_365": _longest(days.where(year), n, school),
        "suspended_365": _suspended(leaves, n, as_of),
        "suspensions": _times(leaves, "suspension", n, as_of),
        "resumed_90": np.minimum(_times(leaves, "resumption", n, as_of, RESUMED), 1.0),
    }
    fed, summed = covered(coverage, n, as_of, school), has_total(totals, n, as_of)
    values["leave_missing"] = (~(fed | summed)).astype(np.float64)
    # A sum of days says nothing of Mondays or holidays: what was not collected has no day and no sentence.
    known = {name: fed | (values[name] > 0) for name in LEAVE_SENTENCES}
    known["leave_days_365"] |= summed
    days_of = {name: np.where(here, as_of, NO_DAY) for name, here in known.items()}
    return Block({name: values[name] for name in (*LEAVE_SENTENCES, "leave_missing")}, days_of)


def _longest(days: LeaveDays, n: int, school: SchoolDays) -> NDArray[np.float64]:
    """The longest episode, in school days."""
    starts = episode_starts(days, school)
    lengths = np.diff(np.append(starts, len(days.day))).astype(np.float64)
    return highest_by_student(n, days.student[starts], lengths, 0.0)


def _late_early(leaves: Rows, n: int, as_of: int, school: SchoolDays) -> NDArray[np.float64]:
    """Days in the last 20 school days with a lateness, and days with an early leave; each counts once a day."""
    here = (leaves["recorded_on"] <= as_of) & (leaves["start_on"] <= as_of) & (leaves["start_on"] > as_of - YEAR)
    found = leaves.where(here & np.isin(leaves["type"], ("late", "early")))
    near = back_from(found.student, found["start_on"], as_of, school) < 20
    early = (found["type"][near] == "early").astype(np.int64)
    once = np.unique(np.column_stack([found.student[near], found["start_on"][near], early]), axis=0)
    return sum_by_student(n, once[:, 0])


def _times(leaves: Rows, kind: str, n: int, as_of: int, within: int | None = None) -> NDArray[np.float64]:
    """How many different days a record of that type begins on, of all or of the last `within` days."""
    known = (leaves["type"] == kind) & (leaves["recorded_on"] <= as_of) & (leaves["start_on"] <= as_of)
    if within is not None:
        known &= leaves["start_on"] > as_of - within
    once = np.unique(np.column_stack([leaves.student[known], leaves["start_on"][known]]), axis=0)
    return sum_by_student(n, once[:, 0])


def _suspended(leaves: Rows, n: int, as_of: int) -> NDArray[np.float64]:
    recent = (leaves["type"] == "suspension") & (leaves["recorded_on"] <= as_of) & (leaves["start_on"] <= as_of)
    recent &= leaves["end_on"] > as_of - YEAR
    return highest_by_student(n, leaves.student[recent], np.ones(int(recent.sum())), 0.0)


def _recent_totals(totals: Rows, as_of: int) -> Rows:
    until = totals["until_on"]
    near = (totals["recorded_on"] <= as_of) & (until <= as_of) & (until > as_of - YEAR)
    return totals.where(near & (totals["window_days"] <= YEAR + 1))


def _summed(totals: Rows, n: int, as_of: int) -> NDArray[np.float64]:
    """The highest sum on record for a window within the last year: at least so many days were missed."""
    recent = _recent_totals(totals, as_of)
    return highest_by_student(n, recent.student, recent["days"], 0.0)


def has_total(totals: Rows, n: int, as_of: int) -> NDArray[np.bool_]:
    """Whether a sum of days within the last year is on record."""
    return sum_by_student(n, _recent_totals(totals, as_of).student) > 0


def covered(coverage: Coverage, n: int, as_of: int, school: SchoolDays) -> NDArray[np.bool_]:
    """Whether the feed still reaches the day: it may lag by `SILENT_SCHOOL_DAYS`. A span that begins later is not
    known yet."""
    begun = coverage.start <= as_of
    end = latest_by_student(n, coverage.student[begun], np.minimum(coverage.end[begun], as_of))
    collected = end != NO_DAY
    place = np.where(collected, end, as_of)
    lag = back_from(np.arange(n), place, as_of, school)
    reaches: NDArray[np.bool_] = collected & (lag <= SILENT_SCHOOL_DAYS)
    return reaches
