"""What the list that serving makes finds, over a week, a month and a term of interviews, beside what rules by hand
would find in the same places."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.figures.bootstrap import draw
from evaluation.figures.capacity import Labelled, lists_compared
from evaluation.figures.doubly_robust import doubly_robust, expected_outcome
from evaluation.figures.served_groups import served_by_group
from evaluation.scored import Scored

Bools = NDArray[np.bool_]
SERVED, EVERYONE, MONTH = "served", "everyone", 40
Taken = Mapping[str, Mapping[int, Bools]]  # by order and horizon, who is spoken with (n,)


def served_lists(
    scored: Scored,
    taken: Mapping[str, Taken],
    inside: Mapping[str, Bools],
    groups: Mapping[str, NDArray[Any]],
    resamples: int,
    seed: int,
) -> dict[str, Any]:
    """By whom the list is filled from (`inside`, by name: everyone, those outside open evidence) and by horizon: how
    many interviews, how many of these students' outcomes are known, and each order's cases and recall, the served one
    first. Outcomes that nobody knows stand for nothing: `share_labelled` says how many of the list are known, and
    `doubly_robust` tells cases, recall and the served list's gain by a regression as well as by weights. `groups` hold
    by name the group of each row; a month's list of everyone is told by them (`served_by_group`)."""
    rows = np.flatnonzero(scored.labelled)
    everyone = draw(scored.school, resamples, seed)
    samples = everyone.where(rows) if everyone.unit == "school" else draw(scored.school[rows], resamples, seed)
    known = Labelled(rows, scored.outcome[rows], scored.weight[rows], samples)
    expected = expected_outcome(scored, seed)
    found: dict[str, Any] = {}
    for block, mine in inside.items():
        here = known.where(mine)
        found[block] = {}
        for horizon in taken[block][SERVED]:
            lists = {name: of[horizon].astype(np.float64) for name, of in taken[block].items()}
            interviews = float(lists[SERVED].sum())
            labelled = int((lists[SERVED][here.rows] > 0).sum())
            by_group = block == EVERYONE and horizon == MONTH
            found[block][str(horizon)] = {
                "interviews": interviews,
                "labelled": labelled,
                "share_labelled": labelled / interviews if interviews else None,
                "orders": lists_compared(here, lists),
                "doubly_robust": doubly_robust(here, expected, lists, mine, everyone),
                **({"groups": served_by_group(here, lists[SERVED], groups)} if by_group else {}),
            }
    return found
