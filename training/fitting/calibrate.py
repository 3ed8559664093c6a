"""Curves from out-of-fold margins to probabilities, with Platt's smoothed targets so that no end is certain."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from models.calibration import Calibration

Floats = NDArray[np.float64]
LEAST_SLOPE = 1e-3


def fit_platt(margin: Floats, outcome: Floats, weight: Floats) -> Calibration:
    """Slope and intercept by weighted maximum likelihood (Platt 1999); the slope stays above 0 so that ranks are
    kept."""
    found = _fitted(np.column_stack([margin]), outcome, weight)
    return Calibration(slope=found[0], intercept=found[1])


def fit_beta(margin: Floats, outcome: Floats, weight: Floats) -> Calibration:
    """The beta family (Kull, Silva Filho & Flach 2017): one slope for low and one for high probabilities."""
    above = np.logaddexp(0.0, margin)
    low, high, intercept = _fitted(np.column_stack([margin - above, above]), outcome, weight)
    return Calibration(slope=low, intercept=intercept, bend=high - low)


def _fitted(design: Floats, outcome: Floats, weight: Floats) -> list[float]:
    """Weighted maximum likelihood of slopes, each above 0, and an intercept."""
    positives, negatives = outcome.sum(), len(outcome) - outcome.sum()
    target = np.where(outcome == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    scaled = weight / weight.sum()

    def loss(parameters: Floats) -> tuple[float, Floats]:
        logits = design @ parameters[:-1] + parameters[-1]
        slack = scaled * (expit(logits) - target)
        value = float(scaled @ (np.logaddexp(0.0, logits) - target * logits))
        return value, np.append(slack @ design, slack.sum())

    slopes = design.shape[1]
    bounds = [(LEAST_SLOPE, None)] * slopes + [(None, None)]
    found = minimize(loss, [1.0] * slopes + [0.0], jac=True, method="L-BFGS-B", bounds=bounds)
    return [float(number) for number in found.x]
