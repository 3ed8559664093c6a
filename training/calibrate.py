"""Platt's curve from out-of-fold margins (Platt 1999), with his smoothed targets so that no end is certain."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from models.calibration import Calibration

Floats = NDArray[np.float64]
LEAST_SLOPE = 1e-3


def fit_platt(margin: Floats, outcome: Floats, weight: Floats) -> Calibration:
    """Slope and intercept by weighted maximum likelihood; the slope stays above 0 so that ranks are kept."""
    positives, negatives = outcome.sum(), len(outcome) - outcome.sum()
    target = np.where(outcome == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    scaled = weight / weight.sum()

    def loss(parameters: Floats) -> tuple[float, Floats]:
        logits = parameters[0] * margin + parameters[1]
        slack = scaled * (expit(logits) - target)
        value = float(scaled @ (np.logaddexp(0.0, logits) - target * logits))
        return value, np.array([slack @ margin, slack.sum()])

    found = minimize(loss, [1.0, 0.0], jac=True, method="L-BFGS-B", bounds=[(LEAST_SLOPE, None), (None, None)])
    return Calibration(slope=float(found.x[0]), intercept=float(found.x[1]))
