"""How well scores tell those with the outcome from those without. All take weights, one a row."""

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

Floats = NDArray[np.float64]


def auroc(outcome: Floats, score: Floats, weight: Floats) -> float:
    """Area under the ROC curve; NaN where only one class is present."""
    if not 0 < outcome.sum() < len(outcome):
        return float("nan")
    return float(roc_auc_score(outcome, score, sample_weight=weight))


def average_precision(outcome: Floats, score: Floats, weight: Floats) -> float:
    """Area under the precision–recall curve; NaN where only one class is present."""
    if not 0 < outcome.sum() < len(outcome):
        return float("nan")
    return float(average_precision_score(outcome, score, sample_weight=weight))


def brier(outcome: Floats, probability: Floats, weight: Floats) -> float:
    """Mean squared distance of probability and outcome."""
    return float(brier_score_loss(outcome, probability, sample_weight=weight))
