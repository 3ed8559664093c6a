"""What a list of a given length finds. Ties at the cut are shared out evenly, so that no order is invented."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def _taken(score: Floats, weight: Floats, share: float) -> Floats:
    """How much of each row stands on a list that holds `share` of the population, 0 to 1 each."""
    room = share * weight.sum()
    order = np.argsort(-score, kind="stable")
    _, first = np.unique(-score[order], return_index=True)
    in_tie = np.add.reduceat(weight[order], first)
    before = np.concatenate([[0.0], np.cumsum(in_tie)[:-1]])
    taken = np.clip((room - before) / in_tie, 0.0, 1.0)
    per_row = np.repeat(taken, np.diff(np.append(first, len(score))))
    placed = np.empty(len(score))
    placed[order] = per_row
    return placed


def recall_at(outcome: Floats, score: Floats, weight: Floats, share: float) -> float:
    """Share of those with the outcome who stand in the top `share`; NaN where nobody has it."""
    positive = outcome * weight
    if not positive.sum():
        return float("nan")
    return float((_taken(score, weight, share) * positive).sum() / positive.sum())


def precision_at(outcome: Floats, score: Floats, weight: Floats, share: float) -> float:
    """Share of those in the top `share` who have the outcome."""
    taken = _taken(score, weight, share) * weight
    return float((taken * outcome).sum() / taken.sum())


def list_curve(outcome: Floats, score: Floats, weight: Floats, shares: Floats) -> list[dict[str, float]]:
    """Recall and precision over list lengths, given as shares of the population."""
    return [
        {
            "share": float(share),
            "recall": recall_at(outcome, score, weight, float(share)),
            "precision": precision_at(outcome, score, weight, float(share)),
        }
        for share in shares
    ]
