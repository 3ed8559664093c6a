"""Whom a kind of data puts on the list: the same list made by a model that was trained without it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.figures.bootstrap import figure, number
from evaluation.figures.capacity import Labelled, on_list
from evaluation.figures.discrimination import auroc
from evaluation.figures.groups import FEWEST_SHOWN
from evaluation.figures.stability import overlap

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def ablation(
    margin: Floats,
    without: Mapping[str, Floats],
    known: Labelled,
    list_of: Ints,
    slots: int,
    groups: Mapping[str, NDArray[Any]],
) -> dict[str, Any]:
    """For each kind of data left out: who enters and who leaves the lists, how far lists agree, and what AUROC it
    costs (the model's less that of the model without). All arrays are over the n rows, labelled or not."""
    with_all = on_list(margin, list_of, slots)
    return {
        block: _compared(margin, other, with_all, on_list(other, list_of, slots), known, list_of, groups)
        for block, other in without.items()
    }


def _compared(
    margin: Floats,
    other: Floats,
    before: Floats,
    after: Floats,
    known: Labelled,
    list_of: Ints,
    groups: Mapping[str, NDArray[Any]],
) -> dict[str, Any]:
    entered, left = np.maximum(after - before, 0.0), np.maximum(before - after, 0.0)
    rows, outcome = known.rows, known.outcome
    jaccard, _ = overlap(before, after, list_of)
    return {
        "entered": number(float(entered.sum())),
        "left": number(float(left.sum())),
        "jaccard": number(float(np.nanmean(jaccard))) if len(jaccard) else None,
        "auroc_without": figure(known.samples, known.weight, lambda w: auroc(outcome, other[rows], w)),
        "auroc_cost": figure(
            known.samples, known.weight, lambda w: auroc(outcome, margin[rows], w) - auroc(outcome, other[rows], w)
        ),
        "groups": {
            name: {
                group: {
                    "listed": number(float(before[of == group].sum())),
                    "entered": number(float(entered[of == group].sum())),
                    "left": number(float(left[of == group].sum())),
                }
                for group in sorted(set(of.tolist()) - {""})
                if (of == group).sum() >= FEWEST_SHOWN
            }
            for name, of in groups.items()
        },
    }
