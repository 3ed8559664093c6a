"""Whether probabilities mean what they say (Cox 1958; Van Calster et al. 2016; Steyerberg 2019, ch. 15).

`outcome` and `probability` are (n,), `weight` is (n,) or (b, n) for b samples at once.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from evaluation.figures.bootstrap import Interval, Samples, interval, number, ratio
from evaluation.figures.discrimination import auroc
from evaluation.figures.logistic_fit import logistic_coefficients

Floats = NDArray[np.float64]
TENTHS = 10
KNOTS = (0.05, 0.35, 0.65, 0.95)  # quantiles of four knots (Harrell 2015, table 2.3)
SMOOTH_POINTS, SMOOTH_ENDS = 40, (0.01, 0.99)


def calibration_slope(outcome: Floats, probability: Floats, weight: Floats) -> Floats:
    """Slope of the outcome on the logit of the probability: 1 is right, below 1 is too extreme. NaN with one class."""
    logits = logit(probability)
    if not len(logits) or np.ptp(logits) == 0:
        return np.full(weight.shape[:-1], np.nan)
    design = np.column_stack([np.ones(len(logits)), logits])
    return _fitted(design, outcome, weight, np.array([0.0, 1.0]), np.zeros(len(logits)))[..., 1]


def calibration_intercept(outcome: Floats, probability: Floats, weight: Floats) -> Floats:
    """Calibration in the large: the shift of all logits that makes the mean probability the observed rate."""
    logits = logit(probability)
    return _fitted(np.ones((len(logits), 1)), outcome, weight, np.zeros(1), logits)[..., 0]


def calibration_error(outcome: Floats, probability: Floats, weight: Floats) -> Floats:
    """Expected calibration error: the mean distance of probability and observed rate over ten groups of equal size.

    Chance alone keeps it above 0, the more so the fewer rows there are.
    """
    if not len(outcome):
        return np.full(weight.shape[:-1], np.nan)
    order = np.argsort(probability, kind="stable")
    parts = np.array_split(np.arange(len(order)), min(TENTHS, len(order)))
    apart = weight[..., order] * (outcome - probability)[order]
    by_part = np.add.reduceat(apart, [part[0] for part in parts], axis=-1)
    return ratio(np.abs(by_part).sum(axis=-1), weight.sum(axis=-1))


def calibration_curve(
    outcome: Floats, probability: Floats, weight: Floats, groups: int = TENTHS
) -> list[dict[str, float]]:
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


def smooth_calibration(
    outcome: Floats, probability: Floats, weight: Floats, samples: Samples
) -> list[dict[str, float | None]]:
    """The observed rate as a smooth function of the probability: a logistic regression on a restricted cubic spline
    of the logit, with a band. Empty where probabilities are too few or too alike for one."""
    logits = logit(probability)
    knots = np.quantile(logits, KNOTS) if len(logits) else np.zeros(len(KNOTS))
    if not (np.diff(knots) > 1e-6).all() or np.isnan(auroc(outcome, probability, weight)):
        return []
    places = np.quantile(logits, SMOOTH_ENDS)
    grid = np.linspace(places[0], places[1], SMOOTH_POINTS)
    design, at = spline_terms(logits, knots), spline_terms(grid, knots)
    start = np.zeros(design.shape[1])
    start[1] = 1.0
    fits = [
        logistic_coefficients(design, outcome, block, start, np.zeros(len(logits))) for block in samples.weights(weight)
    ]
    curves = expit(np.concatenate(fits) @ at.T)
    bands: list[Interval] = [interval(curve, samples.units) for curve in curves.T]
    return [
        {"predicted": float(p), "observed": band["value"], "low": band["low"], "high": band["high"]}
        for p, band in zip(expit(grid), bands, strict=True)
        if band["value"] is not None
    ]


def spline_terms(x: Floats, knots: Floats) -> Floats:
    """A restricted cubic spline's terms (n, number of knots): constant, linear, and cubic ones that are linear beyond
    the outer knots (Harrell 2015, eq. 2.25)."""
    *inner, before, last = knots
    spread = (last - knots[0]) ** 2

    def cube(knot: float) -> Floats:
        found: Floats = np.maximum(x - knot, 0.0) ** 3
        return found

    terms = [np.ones(len(x)), x]
    for knot in inner:
        bent = (
            cube(knot) - cube(before) * (last - knot) / (last - before) + cube(last) * (before - knot) / (last - before)
        )
        terms.append(bent / spread)
    return np.column_stack(terms)


def calibration(outcome: Floats, probability: Floats, weight: Floats, samples: Samples) -> dict[str, Any]:
    """Tenths and the smooth curve, for a picture."""
    return {
        "tenths": [
            {name: number(value) for name, value in point.items()}
            for point in calibration_curve(outcome, probability, weight)
        ],
        "smooth": smooth_calibration(outcome, probability, weight, samples),
    }


def _fitted(design: Floats, outcome: Floats, weight: Floats, start: Floats, offset: Floats) -> Floats:
    found = logistic_coefficients(design, outcome, np.atleast_2d(weight), start, offset)
    return found if weight.ndim == 2 else found[0]
