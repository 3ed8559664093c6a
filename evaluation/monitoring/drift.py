"""How far two populations lie apart, from their histograms, and how far chance alone would put them.

The population stability index (Lewis 1994; Siddiqi 2006, ch. 10) of bins with shares p now and q then is
Σ (p − q) ln(p / q), Jeffreys' divergence (1946). Without any drift it is about (1/n + 1/m) χ² with a degree of freedom
fewer than there are bins, n and m being how many were counted (Yurdakul & Naranjo 2020): a small school has a large
index by chance.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, norm

from models.monitoring import Histogram

Floats = NDArray[np.float64]
HALF = 0.5  # added to every bin, so that an empty one is rare and not impossible (Jeffreys' prior)


def shares(histogram: Histogram) -> Floats:
    """Share of each bin, none of them 0."""
    counts = np.asarray(histogram.counts, dtype=np.float64) + HALF
    found: Floats = counts / counts.sum()
    return found


def psi(then: Histogram, now: Histogram) -> float:
    """Population stability index of two histograms of the same bins."""
    p, q = shares(now), shares(then)
    return float(((p - q) * np.log(p / q)).sum())


def psi_by_chance(bins: int, n: float, m: float) -> float:
    """What the index is on average without any drift, of n and m different students."""
    return (bins - 1) * (1 / n + 1 / m)


def psi_ceiling(bins: int, n: float, m: float, chance: float) -> float:
    """What the index exceeds with that chance only, without any drift."""
    return float(chi2.isf(chance, bins - 1)) * (1 / n + 1 / m)


def distance(then: Histogram, now: Histogram) -> float:
    """Largest difference of the two shares of rows above an edge, positive where values are higher now: Kolmogorov's
    distance on the bins, for two values the difference of their shares."""
    p, q = _observed(now), _observed(then)
    apart = (np.cumsum(q) - np.cumsum(p))[:-1]
    return float(apart[np.abs(apart).argmax()]) if len(apart) else 0.0


def share_ceiling(then: float, now: float, n: float, m: float, chance: float) -> float:
    """What the difference of two shares exceeds, either way, with that chance only, where both are the same: the
    normal approximation with the pooled share, two counts added to each side (Agresti & Caffo 2000)."""
    pooled = (then * n + now * m + 2) / (n + m + 4)
    return float(norm.isf(chance / 2) * np.sqrt(pooled * (1 - pooled) * (1 / (n + 2) + 1 / (m + 2))))


def _observed(histogram: Histogram) -> Floats:
    counts = np.asarray(histogram.counts, dtype=np.float64)
    found: Floats = counts / max(counts.sum(), 1.0)
    return found
