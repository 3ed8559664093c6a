"""Whether probabilities mean what they say (Cox 1958; Steyerberg 2019, ch. 15)."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.float64]


def calibration_slope(outcome: Floats, probability: Floats, weight: Floats) -> float:
    """Slope of the outcome on the logit of the probability: 1 is right, below 1 is too extreme. NaN with one class."""
    if not 0 < outcome.sum() < len(outcome):
        return float("nan")
    fit = LogisticRegression(C=np.inf, solver="newton-cholesky").fit(
        logit(probability)[:, None], outcome, sample_weight=weight
    )
    return float(fit.coef_[0, 0])


def calibration_intercept(outcome: Floats, probability: Floats, weight: Floats) -> float:
    """Calibration in the large: the shift of all logits that makes the mean probability the observed rate."""
    if not 0 < outcome.sum() < len(outcome):
        return float("nan")
    logits, rate = logit(probability), float(np.average(outcome, weights=weight))
    return float(brentq(lambda shift: float(np.average(expit(logits + shift), weights=weight)) - rate, -20, 20))


def calibration_curve(outcome: Floats, probability: Floats, weight: Floats, groups: int = 10) -> list[dict[str, float]]:
    """Mean probability, observed rate and count in `groups` groups of equal size, ordered by probability."""
    parts = np.array_split(np.argsort(probability, kind="stable"), min(groups, len(outcome)))
    return [
        {
            "predicted": float(np.average(probability[part], weights=weight[part])),
            "observed": float(np.average(outcome[part], weights=weight[part])),
            "n": float(len(part)),
        }
        for part in parts
        if len(part)
    ]
