"""Leave as days of one student: records taken apart, halves and overlaps settled, and runs of days as episodes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import place_in
from data_schemas.codes import LeaveReason, LeaveType
from data_schemas.school_days import SchoolDays
from models.compiled import by_student, compiled, in_blocks
from models.records import Rows
from models.sheets import Ints

# A school activity is no absence; lateness, suspension and returns are counted on their own.
ABSENCE = (LeaveType.SICK, LeaveType.PERSONAL, LeaveType.UNEXCUSED, LeaveType.QUARANTINE, LeaveType.UNKNOWN)
IS_ABSENCE = np.array([kind in ABSENCE for kind in LeaveType])
SICK, UNEXCUSED, QUARANTINE = LeaveType.SICK.place, LeaveType.UNEXCUSED.place, LeaveType.QUARANTINE.place
RESPIRATORY, FEVER = LeaveReason.RESPIRATORY.place, LeaveReason.FEVER.place
Shorts = NDArray[np.int32]
YEAR = 365
SPAN = YEAR + 14  # days that are looked at: a year, and a fortnight in which an episode may have begun

# What the records of a day say of it, as bits.
SAYS_UNEXCUSED, SAYS_SICK_OTHER, SAYS_QUARANTINE = 1, 2, 4
STANDS, BESIDE, REPLACED = 0, 1, 2  # what a record is among the versions of it
WHOLE = 1e9  # more half days than any record has


@dataclass(frozen=True)
class LeaveDays:
    """One row per student and school day of leave, in order; `weight` is 1 for a whole day and less where halves are
    known, `recorded` the day on which the first record that says so came in, `says` the bits above."""

    student: Ints
    day: Ints
    weight: NDArray[np.float64]
    recorded: Ints
    says: NDArray[np.uint8]

    @property
    def unexcused(self) -> NDArray[np.bool_]:
        return (self.says & SAYS_UNEXCUSED) > 0

    def where(self, mask: NDArray[np.bool_]) -> "LeaveDays":
        return LeaveDays(self.student[mask], self.day[mask], self.weight[mask], self.recorded[mask], self.says[mask])


# Rows of leave by student: where those of each begin, and six columns, each student's rows together.
GroupedLeaves = tuple[Ints, Shorts, Shorts, Shorts, NDArray[np.int8], NDArray[np.int8], NDArray[np.float64]]
COLUMNS = ("start_on", "end_on", "recorded_on", "type", "reason_code", "half_days")


def group_leaves(leaves: Rows, n: int) -> GroupedLeaves:
    """Bring the rows of each of n students together, so that every loop after this one reads in order."""
    order, offsets = by_student(leaves.student, n)
    columns = [leaves[name] for name in COLUMNS]
    found = tuple(np.empty(len(order), kind) for kind in (np.int32, np.int32, np.int32, np.int8, np.int8, np.float64))
    in_blocks(n, lambda low, high: _gather(order, offsets[low], offsets[high], *columns, *found))
    return (offsets, *found)  # type: ignore[return-value]


@compiled
def _gather(
    order: Shorts,
    low: int,
    high: int,
    start_on: Ints,
    end_on: Ints,
    recorded_on: Ints,
    kind: NDArray[np.int8],
    reason: NDArray[np.int8],
    half_days: NDArray[np.float64],
    starts: Shorts,
    ends: Shorts,
    recorded: Shorts,
    kinds: NDArray[np.int8],
    reasons: NDArray[np.int8],
    halves: NDArray[np.float64],
) -> None:
    for place in range(low, high):
        row = order[place]
        starts[place], ends[place], recorded[place] = start_on[row], end_on[row], recorded_on[row]
        kinds[place], reasons[place], halves[place] = kind[row], reason[row], half_days[row]


def leave_days(leaves: Rows, as_of: int, school: SchoolDays) -> LeaveDays:
    """The days of leave of the year before `as_of`, from what was recorded by then."""
    return expanded(group_leaves(leaves, len(school)), as_of, school)


def expanded(leaves: GroupedLeaves, as_of: int, school: SchoolDays) -> LeaveDays:
    """The same of rows that are grouped already."""
    place_in(school.first, school.passed.shape[1], np.array([as_of]))
    calendar = (school.which, school.school_day, school.passed, school.first)
    parts = in_blocks(len(school), lambda low, high: _days(low, high, leaves, IS_ABSENCE, *calendar, as_of))
    return LeaveDays(
        *(parts[0] if len(parts) == 1 else (np.concatenate(column) for column in zip(*parts, strict=True)))
    )


@compiled
def version_of(row: int, begin: int, end: int, leaves: GroupedLeaves, as_of: int) -> int:
    """What a record of one student (rows `begin` to `end`) is among those of the same kind that begin on the same day
    and were recorded by `as_of`: the one recorded last stands. Of several of that day it is one that withdraws the
    leave (it ends before it begins), or else the longest one, and the others are `BESIDE` it."""
    _, start_on, end_on, recorded_on, kind, _, half_days = leaves
    mine = WHOLE if np.isnan(half_days[row]) else half_days[row]
    found = STANDS
    for other in range(begin, end):
        if other == row or kind[other] != kind[row] or start_on[other] != start_on[row] or recorded_on[other] > as_of:
            continue
        if recorded_on[other] > recorded_on[row]:
            return REPLACED
        if recorded_on[other] == recorded_on[row]:
            if end_on[other] < start_on[other] or end_on[row] < start_on[row]:
                if end_on[row] >= start_on[row]:
                    return REPLACED
                continue
            theirs = WHOLE if np.isnan(half_days[other]) else half_days[other]
            if (end_on[other], theirs, other) > (end_on[row], mine, row):
                found = BESIDE
    return found


@compiled
def _days(
    low: int,
    high: int,
    leaves: GroupedLeaves,
    is_absence: NDArray[np.bool_],
    which: Ints,
    school_day: NDArray[np.bool_],
    passed: Ints,
    first: int,
    as_of: int,
) -> tuple[Ints, Ints, NDArray[np.float64], Ints, NDArray[np.uint8]]:
    """The days of students `low` to `high`. A later version of a record stands in the place of the earlier ones
    (`version_of`), which only say since when a day was known. Records of one day add up to a whole day at most: sick in
    the morning and away for a family matter in the afternoon is one day."""
    offsets, start_on, end_on, recorded_on, kind, reason, half_days = leaves
    oldest = max(as_of - SPAN, first)
    newest = min(as_of + YEAR, first + passed.shape[1] - 1)
    most = 0
    for row in range(offsets[low], offsets[high]):
        if is_absence[kind[row]] and recorded_on[row] <= as_of and start_on[row] <= as_of:
            most += max(min(end_on[row], as_of) - max(start_on[row], oldest) + 1, 0)
    student, day, recorded = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    weight, says = np.empty(most, np.float64), np.empty(most, np.uint8)
    at = np.full(as_of - oldest + 1, -1)  # where a day of the student at hand stands among the rows
    count = 0
    for who in range(low, high):
        begin, calendar = count, which[who]
        for earlier in range(2):  # the records that stand, then the versions before them
            for row in range(offsets[who], offsets[who + 1]):
                if not is_absence[kind[row]] or recorded_on[row] > as_of or start_on[row] > as_of:
                    continue
                version = version_of(row, offsets[who], offsets[who + 1], leaves, as_of)
                if (version != STANDS) != (earlier == 1):
                    continue
                start, end = max(start_on[row], oldest), min(end_on[row], newest)
                if end < start:
                    continue
                share = 1.0
                if not np.isnan(half_days[row]):
                    before = passed[calendar, start - 1 - first] if start > first else 0
                    whole = max(passed[calendar, end - first] - before, 1)
                    share = min(half_days[row] * 0.5 / whole, 1.0)
                said = 0
                if kind[row] == UNEXCUSED:
                    said = SAYS_UNEXCUSED
                elif kind[row] == QUARANTINE:
                    said = SAYS_QUARANTINE
                elif kind[row] == SICK and reason[row] != RESPIRATORY and reason[row] != FEVER:
                    said = SAYS_SICK_OTHER
                for on in range(start, min(end, as_of) + 1):
                    if not school_day[calendar, on - first]:
                        continue
                    here = at[on - oldest]
                    if here < 0 and version == STANDS:
                        here = at[on - oldest] = count
                        student[here], day[here] = who, on
                        weight[here], recorded[here], says[here] = share, recorded_on[row], said
                        count += 1
                    elif here >= 0:
                        if version == STANDS:
                            weight[here] = min(weight[here] + share, 1.0)
                        if version != REPLACED:
                            says[here] |= said
                        recorded[here] = min(recorded[here], recorded_on[row])
        for here in range(begin, count):
            at[day[here] - oldest] = -1
        # Records mostly come in order, so sorting is mostly looking.
        for here in range(begin + 1, count):
            place = here
            on, part, known, said = day[here], weight[here], recorded[here], says[here]
            while place > begin and day[place - 1] > on:
                day[place], weight[place] = day[place - 1], weight[place - 1]
                recorded[place], says[place] = recorded[place - 1], says[place - 1]
                place -= 1
            day[place], weight[place], recorded[place], says[place] = on, part, known, said
    return student[:count], day[:count], weight[:count], recorded[:count], says[:count]


def back_from(student: Ints, day: Ints, as_of: int, school: SchoolDays) -> Ints:
    """School days from each day to `as_of`."""
    return school.school_days_until(student, np.full(len(day), as_of)) - school.school_days_until(student, day)


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
