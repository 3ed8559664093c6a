"""What a list of a given length finds. Ties at the cut are shared out evenly, so that no order is invented.

`weight` is (n,) or (b, n) for b samples at once; the answer is one figure or (b,).
"""

import numpy as np
from numpy.typing import NDArray

from evaluation.figures.bootstrap import number, ratio
from evaluation.figures.discrimination import tie_starts

Floats = NDArray[np.float64]


def _taken(score: Floats, weight: Floats, share: float) -> Floats:
    """How much of each row stands on a list that holds `share` of the population, 0 to 1 each."""
    room = share * weight.sum(axis=-1, keepdims=True)
    order = np.argsort(-score, kind="stable")
    first = tie_starts(score[order])
    in_tie = np.add.reduceat(weight[..., order], first, axis=-1)
    before = np.cumsum(in_tie, axis=-1) - in_tie
    left = np.maximum(room - before, 0.0)
    taken = np.divide(left, in_tie, out=(left > 0).astype(np.float64), where=in_tie > 0)
    placed = np.empty(weight.shape)
    placed[..., order] = np.repeat(np.minimum(taken, 1.0), np.diff(np.append(first, len(score))), axis=-1)
    return placed


def recall_at(outcome: Floats, score: Floats, weight: Floats, share: float) -> Floats:
    """Share of those with the outcome who stand in the top `share`; NaN where nobody has it."""
    return ratio((_taken(score, weight, share) * weight) @ outcome, weight @ outcome)


def precision_at(outcome: Floats, score: Floats, weight: Floats, share: float) -> Floats:
    """Share of those in the top `share` who have the outcome."""
    taken = _taken(score, weight, share) * weight
    return ratio(taken @ outcome, taken.sum(axis=-1))


def list_curve(outcome: Floats, score: Floats, weight: Floats, shares: Floats) -> list[dict[str, float | None]]:
    """Recall and precision over list lengths, given as shares of the population."""
    return [
        {
            "share": float(share),
            "recall": number(float(recall_at(outcome, score, weight, float(share)))),
            "precision": number(float(precision_at(outcome, score, weight, float(share)))),
        }
        for share in shares
    ]
