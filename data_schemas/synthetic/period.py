"""The stretch of time that the city lives through, and when its screening waves fall."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from data_schemas.calendar import Days, date_to_day, default_calendar

WAVE_SCHOOL_DAYS = 8  # classes are spread over these, so that checks can follow on the same day
WAVE_ENDS_BEFORE = 2  # calendar days between a wave's last sheet and its index date


@dataclass(frozen=True)
class Period:
    """Two school years up to `as_of`. A wave ends shortly before each index date and before `as_of` itself.

    The waves of `index_dates` have run their course, the one before `as_of` is being worked through. Days are
    counted from 1970-01-01. A half is a half-year that begins on 1 August or 1 February: a student's state of
    mind is drawn once a half.
    """

    start: date = date(2024, 9, 1)
    as_of: date = date(2026, 4, 3)
    index_dates: tuple[date, ...] = (date(2024, 11, 8), date(2025, 4, 11), date(2025, 11, 7))

    @property
    def first(self) -> int:
        return date_to_day(self.start)

    @property
    def last(self) -> int:
        return date_to_day(self.as_of)

    @cached_property
    def days(self) -> Days:
        return np.arange(self.first, self.last + 1)

    @cached_property
    def school_days(self) -> Days:
        return self.days[default_calendar().is_school_day(self.days)]

    @cached_property
    def wave_ends(self) -> tuple[int, ...]:
        """The index date of each wave, the last one being the as-of date."""
        return tuple(date_to_day(day) for day in (*self.index_dates, self.as_of))

    def wave_days(self, wave: int) -> Days:
        """The school days on which sheets of that wave are filled in."""
        return self.school_days[self.school_days <= self.wave_ends[wave] - WAVE_ENDS_BEFORE][-WAVE_SCHOOL_DAYS:]

    @cached_property
    def half_starts(self) -> Days:
        starts = [
            date_to_day(date(year, month, 1))
            for year in range(self.start.year, self.as_of.year + 1)
            for month in (2, 8)
        ]
        before = max(day for day in starts if day <= self.first)
        return np.array([day for day in starts if before <= day <= self.last])

    @property
    def halves(self) -> int:
        return len(self.half_starts)

    def half(self, days: Days) -> NDArray[np.int64]:
        """The half in which each day lies."""
        return np.searchsorted(self.half_starts, days, side="right") - 1

    def year_share(self, half: int) -> float:
        """How much of a year of `days` lies in this half."""
        return float((self.half(self.days) == half).sum() / 365.25)

    def roster_dates(self) -> Days:
        """When family circumstances are asked anew: a week before the first school day of each half."""
        halves = self.half(self.school_days)
        return np.array([self.school_days[halves == half][0] - 7 for half in range(self.halves)])

    def after(self, days: Days, school_days: NDArray[np.int64]) -> Days:
        """The day that lies so many school days after each day, 0 being the day itself or the next school day.

        Days beyond the period are returned as `last + 1`, for the caller to drop.
        """
        place = np.searchsorted(self.school_days, days) + school_days
        padded = np.append(self.school_days, self.last + 1)
        return np.asarray(padded[np.minimum(place, len(self.school_days))])


def draw_days(rng: np.random.Generator, period: Period, half: NDArray[np.int64], weights: NDArray[np.float64]) -> Days:
    """A school day of each half, in proportion to `weights`, which has one place a school day."""
    edges = np.concatenate([[0.0], np.cumsum(weights)])
    bounds = np.searchsorted(period.half(period.school_days), np.arange(period.halves + 1))
    low, high = edges[bounds[half]], edges[bounds[half + 1]]
    place = np.searchsorted(edges, low + rng.random(len(half)) * (high - low), side="right") - 1
    return np.asarray(period.school_days[np.clip(place, 0, len(weights) - 1)])


def words(labels: Sequence[str] | NDArray[np.str_], places: NDArray[np.integer]) -> ExtensionArray:
    """The label at each place, without a fixed-width copy of the longest one in every row."""
    return pd.array(np.asarray(labels, dtype=object), dtype="str").take(np.asarray(places))


def dates(days: Days) -> pd.Series:
    """Days since 1970-01-01 as dates."""
    return pd.Series(np.asarray(days, dtype="datetime64[D]").astype("datetime64[us]"))
