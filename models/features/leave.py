"""Leave features: counts over days of leave, so that one more day never lowers any of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_schemas.school_days import SchoolDays
from models.columns import NO_DAY
from models.features.catalogue import LEAVE_SENTENCES
from models.features.matrix import Block, Values, highest_by_student, latest_by_student, sum_by_student
from models.records import Coverage, Rows
from models.sheets import Ints

ABSENCE = ("sick", "personal", "unexcused", "quarantine", "unknown")  # a school activity is no absence
RESPIRATORY = ("respiratory", "fever")
YEAR = 365
SILENT_SCHOOL_DAYS = 2  # a feed that stopped longer ago than this no longer covers the day


@dataclass(frozen=True)
class LeaveDays:
    """One row per student and school day of leave; `weight` is 1 for a whole day and less where halves are known."""

    student: Ints
    day: Ints
    weight: NDArray[np.float64]
    unexcused: NDArray[np.bool_]
    sick_other: NDArray[np.bool_]


def leave_features(leaves: Rows, totals: Rows, coverage: Coverage, n: int, as_of: int, school: SchoolDays) -> Block:
    """Features at the end of day `as_of`, from what was recorded by then. Windows of 20 and 60 are school days,
    of 365 calendar days. Outside the feed's coverage `leave_missing` is 1 and counts are what is known at least."""
    days = _leave_days(leaves.where(leaves["recorded_on"] <= as_of), as_of, school)
    back = _back(days.student, days.day, as_of, school)
    year = days.day > as_of - YEAR
    weekday = (days.day + 3) % 7

    def count(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        return sum_by_student(n, days.student[mask], days.weight[mask])

    values: Values = {
        "leave_days_20": count(back < 20),
        "leave_days_60": count(back < 60),
        "leave_days_365": np.maximum(count(year), _summed(totals, n, as_of)),
        "unexcused_days_365": count(year & days.unexcused),
        "nonresp_sick_days_60": count((back < 60) & days.sick_other),
        "monfri_days_60": count((back < 60) & ((weekday == 0) | (weekday == 4))),
        "return_day_leaves_365": _return_days(days, year, n, school),
        "longest_leave_365": _longest(days, year, n, school),
        "suspended_365": _suspended(leaves, n, as_of),
    }
    fed, summed = covered(coverage, n, as_of, school), has_total(totals, n, as_of)
    values["leave_missing"] = (~(fed | summed)).astype(np.float64)
    # A sum of days says nothing of Mondays or holidays: what was not collected has no day and no sentence.
    known = {name: fed | (values[name] > 0) for name in LEAVE_SENTENCES}
    known["leave_days_365"] |= summed
    days_of = {name: np.where(here, as_of, NO_DAY) for name, here in known.items()}
    return Block({name: values[name] for name in (*LEAVE_SENTENCES, "leave_missing")}, days_of)


def _back(student: Ints, day: Ints, as_of: int, school: SchoolDays) -> Ints:
    """School days from each day to `as_of`."""
    return school.school_days_until(student, np.full(len(day), as_of)) - school.school_days_until(student, day)


def _leave_days(leaves: Rows, as_of: int, school: SchoolDays) -> LeaveDays:
    oldest = as_of - YEAR - 14
    near = (leaves["start_on"] <= as_of) & (leaves["end_on"] >= oldest)
    kept = leaves.where(np.isin(leaves["type"], ABSENCE) & near)
    start, end = np.maximum(kept["start_on"], oldest), np.minimum(kept["end_on"], as_of + YEAR)
    length = np.maximum(end - start + 1, 0)
    row = np.repeat(np.arange(len(start)), length)
    day = start[row] + np.arange(len(row)) - np.repeat(np.cumsum(length) - length, length)
    at_school = school.is_school_day(kept.student[row], day)
    whole = np.maximum(np.bincount(row[at_school], minlength=len(start)), 1)
    halves = kept["half_days"]
    weight = np.where(np.isnan(halves), 1.0, np.minimum(halves * 0.5 / whole, 1.0))
    shown = at_school & (day <= as_of)
    row, day = row[shown], day[shown]
    student = kept.student[row]
    if not len(day):
        return LeaveDays(student, day, np.zeros(0), np.zeros(0, bool), np.zeros(0, bool))
    # Two records of one day are one day of leave: the larger share of it, with what either says.
    order = np.lexsort((day, student))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(student[order]) != 0) | (np.diff(day[order]) != 0)
    starts = np.flatnonzero(first)
    kinds, reasons = kept["type"][row][order], kept["reason_code"][row][order]
    other = (kinds == "sick") & ~np.isin(reasons, RESPIRATORY)
    return LeaveDays(
        student=student[order][starts],
        day=day[order][starts],
        weight=np.maximum.reduceat(weight[row][order], starts),
        unexcused=np.logical_or.reduceat(kinds == "unexcused", starts),
        sick_other=np.logical_or.reduceat(other, starts),
    )


def _return_days(days: LeaveDays, year: NDArray[np.bool_], n: int, school: SchoolDays) -> NDArray[np.float64]:
    """Return days of the year on which, or on the school day after which, the student was on leave."""
    student, day = days.student[year], days.day[year]
    here = school.is_return_day(student, day)
    passed = school.school_days_until(student, day)
    previous = school.school_day_before(student, day)
    after = school.is_return_day(student, previous)
    # A return day is named by its running number, so that leave on both days counts once.
    number = np.concatenate([passed[here], passed[after] - 1])
    who = np.concatenate([student[here], student[after]])
    unique = np.unique(np.column_stack([who, number]), axis=0) if len(who) else np.zeros((0, 2), np.int64)
    return sum_by_student(n, unique[:, 0])


def _longest(days: LeaveDays, year: NDArray[np.bool_], n: int, school: SchoolDays) -> NDArray[np.float64]:
    """The longest run of school days on leave; days without school in between are bridged."""
    student = days.student[year]
    number = school.school_days_until(student, days.day[year])
    if not len(student):
        return np.zeros(n)
    breaks = np.ones(len(student), dtype=bool)
    breaks[1:] = (np.diff(student) != 0) | (np.diff(number) != 1)
    starts = np.flatnonzero(breaks)
    lengths = np.diff(np.append(starts, len(student))).astype(np.float64)
    return highest_by_student(n, student[starts], lengths, 0.0)


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
    lag = _back(np.arange(n), place, as_of, school)
    reaches: NDArray[np.bool_] = collected & (lag <= SILENT_SCHOOL_DAYS)
    return reaches
