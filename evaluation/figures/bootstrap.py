"""Bootstrap intervals (Efron & Tibshirani 1993): a sample is a set of weights, so all samples are measured at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

Floats = NDArray[np.float64]
Interval = dict[str, float | None]  # "value", "low", "high"; None where it cannot be estimated
FEWEST_SCHOOLS = 10  # with fewer, schools cannot stand for the variation between schools
AT_ONCE = 4_000_000  # weights held in memory at a time
PERCENTILES = (2.5, 97.5)
LEVEL = 0.975  # of either end


@dataclass(frozen=True)
class Samples:
    """Bootstrap samples of n rows. `counts` (1 + resamples, units) says how often each unit was drawn; its first row is
    the data themselves. `of_row` (n,) is the unit, school or student, that a row belongs to."""

    unit: str
    of_row: NDArray[np.int64]
    counts: NDArray[np.uint16]

    @cached_property
    def units(self) -> int:
        """How many schools or students the rows are of."""
        return len(np.unique(self.of_row))

    def where(self, rows: NDArray[Any]) -> "Samples":
        """The same samples seen on these rows only, given as a mask or as places."""
        return Samples(self.unit, self.of_row[rows], self.counts)

    def weights(self, weight: Floats) -> Iterator[Floats]:
        """`weight` (n,) times how often each row was drawn, in blocks (b, n) of samples in order."""
        step = max(1, AT_ONCE // max(len(weight), 1))
        for first in range(0, len(self.counts), step):
            yield self.counts[first : first + step, self.of_row] * weight


def draw(school: NDArray[Any], resamples: int, seed: int, *, unit: str | None = None) -> Samples:
    """Samples of whole schools where there are at least ten, else of rows; `unit` decides otherwise."""
    names, of_school = np.unique(school.astype(str), return_inverse=True)
    chosen = unit or ("school" if len(names) >= FEWEST_SCHOOLS else "student")
    of_row = of_school if chosen == "school" else np.arange(len(school))
    units = int(of_row.max(initial=-1)) + 1
    rng = np.random.default_rng(seed)
    counts = np.ones((1 + resamples, units), np.uint16)
    for number in range(1, 1 + resamples if units else 1):
        counts[number] = np.bincount(rng.integers(0, units, units), minlength=units)
    return Samples(chosen, of_row.astype(np.int64), counts)


def figure(samples: Samples, weight: Floats, of: Callable[[Floats], Floats]) -> Interval:
    """A figure with its interval: `of` takes weights (b, n) and answers (b,), NaN where it cannot be estimated."""
    return interval(np.concatenate([np.atleast_1d(of(block)) for block in samples.weights(weight)]), samples.units)


def interval(values: Floats, units: int) -> Interval:
    """The first value with the 2.5th and 97.5th percentile of the others, leaving out what is not finite; drawn from
    few `units`, with percentiles further out, since a bootstrap of few is too narrow."""
    drawn = values[1:][np.isfinite(values[1:])]
    low, high = np.percentile(drawn, expanded(units)) if len(drawn) else (np.nan, np.nan)
    return {"value": number(values[0]), "low": number(low), "high": number(high)}


def expanded(units: int) -> tuple[float, float]:
    """Percentiles that make up for few units (Hesterberg 2015, "expanded percentile interval"): those of the normal
    curve at Student's t with units − 1 degrees of freedom, times √(units / (units − 1)). Of 10 schools the ends are the
    0.86th and 99.14th percentile, of 1,000 students the 2.5th and 97.5th."""
    if units < 2:
        return PERCENTILES
    far = stdtrit(units - 1, LEVEL) * np.sqrt(units / (units - 1))
    return 100 * float(ndtr(-far)), 100 * float(ndtr(far))


def number(value: float) -> float | None:
    """A figure for JSON, None where it is not finite."""
    return float(value) if np.isfinite(value) else None


def effective_n(weight: Floats) -> float:
    """How many rows of equal weight would say as much (Kish 1965): (Σw)² / Σw²."""
    return round(float(weight.sum() ** 2 / (weight**2).sum()), 1) if weight.any() else 0.0


def ratio(above: Floats, below: Floats) -> Floats:
    """NaN where there is nothing to divide by."""
    empty = np.full(np.broadcast(above, below).shape, np.nan)
    found: Floats = np.divide(above, below, out=empty, where=np.asarray(below) > 0)
    return found
