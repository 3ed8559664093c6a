"""Whether another model of the same data would have made the same list."""

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.figures.bootstrap import ratio
from evaluation.figures.capacity import on_list

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def overlap(one: Floats, other: Floats, list_of: Ints) -> tuple[Floats, Floats]:
    """For each list the Jaccard index of two versions of it and the share of the shorter that both hold; rows that
    stand on a list in part count in part."""
    _, place = np.unique(list_of, return_inverse=True)
    both, either, here, there = (
        np.bincount(place, of).astype(np.float64) for of in (np.minimum(one, other), np.maximum(one, other), one, other)
    )
    shorter = np.minimum(here, there)
    return ratio(both, either), ratio(both, shorter)


def stability(margins: Floats, list_of: Ints, slots: int) -> dict[str, Any]:
    """Over all pairs of m models with margins (m, n): the mean overlap of each list's top places, and the lowest and
    highest mean of a pair."""
    taken = [on_list(margin, list_of, slots) for margin in margins]
    pairs = [overlap(one, other, list_of) for one, other in combinations(taken, 2)]
    found: dict[str, Any] = {"models": len(margins), "pairs": len(pairs), "lists": len(np.unique(list_of))}
    for name, which in (("jaccard", 0), ("shared", 1)):
        means = [float(np.nanmean(pair[which])) for pair in pairs if len(pair[which])]
        found[name] = (
            {"value": float(np.mean(means)), "low": min(means), "high": max(means)}
            if means
            else {"value": None, "low": None, "high": None}
        )
    return found
