"""Answers from a latent trait: the graded response model, and the means that meet a published share.

P(answer ≥ k | θ) = 1 / (1 + exp(−a (θ − b_k))) (Samejima 1969).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
GRID = np.arange(-6.0, 7.0, 0.05)  # of the trait
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(41)


@dataclass(frozen=True)
class Items:
    """Discriminations, shape (items,), and thresholds for answers 1, 2, 3, shape (items, 3)."""

    slopes: Floats
    thresholds: Floats

    def answers(self, rng: np.random.Generator, trait: Floats) -> NDArray[np.int64]:
        """One sheet a row: shape (len(trait), items), each answer 0 to 3."""
        draw = rng.logistic(size=(len(trait), len(self.slopes)))
        pull = self.slopes * trait[:, None] + draw
        return np.asarray(np.sum(pull[:, :, None] > self.slopes[:, None] * self.thresholds, axis=2))

    def share_at_least(self, total: int) -> Floats:
        """P(sum of the items ≥ total | θ) at every point of `GRID`, by adding one item after the other."""
        sums = np.ones((len(GRID), 1))
        for slope, thresholds in zip(self.slopes, self.thresholds, strict=True):
            reach = 1 / (1 + np.exp(-slope * (GRID[:, None] - thresholds)))
            bounds = np.hstack([np.ones((len(GRID), 1)), reach, np.zeros((len(GRID), 1))])
            chance = bounds[:, :-1] - bounds[:, 1:]
            grown = np.zeros((len(GRID), sums.shape[1] + 3))
            for answer in range(4):
                grown[:, answer : answer + sums.shape[1]] += sums * chance[:, [answer]]
            sums = grown
        return np.asarray(sums[:, total:].sum(axis=1))


def population_share(curve: Floats, mean: float) -> float:
    """The share that `curve` (over `GRID`) gives in a population whose trait is normal with this mean and SD 1."""
    return float(np.sum(WEIGHTS * np.interp(mean + NODES, GRID, curve)) / WEIGHTS.sum())


def solve(rising: Callable[[float], float], target: float, low: float = -5.0, high: float = 5.0) -> float:
    """Where a rising function meets `target`, by bisection to 1e-6."""
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < target else (low, middle)
    return (low + high) / 2
