"""Small logistic regressions, for all bootstrap samples at once: what calibration is read from."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]
MOST_STEPS, CLOSE, LONGEST_STEP = 40, 1e-6, 4.0  # near the end each step is about the square of the last
RIDGE = 1e-12  # keeps an empty sample from stopping the others


def logistic_coefficients(design: Floats, outcome: Floats, weight: Floats, start: Floats, offset: Floats) -> Floats:
    """Maximum likelihood by Newton's method: `design` (n, k), `weight` (b, n), answer (b, k).

    NaN where a sample has one class only or its classes are apart, so that there is no maximum.
    """
    terms = design.shape[1]
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    positive = weight @ outcome
    found = np.full((len(weight), terms), np.nan)
    moving = np.flatnonzero((positive > 0) & (positive < weight.sum(axis=1)))
    beta, weight = np.tile(start, (len(moving), 1)), weight[moving]
    for _ in range(MOST_STEPS):
        chance = expit(beta @ design.T + offset)
        slope = (weight * (outcome - chance)) @ design
        curvature = ((weight * chance * (1 - chance)) @ products).reshape(-1, terms, terms)
        scale = np.maximum(np.trace(curvature, axis1=1, axis2=2), 1e-300)
        damped = curvature + RIDGE * scale[:, None, None] * np.eye(terms)
        step = np.clip(np.linalg.solve(damped, slope[:, :, None])[:, :, 0], -LONGEST_STEP, LONGEST_STEP)
        beta = beta + step
        there = np.abs(step).max(axis=1, initial=0.0) < CLOSE
        found[moving[there]] = beta[there]
        moving, beta, weight = moving[~there], beta[~there], weight[~there]
        if not len(moving):
            break
    return found
