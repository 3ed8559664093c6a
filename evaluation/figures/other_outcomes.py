"""The same scores held against other horizons and other outcomes: nothing is trained anew for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.figures.bootstrap import draw, figure
from evaluation.figures.capacity import Labelled, on_list, recall_of
from evaluation.figures.discrimination import auroc
from evaluation.figures.groups import of_enough
from evaluation.figures.over_time import FEWEST_POSITIVES
from evaluation.measure import counts
from evaluation.scored import Scored

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Endpoint:
    """n rows scored, with another outcome in place of their own. `open` rows are those whose horizon was not over when
    the data end: of them only positives are known. `kept` is false where the dataset does not hold such outcomes."""

    scored: Scored
    list_of: NDArray[np.int64]
    open: NDArray[np.bool_]
    horizon_days: int
    kept: bool = True


def endpoint_figures(endpoint: Endpoint, slots: int, resamples: int, seed: int) -> dict[str, Any]:
    """Counts, AUROC and recall on lists of `slots`, weighted and, where weights differ, naive. `state` says why there
    is no figure: `not_recorded`, `horizon_open` (none is over), or `few` (fewer than ten with it, or without).

    Rows with an open horizon are counted in `open` and are in no figure.
    """
    scored, running = endpoint.scored, endpoint.open
    about: dict[str, Any] = {"horizon_days": endpoint.horizon_days, "candidates": len(running)}
    if not endpoint.kept:
        return {**about, "state": "not_recorded"}
    open_positives = int(np.nansum(scored.outcome[running]))
    about |= {"open": int(running.sum()), "open_positives": open_positives}
    rows = np.flatnonzero(scored.labelled & ~running)
    known = scored.where(rows)
    about |= counts(known)
    if running.all():
        return {**about, "state": "horizon_open"}
    if min(about["positives"], about["n"] - about["positives"]) < FEWEST_POSITIVES:
        return {**about, "state": "few"}
    taken = on_list(scored.margin, endpoint.list_of, slots)
    samples = draw(known.school, resamples, seed)

    def figures(weight: Floats) -> dict[str, Any]:
        labelled = Labelled(rows, known.outcome, weight, samples)
        return {
            "auroc": figure(samples, weight, lambda w: auroc(known.outcome, known.margin, w)),
            "recall": of_enough(figure(samples, weight, lambda w: recall_of(labelled, taken, w)), about["positives"]),
        }

    naive = figures(np.ones(len(rows))) if known.weighted else None
    return {**about, "state": "estimated", **figures(known.weight), "naive": naive}


def other_outcomes(
    endpoints: Mapping[str, Mapping[str, Endpoint]], slots: int, resamples: int, seed: int
) -> dict[str, Any]:
    """The figures of each endpoint, by kind (such as `horizons`) and name."""
    return {
        kind: {name: endpoint_figures(endpoint, slots, resamples, seed) for name, endpoint in of.items()}
        for kind, of in endpoints.items()
    }
