"""On which days leave begins, beside the weights it was drawn from."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.synthetic.calibration.leave import COLDS, ILLNESS, OWN, Leave, mood_then
from data_schemas.synthetic.calibration.row import Row, day_ratio, rate_ratio
from data_schemas.synthetic.leave_days import (
    AUTUMN,
    BREAK_DAYS,
    END_DAYS,
    RETURN_DAY,
    RETURN_DAY_LOW_MOOD,
    SPRING,
    TERM_END,
    WEEKDAYS,
)
from data_schemas.synthetic.period import dates

QUIET_MONTHS = (5, 9, 10)


def leave_timing(leave: Leave) -> list[Row]:
    """Weekday, season, end of term, day of return."""
    return [*_weekdays(leave), *_seasons(leave), *_return_days(leave)]


def _starts(leave: Leave, which: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How many episodes begin on each school day."""
    place = np.searchsorted(leave.school_days, leave.start[which])
    return np.bincount(place, minlength=len(leave.school_days))[: len(leave.school_days)].astype(np.float64)


def _weekdays(leave: Leave) -> list[Row]:
    starts, present = _starts(leave, np.isin(leave.type, OWN)), leave.present(leave.school_days)
    weekday = pd.DatetimeIndex(dates(leave.school_days)).day_of_week.to_numpy()
    what, plain = "begins on this day, times Tuesday and Thursday", np.isin(weekday, (1, 3)) & ~leave.is_return
    rows = []
    for day, name in ((0, "Monday"), (2, "Wednesday"), (4, "Friday")):
        bounds = (WEEKDAYS[day] - 0.08, WEEKDAYS[day] + 0.08)
        rows.append(day_ratio("leave", what, name, bounds, starts, present, (weekday == day) & ~leave.is_return, plain))
    return rows


def _seasons(leave: Leave) -> list[Row]:
    cold = np.isin(leave.type, ILLNESS) & np.isin(leave.reason, COLDS)
    present = leave.present(leave.school_days)
    month = pd.DatetimeIndex(dates(leave.school_days)).month.to_numpy()
    quiet, starts, rows = np.isin(month, QUIET_MONTHS) & ~leave.is_return, _starts(leave, cold), []
    for name, months, target in (("November–December", (11, 12), AUTUMN), ("March–April", (3, 4), SPRING)):
        peak, bounds = np.isin(month, months) & ~leave.is_return, (target - 0.25, target + 0.25)
        rows.append(day_ratio("leave", "colds, times quiet months", name, bounds, starts, present, peak, quiet))
    starts = _starts(leave, np.isin(leave.type, OWN) & ~cold)
    ends = leave.school_days[np.diff(leave.school_days, append=leave.school_days[-1]) > BREAK_DAYS]
    gap = np.append(ends, 10**6)[np.searchsorted(ends, leave.school_days)] - leave.school_days
    last = (gap < END_DAYS) & ~leave.is_return
    before = (gap >= END_DAYS) & (gap < 90) & ~leave.is_return
    what, bounds = "other leave, last three weeks of term", (TERM_END - 0.12, TERM_END + 0.12)
    return [*rows, day_ratio("leave", what, "all", bounds, starts, present, last, before)]


def _return_days(leave: Leave) -> list[Row]:
    """Leave on the first day back, times what the same months' other days of the same week would give."""
    stamp = pd.DatetimeIndex(dates(leave.school_days))
    month = (stamp.year * 12 + stamp.month).to_numpy()
    rows = []
    for low, target in ((False, RETURN_DAY), (True, RETURN_DAY_LOW_MOOD)):
        mood = mood_then(leave, "low_mood") == low
        starts = _starts(leave, np.isin(leave.type, OWN) & mood)
        events, time = [], []
        for one in np.unique(month[leave.is_return]):
            back, other = (month == one) & leave.is_return, (month == one) & ~leave.is_return
            events.append([starts[other].sum(), starts[back].sum()])
            time.append([other.sum(), back.sum()])
        who = "low mood" if low else "others"
        give = 0.15 * target
        rows.append(
            rate_ratio(
                "leave",
                "begins on the day of return",
                who,
                (target - give, target + give),
                np.array(events, float),
                np.array(time, float),
                np.arange(len(events)),
            )
        )
    return rows
