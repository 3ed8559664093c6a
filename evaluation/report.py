"""All figures of one evaluation, each with a bootstrap interval."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import config_context

from evaluation.calibration import calibration_intercept, calibration_slope
from evaluation.discrimination import auroc, average_precision, brier
from evaluation.list_value import precision_at, recall_at

Floats = NDArray[np.float64]
SHARES = (0.01, 0.02, 0.05, 0.1, 0.2)
FEWEST_SCHOOLS = 10  # with fewer, schools cannot stand for the variation between schools


@dataclass(frozen=True)
class Scored:
    """n labelled rows: outcome 0/1, weight, school, the model's margin and probability, and baselines by name.

    A baseline with a probability gives it in `baseline_probability`; a sum of points has none.
    """

    outcome: Floats
    weight: Floats
    school: NDArray[Any]
    margin: Floats
    probability: Floats
    baselines: Mapping[str, Floats]
    baseline_probability: Mapping[str, Floats]


def measure(scored: Scored, resamples: int, seed: int) -> dict[str, Any]:
    """The figures of the contract. An interval is the 2.5th to 97.5th percentile over `resamples` bootstrap
    samples of schools where there are at least ten, else of students."""
    # The same few arrays are measured thousands of times; scikit-learn need not check them each time.
    with config_context(assume_finite=True, skip_parameter_validation=True):
        return _measure(scored, resamples, seed)


def _measure(scored: Scored, resamples: int, seed: int) -> dict[str, Any]:
    draws = _draws(scored, resamples, seed)

    def figure(of: Callable[[NDArray[np.int64]], float]) -> dict[str, float | None]:
        values = np.array([of(draw) for draw in draws])
        values = values[np.isfinite(values)]
        low, high = np.percentile(values, [2.5, 97.5]) if len(values) else (np.nan, np.nan)
        return {"value": _number(of(np.arange(len(scored.outcome)))), "low": _number(low), "high": _number(high)}

    def at(function: Callable[..., float], score: Floats, *more: float) -> dict[str, float | None]:
        return figure(lambda rows: function(scored.outcome[rows], score[rows], scored.weight[rows], *more))

    def ranked(score: Floats) -> dict[str, Any]:
        return {
            "auroc": at(auroc, score),
            "average_precision": at(average_precision, score),
            "top": {
                f"{share:g}": {"recall": at(recall_at, score, share), "precision": at(precision_at, score, share)}
                for share in SHARES
            },
        }

    def calibrated(probability: Floats) -> dict[str, Any]:
        return {
            "brier": at(brier, probability),
            "calibration_slope": at(calibration_slope, probability),
            "calibration_intercept": at(calibration_intercept, probability),
        }

    def gain(score: Floats) -> dict[str, float | None]:
        def difference(rows: NDArray[np.int64]) -> float:
            outcome, weight = scored.outcome[rows], scored.weight[rows]
            return auroc(outcome, scored.margin[rows], weight) - auroc(outcome, score[rows], weight)

        return figure(difference)

    baselines = {}
    for name, score in scored.baselines.items():
        baselines[name] = {**ranked(score), "auroc_gain_of_model": gain(score)}
        if name in scored.baseline_probability:
            baselines[name] |= calibrated(scored.baseline_probability[name])
    weight = scored.weight
    return {
        "n": len(scored.outcome),
        "positives": int(scored.outcome.sum()),
        "effective_n": round(float(weight.sum() ** 2 / (weight**2).sum()), 1) if len(weight) else 0.0,
        "base_rate": figure(lambda rows: float(np.average(scored.outcome[rows], weights=weight[rows]))),
        **ranked(scored.margin),
        **calibrated(scored.probability),
        "interval": {
            "resamples": resamples,
            "unit": "school" if _by_school(scored) else "student",
            "percentiles": [2.5, 97.5],
        },
        "baselines": baselines,
    }


def _by_school(scored: Scored) -> bool:
    return len(np.unique(scored.school.astype(str))) >= FEWEST_SCHOOLS


def _draws(scored: Scored, resamples: int, seed: int) -> list[NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    n = len(scored.outcome)
    if not _by_school(scored):
        return [rng.integers(0, n, n) for _ in range(resamples)]
    _, school = np.unique(scored.school.astype(str), return_inverse=True)
    order = np.argsort(school, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(school))[:-1])
    picks = [rng.integers(0, len(members), len(members)) for _ in range(resamples)]
    return [np.concatenate([members[place] for place in pick]) for pick in picks]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
