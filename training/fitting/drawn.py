"""Logistic regression on a few figures whose weights are drawn towards the published ones: what labels do not say, the
literature does."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from models.features import Feature
from models.indices.published import FAR, LOG_ODDS
from models.spline_model import SplineModel

Floats = NDArray[np.float64]
Inputs = NDArray[np.floating[Any]]


def fit_drawn(
    features: tuple[Feature, ...], values: Inputs, outcome: Floats, weight: Floats, penalty: float
) -> SplineModel:
    """Fit weighted logistic regression with one straight line a figure. `penalty` is on how far a weight departs from
    the published one, in log-odds a standard deviation of its figure; one that has none published is drawn towards 0.
    The line of an adverse figure never falls."""
    weight, values = weight * (len(weight) / weight.sum()), values.astype(np.float64)
    published = np.array([LOG_ODDS.get(feature.name, 0.0) for feature in features])
    mean = np.average(values, axis=0, weights=weight)
    spread = np.sqrt(np.average((values - mean) ** 2, axis=0, weights=weight))
    scaled = np.divide(values - mean, spread, out=np.zeros_like(values), where=spread > 0)
    start, design = (values - mean) @ published, np.column_stack([scaled, np.ones(len(values))])
    bounds = [
        (-slope * width if feature.direction == 1 else None, None)
        for feature, slope, width in zip(features, published, spread, strict=True)
    ]

    def loss(coefficients: Floats) -> tuple[float, Floats]:
        margin, departed = start + design @ coefficients, np.append(coefficients[:-1], 0.0)
        value = weight @ (np.logaddexp(0.0, margin) - outcome * margin) + penalty / 2 * departed @ departed
        return float(value), design.T @ (weight * (expit(margin) - outcome)) + penalty * departed

    found = minimize(loss, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    slopes = published + np.divide(found[:-1], spread, out=np.zeros(len(spread)), where=spread > 0)
    ends = np.array([-FAR, FAR])
    return SplineModel(
        knots=tuple((-FAR, FAR) for _ in features),
        heights=tuple(tuple((slope * (ends - middle)).tolist()) for slope, middle in zip(slopes, mean, strict=True)),
        fill=tuple(mean.tolist()),
        base=float(found[-1]),
    )
