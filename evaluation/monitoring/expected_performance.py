"""What the probabilities themselves lead to expect, before any outcome is known: an estimate, never a measurement.

In the manner of confidence-based performance estimation (Białek et al. 2023, arXiv 2401.08348): if each probability is
right, the expected AUROC follows from the probabilities alone. It sees that a population has become harder to tell
apart. It cannot see that the same answers have come to mean something else: then only interviews help.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def expected_auroc(probability: Floats) -> float:
    """Expected number of rightly ordered pairs over the expected number of pairs, ties counting half. NaN with fewer
    than two rows."""
    return _Sorted(probability).expected(np.ones(len(probability)))


def auroc_interval(probability: Floats, cluster: NDArray[np.int64], resamples: int, seed: int) -> tuple[float, float]:
    """2.5th and 97.5th percentile over bootstrap samples of students: the chance of who is there, not whether the
    probabilities are right. `cluster` (n,) numbers the students from 0."""
    rng, students, rows = np.random.default_rng(seed), int(cluster.max()) + 1, _Sorted(probability)
    found = []
    for _ in range(resamples):
        times = np.bincount(rng.integers(0, students, students), minlength=students)
        found.append(rows.expected(times[cluster].astype(np.float64)))
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


class _Sorted:
    """Probabilities in order, so that they are sorted once for all samples."""

    def __init__(self, probability: Floats) -> None:
        self.order = np.argsort(probability, kind="stable")
        self.p = probability[self.order]
        self.first = np.flatnonzero(np.diff(self.p, prepend=-1.0))

    def expected(self, times: Floats) -> float:
        """With row i counted `times[i]` times."""
        p, w = self.p, times[self.order]
        if w.sum() < 2:
            return float("nan")
        positive, negative = np.add.reduceat(w * p, self.first), np.add.reduceat(w * (1 - p), self.first)
        below = np.cumsum(negative) - negative
        alone = float((w * p * (1 - p)).sum())  # nobody makes a pair with themselves
        right = float((positive * (below + negative / 2)).sum()) - alone / 2
        return right / (float(positive.sum() * negative.sum()) - alone)
