"""What a counselor's week finds: so many interviews a school, taken from the top of an order.

Which rows stand on the list follows from everyone's scores, labelled or not; what it finds is estimated from those
among them whose outcome is known, each weighted by the inverse of the known chance of having been looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.figures.bootstrap import Interval, Samples, effective_n, figure, number, ratio
from evaluation.figures.discrimination import tie_starts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FLOORS_THEN_SUM = "floors_then_sum"
FLOORS_THEN_MODEL = "floors_then_model"


def on_list(score: Floats, list_of: Ints, slots: int) -> Floats:
    """How much of each row stands on its list of `slots` places, 0 to 1; rows tied at the cut share what is left."""
    if not len(score):
        return np.zeros(0)
    order = np.lexsort((-score, list_of))
    lists, ordered = list_of[order], score[order]
    begins = tie_starts(lists.astype(np.float64))
    place = np.arange(len(order)) - np.repeat(begins, np.diff(np.append(begins, len(order))))
    first = np.union1d(begins, tie_starts(ordered))
    size = np.diff(np.append(first, len(order)))
    taken = np.clip((slots - place[first]) / size, 0.0, 1.0)
    placed = np.empty(len(score))
    placed[order] = np.repeat(taken, size)
    return placed


def on_lists(
    orders: Mapping[str, Floats], list_of: Ints, slots: int, inside: NDArray[np.bool_] | None = None
) -> dict[str, Floats]:
    """The list that each order makes; with `inside` (n,) filled from those rows only."""
    rows = np.arange(len(list_of)) if inside is None else np.flatnonzero(inside)
    found = {}
    for name, score in orders.items():
        found[name] = np.zeros(len(list_of))
        found[name][rows] = on_list(score[rows], list_of[rows], slots)
    return found


@dataclass(frozen=True)
class Labelled:
    """The m rows whose outcome is known: their places among all n rows, outcome, weight, and bootstrap samples."""

    rows: Ints
    outcome: Floats
    weight: Floats
    samples: Samples

    def where(self, mask: NDArray[np.bool_]) -> "Labelled":
        """Those of them for whom `mask` (n,), over all rows, holds."""
        kept = mask[self.rows]
        return Labelled(self.rows[kept], self.outcome[kept], self.weight[kept], self.samples.where(kept))


def found_per_interview(known: Labelled, taken: Floats, weight: Floats) -> Floats:
    """Share of those on the list (`taken` (n,)) who have the outcome; `weight` (b, m)."""
    listed = weight * taken[known.rows]
    return ratio(listed @ known.outcome, listed.sum(axis=-1))


def recall_of(known: Labelled, taken: Floats, weight: Floats) -> Floats:
    """Share of those with the outcome who stand on the list; `weight` (b, m)."""
    return ratio((weight * taken[known.rows]) @ known.outcome, weight @ known.outcome)


def list_value(known: Labelled, taken: Floats) -> dict[str, Any]:
    """Cases found per interview, interviews per case found (number needed to evaluate), and recall."""
    per_interview = figure(known.samples, known.weight, lambda w: found_per_interview(known, taken, w))
    return {
        "interviews": number(float(taken.sum())),
        "labelled_on_list": int((taken[known.rows] > 0).sum()),
        "effective_n_on_list": effective_n(known.weight * taken[known.rows]),
        "cases_per_interview": per_interview,
        "number_needed": _inverse(per_interview),
        "recall": figure(known.samples, known.weight, lambda w: recall_of(known, taken, w)),
    }


def compared(known: Labelled, taken: Floats, other: Floats) -> dict[str, Interval]:
    """How many more cases an interview finds by one list than by another, and the difference in recall."""
    return {
        "cases_per_interview": figure(
            known.samples,
            known.weight,
            lambda w: found_per_interview(known, taken, w) - found_per_interview(known, other, w),
        ),
        "recall": figure(
            known.samples, known.weight, lambda w: recall_of(known, taken, w) - recall_of(known, other, w)
        ),
    }


def lists_compared(known: Labelled, taken: Mapping[str, Floats]) -> dict[str, Any]:
    """The value of each list; beside all but the first, the model's own, `gain_of_model`: what that one has over it."""
    model = next(iter(taken))
    return {
        name: list_value(known, mine)
        | ({} if name == model else {"gain_of_model": compared(known, taken[model], mine)})
        for name, mine in taken.items()
    }


def floors_first(floor: NDArray[np.bool_], score: Floats) -> Floats:
    """Rows with open evidence before all others, and within both by the score."""
    ranks = np.unique(score, return_inverse=True)[1].astype(np.float64)
    return np.where(floor, ranks + len(score), ranks)


def _inverse(of: Interval) -> Interval:
    """Interviews per case: the ends change places, and none found has no figure."""
    turned = {"value": of["value"], "low": of["high"], "high": of["low"]}
    return {name: 1 / value if value else None for name, value in turned.items()}
