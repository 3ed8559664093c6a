"""Counts over the days of leave of one student: each window and each run, as its description reads."""

import numpy as np
from numpy.typing import NDArray

from data_schemas.codes import LeaveType
from models.columns import NO_DAY
from models.compiled import compiled
from models.features.leave_days import (
    REPLACED,
    SAYS_QUARANTINE,
    SAYS_SICK_OTHER,
    SAYS_UNEXCUSED,
    YEAR,
    GroupedLeaves,
    version_of,
)
from models.leave_reference import ALMOST, STEPS
from models.sheets import Ints

Floats = NDArray[np.float32]
Calendars = tuple[Ints, NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_], Ints, Ints, Ints, int]

COUNTS = (
    "leave_days_20",
    "leave_days_60",
    "leave_days_term",
    "leave_days_365",
    "unexcused_days_20",
    "unexcused_days_60",
    "unexcused_days_term",
    "unexcused_days_365",
    "leave_episodes_20",
    "leave_episodes_60",
    "leave_episodes_term",
    "leave_episodes_365",
    "nonresp_sick_days_60",
    "nonresp_sick_episodes_60",
    "monfri_days_60",
    "monfri_share_60",
    "return_day_leaves_365",
    "return_day_leave_rate_365",
    "pre_exam_days_365",
    "late_early_20",
    "longest_leave_365",
    "leave_trend_20",
    "leave_rate_60",
    "leave_rate_pctl_60",
    "suspended_365",
    "suspensions",
    "resumed_90",
    "months_since_resumption",
    "days_past_suspension",
)
PLACE = {name: place for place, name in enumerate(COUNTS)}
DAYS, UNEXCUSED, EPISODES = PLACE["leave_days_20"], PLACE["unexcused_days_20"], PLACE["leave_episodes_20"]
SICK_DAYS, SICK_EPISODES = PLACE["nonresp_sick_days_60"], PLACE["nonresp_sick_episodes_60"]
MONFRI, MONFRI_SHARE = PLACE["monfri_days_60"], PLACE["monfri_share_60"]
RETURNS, RETURN_RATE = PLACE["return_day_leaves_365"], PLACE["return_day_leave_rate_365"]
EXAM, LATE, LONGEST = PLACE["pre_exam_days_365"], PLACE["late_early_20"], PLACE["longest_leave_365"]
TREND, RATE, PERCENTILE = PLACE["leave_trend_20"], PLACE["leave_rate_60"], PLACE["leave_rate_pctl_60"]
SUSPENDED, SUSPENSIONS = PLACE["suspended_365"], PLACE["suspensions"]
RESUMED, RESUMED_MONTHS = PLACE["resumed_90"], PLACE["months_since_resumption"]
PAST = PLACE["days_past_suspension"]

IS_LATE, IS_EARLY = LeaveType.LATE.place, LeaveType.EARLY.place
IS_SUSPENSION, IS_RESUMPTION = LeaveType.SUSPENSION.place, LeaveType.RESUMPTION.place
RESUMED_DAYS = 90
DAYS_A_MONTH = 365.25 / 12
# 20, 60, term, year: the windows in which days, episodes and days without leave are counted.
WINDOWS = 4


