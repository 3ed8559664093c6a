"""Calibration as labels arrive, with intervals, and nothing where there are too few.

External validation asks for at least a hundred rows with and a hundred without the outcome (Collins et al. 2016); a
school never has them in one term, so fewer are shown with their interval, which says how little is known.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from evaluation.figures.calibration import calibration_intercept, calibration_slope
from evaluation.figures.discrimination import auroc
from models.policy import Monitoring

Floats = NDArray[np.float64]
Figure = Callable[[Floats, Floats, Floats], Any]


def arrived_calibration(
    outcome: Floats,
    probability: Floats,
    weight: Floats,
    cluster: NDArray[np.int64],
    limits: Monitoring,
    resamples: int,
    seed: int,
) -> dict[str, Any]:
    """Calibration in the large, slope and AUROC of n labelled rows, weighted by the inverse of their probability of
    selection; the interval is the 2.5th to 97.5th percentile over bootstrap samples of `cluster` (n,), numbered from 0.

    `state` is `too_few`, `steady` or `alarm`: an interval that lies wholly beyond a limit rings.
    """
    positives = int(outcome.sum())
    counts = {
        "n": len(outcome),
        "positives": positives,
        "effective_n": round(float(weight.sum() ** 2 / (weight**2).sum()), 1) if len(weight) else 0.0,
    }
    if min(positives, len(outcome) - positives) < limits.fewest_outcomes:
        return {**counts, "state": "too_few", "fewest": limits.fewest_outcomes}
    rng, clusters = np.random.default_rng(seed), int(cluster.max()) + 1
    draws = [np.bincount(rng.integers(0, clusters, clusters), minlength=clusters)[cluster] for _ in range(resamples)]

    def figure(of: Figure) -> dict[str, float | None]:
        values = np.array([_at(of, outcome, probability, weight * times) for times in draws])
        values = values[np.isfinite(values)]
        low, high = np.percentile(values, [2.5, 97.5]) if len(values) else (np.nan, np.nan)
        value = _at(of, outcome, probability, weight)
        named = zip(("value", "low", "high"), (value, low, high), strict=True)
        return {name: round(float(one), 4) if np.isfinite(one) else None for name, one in named}

    intercept, slope = figure(calibration_intercept), figure(calibration_slope)
    rings = [
        name
        for name, found, low, high in (
            ("intercept", intercept, -limits.intercept_off, limits.intercept_off),
            ("slope", slope, limits.slope_low, limits.slope_high),
        )
        if _beyond(found, low, high)
    ]
    return {
        **counts,
        "intercept": intercept,
        "slope": slope,
        "auroc": figure(auroc),
        "observed": round(float(np.average(outcome, weights=weight)), 4),
        "predicted": round(float(np.average(probability, weights=weight)), 4),
        "beyond": rings,
        "state": "alarm" if rings else "steady",
    }


def _at(of: Figure, outcome: Floats, probability: Floats, weight: Floats) -> float:
    there = weight > 0
    with warnings.catch_warnings():
        # A sample whose classes are apart has no slope; it is one of many, and its value is an extreme one.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return float(of(outcome[there], probability[there], weight[there]))


def _beyond(found: dict[str, float | None], low: float, high: float) -> bool:
    least, most = found["low"], found["high"]
    return least is not None and most is not None and (most < low or least > high)
