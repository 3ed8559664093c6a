"""Whether more interviews, or a training with the newest wave, would help: what the last of them brought."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.bootstrap import figure
from evaluation.capacity import Labelled
from evaluation.discrimination import auroc

Floats = NDArray[np.float64]


def learning_curve(
    known: Labelled, whole: Floats, fewer: Sequence[tuple[float, float, float, Floats]], before_newest: Floats | None
) -> dict[str, Any]:
    """AUROC on the labelled rows by how much was learned from. `whole` (n,) is the model's margin on all n rows; each
    of `fewer` is the share of students, how many labelled rows and outcomes it held, and margins (turns, n), the
    smallest share first. `doubling` is what the last doubling of students brought, `newest_wave` what the newest wave
    did; None where it cannot be said."""

    def mean(margins: Floats, weight: Floats) -> Floats:
        found: Floats = np.mean([auroc(known.outcome, one[known.rows], weight) for one in margins], axis=0)
        return found

    def gain(of: Floats) -> dict[str, float | None]:
        return figure(known.samples, known.weight, lambda w: auroc(known.outcome, whole[known.rows], w) - mean(of, w))

    points = [
        {
            "share": share,
            "labelled": labelled,
            "positives": positives,
            "auroc": figure(known.samples, known.weight, lambda w, m=margins: mean(m, w)),  # type: ignore[misc]
        }
        for share, labelled, positives, margins in fewer
    ]
    half = next((margins for share, _, _, margins in fewer if share == 0.5), None)
    return {
        "points": points,
        "doubling": None if half is None else gain(half),
        "newest_wave": None if before_newest is None else gain(before_newest[None, :]),
    }
