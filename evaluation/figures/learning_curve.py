"""Whether more interviews, or a training with the newest wave, would help: what the last of them brought."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.figures.bootstrap import Interval, draw, figure
from evaluation.figures.discrimination import auroc
from evaluation.scored import Scored

Floats = NDArray[np.float64]
HALF = 0.5


@dataclass(frozen=True)
class Fewer:
    """Margins (turns, n) of models that learned from a share of the students, others in each turn; `labelled` and
    `positives` are means over the turns of how much that was."""

    share: float
    labelled: float
    positives: float
    margins: Floats


@dataclass(frozen=True)
class Less:
    """What trainings with less would have said of n rows, the smallest share first. `before_newest` (n,) are margins of
    one without the newest index date, None where there is only one date to learn from."""

    fewer: tuple[Fewer, ...]
    before_newest: Floats | None


def learning_curve(scored: Scored, less: Less, resamples: int, seed: int) -> dict[str, Any]:
    """AUROC by how much was learned from; `doubling` is what the model gains over half of the students, `newest_wave`
    what it gains over a training without the newest date; None where there is no such training."""
    found = _figures(scored, less, resamples, seed)
    found["naive"] = _figures(scored.unweighted(), less, resamples, seed) if scored.weighted else None
    return found


def _figures(scored: Scored, less: Less, resamples: int, seed: int) -> dict[str, Any]:
    rows = np.flatnonzero(scored.labelled)
    known = scored.where(rows)
    samples = draw(known.school, resamples, seed)

    def mean(margins: Floats, weight: Floats) -> Floats:
        turns: Floats = np.mean([auroc(known.outcome, one[rows], weight) for one in margins], axis=0)
        return turns

    def gain(margins: Floats | None) -> Interval | None:
        if margins is None:
            return None
        of = margins
        return figure(samples, known.weight, lambda w: auroc(known.outcome, known.margin, w) - mean(of, w))

    points = [
        {
            "share": one.share,
            "labelled": one.labelled,
            "positives": one.positives,
            "auroc": figure(samples, known.weight, lambda w, m=one.margins: mean(m, w)),  # type: ignore[misc]
        }
        for one in less.fewer
    ]
    half = next((one.margins for one in less.fewer if one.share == HALF), None)
    newest = less.before_newest
    return {
        "points": points,
        "doubling": gain(half),
        "newest_wave": gain(None if newest is None else newest[None, :]),
    }
