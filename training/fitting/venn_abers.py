"""A band around a probability by inductive Venn–Abers prediction (Vovk, Petej & Fedorova 2015).

A student with a margin is added to the rows whose outcome is known, once without and once with the outcome, and
isotonic regression answers each time; the two answers are the band. It is wide where few with like margins were
interviewed, and where the answer hangs on one of them.
"""

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import isotonic_regression

from models.uncertainty import ProbabilityBand

Floats = NDArray[np.float64]
POINTS = 100  # margins at which the band is worked out
NEAR = 25  # rows of like margin, at least, that a student's own weight is taken from


def fit_band(margin: Floats, outcome: Floats, weight: Floats) -> ProbabilityBand:
    """The band from n rows with outcomes 0/1. The added student counts as much as rows of like margin do on average:
    among students who are seldom interviewed one stands for many, and the band is the wider for it."""
    order = np.argsort(margin, kind="stable")
    where, first = np.unique(margin[order], return_index=True)
    mass = np.add.reduceat(weight[order], first)
    share = np.add.reduceat((weight * outcome)[order], first) / mass
    own = _own_weight(margin[order], weight[order], where)
    places = np.unique(np.linspace(0, len(where) - 1, POINTS).astype(np.int64))
    low, high = (np.array([_with(share, mass, place, own[place], added) for place in places]) for added in (0.0, 1.0))
    # Weights differ from place to place, so an answer may fall by a hair where the margin rises.
    low, high = np.minimum.accumulate(low[::-1])[::-1], np.maximum.accumulate(high)
    return ProbabilityBand(*(tuple(values.tolist()) for values in (where[places], low, high)))


def _with(share: Floats, mass: Floats, place: int, own: float, added: float) -> float:
    """Isotonic regression's answer at a place after one row was added there."""
    shares, masses = share.copy(), mass.copy()
    masses[place] += own
    shares[place] = (share[place] * mass[place] + added * own) / masses[place]
    return float(isotonic_regression(shares, sample_weight=masses)[place])


def _own_weight(margin: Floats, weight: Floats, where: Floats) -> Floats:
    """Mean weight of the rows nearest in rank to each margin; `margin` (n,) is sorted, with its weights."""
    n = len(margin)
    reach = min(max(NEAR, n // 50), n)
    total = np.concatenate([[0.0], np.cumsum(weight)])
    begin = np.clip(np.searchsorted(margin, where) - reach // 2, 0, n - reach)
    mean: Floats = (total[begin + reach] - total[begin]) / reach
    return mean
