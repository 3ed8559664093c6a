"""How well scores tell those with the outcome from those without.

`outcome` and `score` are (n,), `weight` is (n,) or (b, n) for b samples at once; the answer is one figure or (b,).
"""

import numpy as np
from numpy.typing import NDArray

from evaluation.figures.bootstrap import ratio

Floats = NDArray[np.float64]


def auroc(outcome: Floats, score: Floats, weight: Floats) -> Floats:
    """Area under the ROC curve, ties counting half; NaN where only one class is present."""
    order = np.argsort(score, kind="stable")
    ties = tie_starts(score[order])
    positive, negative = _by_tie(outcome[order], weight[..., order], ties)
    below = np.cumsum(negative, axis=-1) - negative / 2
    return ratio((positive * below).sum(axis=-1), positive.sum(axis=-1) * negative.sum(axis=-1))


def average_precision(outcome: Floats, score: Floats, weight: Floats) -> Floats:
    """Area under the precision–recall curve in steps, as scikit-learn has it; NaN where only one class is present."""
    order = np.argsort(-score, kind="stable")
    ties = tie_starts(score[order])
    positive, negative = _by_tie(outcome[order], weight[..., order], ties)
    found = np.cumsum(positive, axis=-1)
    precision = ratio(found, found + np.cumsum(negative, axis=-1))
    total = positive.sum(axis=-1)
    area = np.nansum(precision * positive, axis=-1)
    return ratio(np.where(negative.sum(axis=-1) > 0, area, np.nan), total)


def brier(outcome: Floats, probability: Floats, weight: Floats) -> Floats:
    """Mean squared distance of probability and outcome (Brier 1950)."""
    return ratio(weight @ (probability - outcome) ** 2, weight.sum(axis=-1))


def base_rate(outcome: Floats, weight: Floats) -> Floats:
    """Share of those with the outcome."""
    return ratio(weight @ outcome, weight.sum(axis=-1))


def brier_of_base_rate(outcome: Floats, weight: Floats) -> Floats:
    """Brier's score of one who tells everyone the base rate: what a model must stay below."""
    rate = base_rate(outcome, weight)
    return rate * (1 - rate)


def tie_starts(ordered: Floats) -> NDArray[np.intp]:
    """Where in an ordered array each run of equal values begins."""
    return np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(ordered) else np.zeros(0, np.intp)


def _by_tie(outcome: Floats, weight: Floats, ties: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Weight with and without the outcome at each distinct score."""
    positive, negative = weight * outcome, weight * (1 - outcome)
    if len(ties) == weight.shape[-1]:
        return positive, negative
    return np.add.reduceat(positive, ties, axis=-1), np.add.reduceat(negative, ties, axis=-1)