@compiled
def count_days(
    low: int,
    high: int,
    day: Ints,
    weight: NDArray[np.float64],
    says: NDArray[np.uint8],
    bounds: Ints,
    calendars: Calendars,
    begins: Ints,
    as_of: int,
    out: Floats,
) -> None:
    """Count the days of students `low` to `high` into their rows of `out`; those of student s are
    `day[bounds[s]:bounds[s + 1]]`. `begins` (calendars, 4) are the first days of the windows."""
    which, _, return_day, before_exam, _, passed, previous, first = calendars
    returns = np.zeros(len(passed))
    for calendar in range(len(passed)):
        for on in range(begins[calendar, 3], as_of + 1):
            returns[calendar] += return_day[calendar, on - first]
    for who in range(low, high):
        mine, calendar = out[who], which[who]
        today = passed[calendar, as_of - first]
        last, last_return, run = -9, -9, 0
        sick_counted = False  # whether the episode at hand is among the sick ones
        share_all = share_fresh = share_before = 0.0
        for here in range(bounds[who], bounds[who + 1]):
            on, part, said = day[here], weight[here], says[here]
            number = passed[calendar, on - first]
            follows = number == last + 1
            sick_counted = sick_counted and follows
            for window in range(WINDOWS):
                if on < begins[calendar, window]:
                    continue
                mine[DAYS + window] += part
                if said & SAYS_UNEXCUSED:
                    mine[UNEXCUSED + window] += part
                if not follows or day[here - 1] < begins[calendar, window]:
                    mine[EPISODES + window] += 1
            back = today - number
            weekday = (on + 3) % 7  # 1970-01-01 was a Thursday
            if back < 60:
                share_all += part
                if weekday == 0 or weekday == 4:
                    mine[MONFRI] += part
                if said & SAYS_SICK_OTHER:
                    mine[SICK_DAYS] += part
                    if not sick_counted:
                        mine[SICK_EPISODES] += 1
                    sick_counted = True
            if not said & SAYS_QUARANTINE:
                if back < 20:
                    share_fresh += part
                elif back < 40:
                    share_before += part
            if on >= begins[calendar, 3]:
                if before_exam[calendar, on - first]:
                    mine[EXAM] += part
                earlier = previous[calendar, on - first]
                if return_day[calendar, earlier - first] and number - 1 > last_return:
                    mine[RETURNS] += 1
                    last_return = number - 1
                if return_day[calendar, on - first] and number > last_return:
                    mine[RETURNS] += 1
                    last_return = number
                run = run + 1 if follows and day[here - 1] >= begins[calendar, 3] else 1
                mine[LONGEST] = max(mine[LONGEST], run)
            last = number
        mine[MONFRI_SHARE] = (mine[MONFRI] + 1) / (share_all + 2.5)
        mine[RETURN_RATE] = (mine[RETURNS] + 0.5) / (returns[calendar] + 10)
        mine[TREND] = share_fresh - share_before


@compiled
def count_records(
    low: int, high: int, leaves: GroupedLeaves, calendars: Calendars, begins: Ints, as_of: int, out: Floats
) -> None:
    """Lateness, suspensions and returns of students `low` to `high`, into the rows of `out`."""
    which = calendars[0]
    offsets, start_on, end_on, recorded_on, kind, _, _ = leaves
    oldest = begins[:, 0].min()
    was_late, was_early = np.full(as_of - oldest + 1, -1), np.full(as_of - oldest + 1, -1)
    for who in range(low, high):
        mine, calendar = out[who], which[who]
        newest, until, back = NO_DAY, NO_DAY, NO_DAY
        for row in range(offsets[who], offsets[who + 1]):
            start, end = start_on[row], end_on[row]
            if recorded_on[row] > as_of or start > as_of:
                continue
            mark = kind[row] == IS_LATE or kind[row] == IS_EARLY
            if not mark and kind[row] != IS_SUSPENSION and kind[row] != IS_RESUMPTION:
                continue
            if end < start or version_of(row, offsets[who], offsets[who + 1], leaves, as_of) == REPLACED:
                continue  # withdrawn, or told anew by a later record
            if mark:
                marks = was_late if kind[row] == IS_LATE else was_early
                if start >= begins[calendar, 0] and marks[start - oldest] != who:
                    marks[start - oldest] = who
                    mine[LATE] += 1
            elif kind[row] == IS_RESUMPTION:
                back = max(back, start)
                if start > as_of - RESUMED_DAYS:
                    mine[RESUMED] = 1
            else:
                again = False  # said twice on the day that it was recorded last
                for other in range(offsets[who], row):
                    same = kind[other] == IS_SUSPENSION and start_on[other] == start
                    again = again or (same and recorded_on[other] == recorded_on[row])
                mine[SUSPENSIONS] += not again
                if start > newest or (start == newest and end < until):
                    newest, until = start, end
        mine[RESUMED_MONTHS] = (as_of - back) / DAYS_A_MONTH if back != NO_DAY else np.nan
        if newest != NO_DAY and until < as_of and back < newest:
            mine[PAST] = min(as_of - until, YEAR)


