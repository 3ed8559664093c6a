"""Leave as days of one student: records taken apart, halves and overlaps settled, and runs of days as episodes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_schemas.school_days import SchoolDays
from models.records import Rows
from models.sheets import Ints

ABSENCE = ("sick", "personal", "unexcused", "quarantine", "unknown")  # a school activity is no absence
RESPIRATORY = ("respiratory", "fever")
YEAR = 365


@dataclass(frozen=True)
class LeaveDays:
    """One row per student and school day of leave, in order; `weight` is 1 for a whole day and less where halves are
    known, `recorded` the day on which the first record that says so came in."""

    student: Ints
    day: Ints
    weight: NDArray[np.float64]
    recorded: Ints
    unexcused: NDArray[np.bool_]
    sick_other: NDArray[np.bool_]

    def where(self, mask: NDArray[np.bool_]) -> "LeaveDays":
        return LeaveDays(
            self.student[mask],
            self.day[mask],
            self.weight[mask],
            self.recorded[mask],
            self.unexcused[mask],
            self.sick_other[mask],
        )


def back_from(student: Ints, day: Ints, as_of: int, school: SchoolDays) -> Ints:
    """School days from each day to `as_of`."""
    return school.school_days_until(student, np.full(len(day), as_of)) - school.school_days_until(student, day)


def leave_days(leaves: Rows, as_of: int, school: SchoolDays) -> LeaveDays:
    """The days of leave of the year before `as_of`, from what was recorded by then."""
    oldest = as_of - YEAR - 14
    near = (leaves["recorded_on"] <= as_of) & (leaves["start_on"] <= as_of) & (leaves["end_on"] >= oldest)
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
        return LeaveDays(student, day, np.zeros(0), day, np.zeros(0, bool), np.zeros(0, bool))
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
        recorded=np.minimum.reduceat(kept["recorded_on"][row][order], starts),
        unexcused=np.logical_or.reduceat(kinds == "unexcused", starts),
        sick_other=np.logical_or.reduceat(other, starts),
    )


def episode_starts(days: LeaveDays, school: SchoolDays) -> Ints:
    """Where each episode begins among `days`: days without school in between are bridged."""
    if not len(days.day):
        return np.zeros(0, dtype=np.int64)
    number = school.school_days_until(days.student, days.day)
    breaks = np.ones(len(number), dtype=bool)
    breaks[1:] = (np.diff(days.student) != 0) | (np.diff(number) != 1)
    return np.flatnonzero(breaks)


def return_days(days: LeaveDays, school: SchoolDays) -> tuple[Ints, Ints, Ints]:
    """Return days on which, or on the school day after which, a student was on leave, each once: student, the day of
    leave, and the day on which it was recorded."""
    here = school.is_return_day(days.student, days.day)
    passed = school.school_days_until(days.student, days.day)
    after = school.is_return_day(days.student, school.school_day_before(days.student, days.day))
    # A return day is named by its running number, so that leave on both days counts once: the earlier day stands.
    number = np.concatenate([passed[here], passed[after] - 1])
    who = np.concatenate([days.student[here], days.student[after]])
    on = np.concatenate([days.day[here], days.day[after]])
    recorded = np.concatenate([days.recorded[here], days.recorded[after]])
    order = np.lexsort((on, number, who))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(who[order]) != 0) | (np.diff(number[order]) != 0)
    kept = order[first]
    return who[kept], on[kept], recorded[kept]
