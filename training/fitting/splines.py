"""Logistic regression with linear splines whose adverse features can only rise."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from models.features import Feature
from models.spline_model import SplineModel

Floats = NDArray[np.float64]
Inputs = NDArray[np.floating[Any]]  # features come as float32
MOST_KNOTS = 6


def fit_splines(
    features: tuple[Feature, ...], values: Inputs, outcome: Floats, weight: Floats, penalty: float
) -> SplineModel:
    """Fit weighted, ridge-penalised logistic regression on ramps between quantile knots. `penalty` is on the rise of
    each piece.

    A ramp is 0 before its piece, rises to 1 over it and stays. With a coefficient of at least 0 for every piece
    of an adverse feature the curve never falls, as the trees' monotone constraints ask of LightGBM.
    """
    weight, values = weight * (len(weight) / weight.sum()), values.astype(np.float64)
    fill = np.array([np.nanmean(column) if np.isfinite(column).any() else 0.0 for column in values.T])
    filled = np.where(np.isnan(values), fill, values)
    knots = [_knots(feature, column) for feature, column in zip(features, filled.T, strict=True)]
    ramps = [_ramps(column, k) for column, k in zip(filled.T, knots, strict=True)]
    widths = [part.shape[1] for part in ramps]
    design = np.column_stack([*ramps, np.ones(len(values))])
    signed = np.repeat([feature.direction == 1 for feature in features], widths)
    bounds = [(0.0, None) if adverse else (None, None) for adverse in signed] + [(None, None)]

    def loss(coefficients: Floats) -> tuple[float, Floats]:
        margin = design @ coefficients
        penalised = np.append(coefficients[:-1], 0.0)
        value = weight @ (np.logaddexp(0.0, margin) - outcome * margin) + penalty / 2 * penalised @ penalised
        return float(value), design.T @ (weight * (expit(margin) - outcome)) + penalty * penalised

    rate = np.clip(np.average(outcome, weights=weight), 1e-6, 1 - 1e-6)
    start = np.append(np.zeros(design.shape[1] - 1), np.log(rate / (1 - rate)))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 2000})
    base, curves, place = float(found.x[-1]), [], 0
    for column, k, width in zip(filled.T, knots, widths, strict=True):
        heights = np.concatenate([[0.0], np.cumsum(found.x[place : place + width])])
        mean = float(np.average(np.interp(column, k, heights), weights=weight))
        base += mean
        curves.append(tuple(float(height) for height in heights - mean))
        place += width
    return SplineModel(
        knots=tuple(tuple(float(knot) for knot in k) for k in knots),
        heights=tuple(curves),
        fill=tuple(float(value) for value in fill),
        base=base,
    )


def _knots(feature: Feature, column: Floats) -> Floats:
    """The values themselves where there are few, else quantiles; one knot for a constant, which has no piece.

    A family flag is one straight line from no to yes: with a knot at unknown, chance would lift each of a dozen
    flags a little, never lower one, and whoever is unknown throughout a lot.
    """
    distinct = np.unique(column)
    if feature.group == "family":
        return distinct[[0, -1]] if len(distinct) > 1 else distinct
    if len(distinct) <= MOST_KNOTS:
        return distinct
    return np.unique(np.quantile(column, np.linspace(0, 1, MOST_KNOTS)))


def _ramps(column: Floats, knots: Floats) -> Floats:
    starts, ends = knots[:-1], knots[1:]
    return np.clip((column[:, None] - starts) / (ends - starts), 0.0, 1.0)
