"""Small logistic regressions, for all bootstrap samples at once: what calibration is read from."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]
MOST_STEPS, CLOSE, LONGEST_STEP = 40, 1e-9, 4.0
RIDGE = 1e-12  # keeps an empty sample from stopping the others


def logistic_coefficients(design: Floats, outcome: Floats, weight: Floats, start: Floats, offset: Floats) -> Floats:
    """Maximum likelihood by Newton's method: `design` (n, k), `weight` (b, n), answer (b, k).

    NaN where a sample has one class only or its classes are apart, so that there is no maximum.
    """
    samples, terms = weight.shape[0], design.shape[1]
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    found = np.tile(start, (samples, 1))
    moved = np.full(samples, np.inf)
    for _ in range(MOST_STEPS):
        chance = expit(found @ design.T + offset)
        slope = (weight * (outcome - chance)) @ design
        curvature = ((weight * chance * (1 - chance)) @ products).reshape(samples, terms, terms)
        scale = np.maximum(np.trace(curvature, axis1=1, axis2=2), 1e-300)
        damped = curvature + RIDGE * scale[:, None, None] * np.eye(terms)
        step = np.clip(np.linalg.solve(damped, slope[:, :, None])[:, :, 0], -LONGEST_STEP, LONGEST_STEP)
        found += step
        moved = np.abs(step).max(axis=1)
        if (moved < CLOSE).all():
            break
    positive = weight @ outcome
    one_class = (positive <= 0) | (positive >= weight.sum(axis=1))
    found[one_class | (moved >= 1e-4)] = np.nan
    return found
