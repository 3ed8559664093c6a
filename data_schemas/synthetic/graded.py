"""Answers from a latent trait: the graded response model, and the means that meet a published share.

P(answer ≥ k | θ) = 1 / (1 + exp(−a (θ − b_k))) (Samejima 1969), k counted from the item's lowest answer.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
GRID = np.arange(-6.0, 7.0, 0.05)  # of the trait
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(41)
SHEETS_AT_ONCE = 20_000  # so that memory stays small in a city of any size


@dataclass(frozen=True)
class Items:
    """Discriminations, shape (items,), and thresholds in points above the lowest answer, shape (items, k)."""

    slopes: Floats
    thresholds: Floats

    def answers(self, rng: np.random.Generator, trait: Floats) -> NDArray[np.int8]:
        """One sheet a row: shape (len(trait), items), points 0 to k.

        `trait` has the shape (sheets,), or (sheets, items) where the items follow several traits.
        """
        points = np.zeros((len(trait), len(self.slopes)), dtype=np.int8)
        cuts = self.slopes[:, None] * self.thresholds
        for start in range(0, len(trait), SHEETS_AT_ONCE):
            rows = slice(start, start + SHEETS_AT_ONCE)
            felt = trait[rows] if trait.ndim == 2 else trait[rows, None]
            pull = self.slopes * felt + rng.logistic(size=points[rows].shape)
            for step in range(cuts.shape[1]):
                points[rows] += pull > cuts[:, step]
        return points

    def reach(self, item: int, points: int) -> Floats:
        """P(item ≥ points | θ) at every point of `GRID`; items are counted from 0."""
        curve: Floats = 1 / (1 + np.exp(-self.slopes[item] * (GRID - self.thresholds[item, points - 1])))
        return curve

    def share_at_least(self, total: int) -> Floats:
        """P(sum of the items ≥ total | θ) at every point of `GRID`, by adding one item after the other."""
        most = self.thresholds.shape[1]
        sums = np.ones((len(GRID), 1))
        for item in range(len(self.slopes)):
            reach = np.column_stack([self.reach(item, points) for points in range(1, most + 1)])
            bounds = np.hstack([np.ones((len(GRID), 1)), reach, np.zeros((len(GRID), 1))])
            chance = bounds[:, :-1] - bounds[:, 1:]
            grown = np.zeros((len(GRID), sums.shape[1] + most))
            for answer in range(most + 1):
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
