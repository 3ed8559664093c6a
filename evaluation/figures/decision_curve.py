"""Decision curves (Vickers & Elkin 2006): whether acting on a probability does more good than harm.

A threshold t says that one case found is worth (1 − t) / t interviews for nothing. Net benefit is the share of true
positives less the share of false ones at that price.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.figures.bootstrap import Interval, Samples, interval, ratio

Floats = NDArray[np.float64]
THRESHOLDS = np.round(np.arange(0.01, 0.3001, 0.01), 2)


def net_benefit(outcome: Floats, acted: Floats, weight: Floats, thresholds: Floats) -> Floats:
    """Net benefit (b, T) of acting on `acted` (n, T), 0 or 1 at each threshold; `weight` is (b, n)."""
    price = thresholds / (1 - thresholds)
    positive = (weight * outcome) @ acted
    negative = (weight * (1 - outcome)) @ acted
    return ratio(positive - price * negative, weight.sum(axis=-1, keepdims=True))


def decision_curves(
    outcome: Floats,
    weight: Floats,
    probabilities: Mapping[str, Floats],
    rules: Mapping[str, NDArray[np.bool_]],
    samples: Samples,
) -> dict[str, Any]:
    """`thresholds` and, by name, the net benefit at each with its interval: of each probability, of each plain rule
    (the same students whatever the threshold), of interviewing all; `none` is 0 by definition."""
    n, steps = len(outcome), len(THRESHOLDS)
    acted = {name: (chance[:, None] >= THRESHOLDS).astype(np.float64) for name, chance in probabilities.items()}
    acted |= {name: np.repeat(flagged[:, None], steps, axis=1).astype(np.float64) for name, flagged in rules.items()}
    acted["all"] = np.ones((n, steps))
    blocks = list(samples.weights(weight))
    curves: dict[str, list[Interval]] = {}
    for name, chosen in acted.items():
        values = np.concatenate([net_benefit(outcome, chosen, block, THRESHOLDS) for block in blocks])
        curves[name] = [interval(at, samples.units) for at in values.T]
    curves["none"] = [{"value": 0.0, "low": None, "high": None} for _ in THRESHOLDS]
    return {"thresholds": THRESHOLDS.tolist(), "curves": curves}