@compiled
def share_missed(
    low: int,
    high: int,
    day: Ints,
    weight: NDArray[np.float64],
    bounds: Ints,
    enrolled_on: Ints,
    spans: Ints,
    since: Ints,
    until: Ints,
    present: Ints,
    whole: Ints,
    known: NDArray[np.bool_],
    stage: NDArray[np.int8],
    below: Floats,
    begins: Ints,
    which: Ints,
    out: Floats,
) -> None:
    """The share missed of the days at school among the last 60 school days, and its percentile by `below` (stages,
    steps), after `count_days`, of students `low` to `high`. Students were `present` on so many of these days; the
    suspensions of student s are `since[spans[s]:spans[s + 1]]` to `until`.

    A day that a record calls leave was a day at school to be missed, whatever else is said of it, so that neither one
    more day of leave nor a suspension lowers the percentile. Where the share is not known (`known`) it is blank, and
    the percentile is that of the least it can be if half of the days had been at school.
    """
    for who in range(low, high):
        mine = out[who]
        days = float(present[who])
        for here in range(bounds[who], bounds[who + 1]):
            on = day[here]
            if on < begins[which[who]]:
                continue
            outside = on < enrolled_on[who]
            for span in range(spans[who], spans[who + 1]):
                outside = outside or since[span] <= on <= until[span]
            if outside:
                days += weight[here]
        mine[RATE] = min(mine[DAYS + 1] / days, 1.0) if known[who] else np.nan
        least = max(days, whole[who] / 2.0)
        if least > 0:
            mine[PERCENTILE] = below[stage[who], int(min(mine[DAYS + 1] / least, 1.0) * STEPS + ALMOST)]


@compiled
def add_totals(
    student: Ints,
    until_on: Ints,
    recorded_on: Ints,
    window_days: NDArray[np.float64],
    days: NDArray[np.float64],
    episodes: NDArray[np.float64],
    which: Ints,
    begins: Ints,
    as_of: int,
    out: Floats,
) -> NDArray[np.bool_]:
    """Sums of days: at least so many were missed in every window that holds theirs. Says who has one of the last
    year."""
    found = np.zeros(len(out), np.bool_)
    for row in range(len(student)):
        who, until = student[row], until_on[row]
        if recorded_on[row] > as_of or until > as_of or until <= as_of - YEAR or window_days[row] > YEAR + 1:
            continue
        found[who] = True
        mine, begin = out[who], until - window_days[row] + 1
        for window in range(WINDOWS):
            if window == WINDOWS - 1 or begin >= begins[which[who], window]:
                mine[DAYS + window] = max(mine[DAYS + window], days[row])
                if not np.isnan(episodes[row]):
                    mine[EPISODES + window] = max(mine[EPISODES + window], episodes[row])
    return found


@compiled
def window_begins(calendars: Calendars, as_of: int) -> Ints:
    """For each calendar the first of the last 20 and 60 school days, the first day of the newest term begun, and of
    the year, shape (calendars, 4); the day after `as_of` where no term has begun."""
    _, school_day, _, _, term, passed, _, first = calendars
    found = np.empty((len(passed), WINDOWS), np.int64)
    for calendar in range(len(passed)):
        begin_20 = begin_60 = as_of
        begin_term, newest = as_of + 1, 0
        for day in range(as_of, first - 1, -1):
            back = passed[calendar, as_of - first] - passed[calendar, day - first]
            if school_day[calendar, day - first] and back < 20:
                begin_20 = day
            if school_day[calendar, day - first] and back < 60:
                begin_60 = day
            newest = max(newest, term[calendar, day - first])
            if newest > 0 and term[calendar, day - first] == newest:
                begin_term = day
            if back >= 60 and newest > 0 and term[calendar, day - first] != newest:
                break
        found[calendar, 0], found[calendar, 1], found[calendar, 2] = begin_20, begin_60, begin_term
        found[calendar, 3] = max(as_of - YEAR + 1, first)
    return found
