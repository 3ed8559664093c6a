"""One line of the calibration report: what was aimed at, what was generated, and whether it is near enough."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ERRORS = 1.96  # standard errors that chance explains
FEWEST_CLUSTERS = 10  # of fewer an error says nothing


@dataclass(frozen=True)
class Row:
    """`low` to `high` is the target with its tolerance; `error` the standard error of `generated`, and `n` how many
    students, sheets, episodes or talks it rests on."""

    part: str
    what: str
    who: str
    low: float
    high: float
    generated: float
    error: float
    n: int

    @property
    def within(self) -> bool | None:
        """Whether the figure lies within the tolerance; None where the city is too small to tell."""
        if np.isnan(self.generated):
            return None
        if self.low <= self.generated <= self.high:
            return True
        beyond = max(self.low - self.generated, self.generated - self.high)
        return None if np.isnan(self.error) or beyond <= ERRORS * self.error else False

    def payload(self) -> dict[str, object]:
        """The row as plain values for JSON."""
        known = None if np.isnan(self.generated) else round(self.generated, 5)
        return {
            "part": self.part,
            "what": self.what,
            "who": self.who,
            "target": [round(self.low, 5), round(self.high, 5)],
            "generated": known,
            "n": self.n,
            "within": self.within,
        }


def share(
    part: str, what: str, who: str, bounds: tuple[float, float], hits: NDArray[np.bool_], cluster: NDArray[np.int64]
) -> Row:
    """A share; its error is that of a sample of clusters (classes or students)."""
    return mean(part, what, who, bounds, hits.astype(np.float64), cluster)


def mean(
    part: str, what: str, who: str, bounds: tuple[float, float], values: Floats, cluster: NDArray[np.int64]
) -> Row:
    """A mean with the error of a sample of clusters."""
    if not len(values):
        return Row(part, what, who, *bounds, np.nan, np.nan, 0)
    average = float(values.mean())
    sums = np.bincount(np.unique(cluster, return_inverse=True)[1].ravel(), values - average)
    groups = len(sums)
    if groups < FEWEST_CLUSTERS:
        return Row(part, what, who, *bounds, average, np.nan, len(values))
    error = float(np.sqrt((sums**2).sum() * groups / (groups - 1))) / len(values)
    return Row(part, what, who, *bounds, average, max(error, 1 / len(values)), len(values))


def rate(part: str, what: str, who: str, bounds: tuple[float, float], events: Floats, time: Floats) -> Row:
    """Events over time, both by student; its error is that of a sample of students, at least that of one event."""
    total = float(time.sum())
    if not total:
        return Row(part, what, who, *bounds, np.nan, np.nan, 0)
    found = float(events.sum()) / total
    error = float(np.sqrt(((events - found * time) ** 2).sum())) / total
    return Row(part, what, who, *bounds, found, max(error, float(events.max()) / total, 1 / total), int(events.sum()))


def rate_ratio(
    part: str, what: str, who: str, bounds: tuple[float, float], events: Floats, time: Floats, strata: NDArray[np.int64]
) -> Row:
    """How many times the rate of those unexposed the exposed have (Mantel–Haenszel over strata).

    `events` and `time` have the shape (strata-cells, 2), unexposed and exposed; `strata` is the stratum of each line.
    The error takes events as Poisson, doubled for the same students coming again.
    """
    size = int(strata.max()) + 1 if len(strata) else 0
    d0, d1 = (np.bincount(strata, events[:, side], size) for side in (0, 1))
    t0, t1 = (np.bincount(strata, time[:, side], size) for side in (0, 1))
    total = np.maximum(t0 + t1, 1e-12)
    up, down = float((d1 * t0 / total).sum()), float((d0 * t1 / total).sum())
    if up == 0 or down == 0:
        return Row(part, what, who, *bounds, np.nan, np.nan, int(events.sum()))
    ratio = up / down
    error = ratio * np.sqrt(2 * (1 / d1.sum() + 1 / d0.sum()))
    return Row(part, what, who, *bounds, ratio, float(error), int(events.sum()))


def log_odds(
    part: str,
    what: str,
    who: str,
    bounds: tuple[float, float],
    hits: NDArray[np.bool_],
    exposed: NDArray[np.bool_],
    strata: NDArray[np.int64],
) -> Row:
    """The log of the odds ratio (Mantel–Haenszel over strata, Woolf's error over all)."""
    size = int(strata.max()) + 1 if len(strata) else 1
    a, b, c, d = (
        np.bincount(strata[one], minlength=size).astype(np.float64)
        for one in (hits & exposed, ~hits & exposed, hits & ~exposed, ~hits & ~exposed)
    )
    total = np.maximum(a + b + c + d, 1)
    up, down = float((a * d / total).sum()), float((b * c / total).sum())
    n = int(exposed.sum())
    if up == 0 or down == 0:
        return Row(part, what, who, *bounds, np.nan, np.nan, n)
    error = float(np.sqrt(sum(1 / max(part_.sum(), 1) for part_ in (a, b, c, d))))
    return Row(part, what, who, *bounds, float(np.log(up / down)), error, n)


def day_ratio(
    part: str,
    what: str,
    who: str,
    bounds: tuple[float, float],
    events: Floats,
    present: Floats,
    one: NDArray[np.bool_],
    other: NDArray[np.bool_],
) -> Row:
    """The rate on some days beside that on others; `events` and those `present` are counted by day."""
    a, b = float(events[one].sum()), float(events[other].sum())
    if not a or not b:
        return Row(part, what, who, *bounds, np.nan, np.nan, int(a))
    found = float(a / present[one].sum() / (b / present[other].sum()))
    return Row(part, what, who, *bounds, found, found * float(np.sqrt(1.5 * (1 / a + 1 / b))), int(a))
