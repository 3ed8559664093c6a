"""On which school days leave begins: weekday, season, the end of term, and the first day back.

Directions are published (absence is lowest on Wednesdays and highest on Fridays in England; colds peak in November–
December and March–April in Nanjing and Shenzhen; the city's plan names leave on the day of return), sizes are assumed.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data_schemas.calendar import Days, default_calendar
from data_schemas.synthetic.graded import Floats
from data_schemas.synthetic.period import Period, dates

WEEKDAYS = np.array([1.15, 1.0, 0.9, 1.0, 1.2, 1.0, 1.0])  # from Monday on
AUTUMN, SPRING = 1.8, 1.6  # colds in November–December and March–April
OUTBREAKS = 0.5  # of what these peaks have above the other months is outbreaks in single classes
TERM_END, END_DAYS = 1.2, 21
RETURN_DAY, RETURN_DAY_LOW_MOOD = 1.5, 3.0
BREAK_DAYS = 14  # a longer gap between school days ends a term


@dataclass(frozen=True)
class DayWeights:
    """Weights of the school days; their mean is one school day's share of a year.

    `peaks` is how much more a year has of colds than it would have without the peaks. `seasons` are the days of each
    peak, and the share of a year's colds without peaks that its outbreaks come to.
    """

    weights: dict[tuple[bool, bool], Floats]
    peaks: float
    seasons: tuple[tuple[Days, float], ...]

    def of(self, low_mood: bool, seasonal: bool) -> Floats:
        """The weights of students with or without low mood, for colds or for other reasons."""
        return self.weights[low_mood, seasonal]


def day_weights(period: Period) -> DayWeights:
    """The weights of all school days of the period."""
    days = period.school_days
    stamp = pd.DatetimeIndex(dates(days))
    gaps = np.diff(days, append=days[-1])
    ends = days[gaps > BREAK_DAYS]
    place = np.searchsorted(ends, days)
    to_end = np.append(ends, days[-1] + 10 * END_DAYS)[place] - days
    flat = WEEKDAYS[stamp.day_of_week] * np.where(to_end < END_DAYS, TERM_END, 1.0)
    first_year = days < days[0] + 365
    peak = np.select([stamp.month.isin([11, 12]), stamp.month.isin([3, 4])], [AUTUMN - 1, SPRING - 1], 0.0)
    back = default_calendar().is_return_day(days)
    found = {}
    for low in (True, False):
        weights = flat * np.where(back, RETURN_DAY_LOW_MOOD if low else RETURN_DAY, 1.0)
        weights = weights / weights[first_year].sum()
        found[low, False] = weights
        found[low, True] = weights * (1 + (1 - OUTBREAKS) * peak)
    share = 1 / first_year.sum()
    season = stamp.year * 12 + np.where(stamp.month > 6, 11, 3)
    seasons = [days[(season == which) & (peak > 0)] for which in np.unique(season[peak > 0])]
    sizes = [OUTBREAKS * float(peak[np.isin(days, inside)].sum()) * share for inside in seasons]
    return DayWeights(found, 1 + float(peak[first_year].sum()) * share, tuple(zip(seasons, sizes, strict=True)))
