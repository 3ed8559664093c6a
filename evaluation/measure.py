"""The figures that every evaluation answers with, each with a bootstrap interval."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.figures.bootstrap import PERCENTILES, Interval, Samples, draw, effective_n, figure
from evaluation.figures.calibration import calibration_error, calibration_intercept, calibration_slope
from evaluation.figures.discrimination import auroc, average_precision, base_rate, brier, brier_of_base_rate
from evaluation.figures.list_value import precision_at, recall_at
from evaluation.scored import Scored

Floats = NDArray[np.float64]
SHARES = (0.01, 0.02, 0.05, 0.1, 0.2)


def measure(scored: Scored, resamples: int, seed: int) -> dict[str, Any]:
    """The figures of the contract, of the labelled rows. An interval is the 2.5th to 97.5th percentile over `resamples`
    bootstrap samples of schools where there are at least ten, else of students."""
    known = scored.where(scored.labelled)
    return measure_samples(known, draw(known.school, resamples, seed))


def measure_samples(known: Scored, samples: Samples) -> dict[str, Any]:
    """The same for labelled rows of which the samples have been drawn."""
    outcome, weight = known.outcome, known.weight

    def of(function: Callable[..., Floats], *scores: Any) -> Interval:
        return figure(samples, weight, lambda w: function(outcome, scores[0], w, *scores[1:]))

    def ranked(score: Floats) -> dict[str, Any]:
        return {
            "auroc": of(auroc, score),
            "average_precision": of(average_precision, score),
            "top": {
                f"{share:g}": {"recall": of(recall_at, score, share), "precision": of(precision_at, score, share)}
                for share in SHARES
            },
        }

    def calibrated(probability: Floats) -> dict[str, Any]:
        return {
            "brier": of(brier, probability),
            "calibration_slope": of(calibration_slope, probability),
            "calibration_intercept": of(calibration_intercept, probability),
            "calibration_error": of(calibration_error, probability),
        }

    baselines = {}
    for name, score in known.baselines.items():
        gain = figure(samples, weight, lambda w, s=score: auroc(outcome, known.margin, w) - auroc(outcome, s, w))  # type: ignore[misc]
        baselines[name] = {**ranked(score), "auroc_gain_of_model": gain}
        if name in known.baseline_probability:
            baselines[name] |= calibrated(known.baseline_probability[name])
    return {
        **counts(known),
        "base_rate": figure(samples, weight, lambda w: base_rate(outcome, w)),
        **ranked(known.margin),
        **calibrated(known.probability),
        "brier_of_base_rate": figure(samples, weight, lambda w: brier_of_base_rate(outcome, w)),
        "interval": {
            "resamples": len(samples.counts) - 1,
            "unit": samples.unit,
            "percentiles": list(PERCENTILES),
        },
        "baselines": baselines,
    }


def counts(known: Scored) -> dict[str, Any]:
    """How many labelled rows there are, how many have the outcome, and how many equal ones they are worth."""
    return {
        "n": len(known.outcome),
        "positives": int(known.outcome.sum()),
        "effective_n": effective_n(known.weight),
    }
