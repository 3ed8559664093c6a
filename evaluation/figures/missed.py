"""How many cases are expected below the line: students whom the week's list does not reach.

Below the line nobody looks, but for those drawn by lot. With too few of them the answer is that it cannot be estimated
(无法估计): silence about the others would read as "low risk".
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.figures.bootstrap import Samples, figure, number, ratio
from evaluation.figures.capacity import Labelled
from models.triage.missed import FEWEST_BY_LOT

Floats = NDArray[np.float64]


def missed_below(known: Labelled, taken: Floats, by_lot: NDArray[np.bool_], everyone: Samples) -> dict[str, Any]:
    """Expected cases below the line among all n rows, labelled or not: their number times the weighted rate of those
    below it whose outcome is known. `taken` and `by_lot` are (n,), `everyone` samples all rows.

    `estimated` is false, and the figures None, where fewer than 30 below the line are known by lot and not all of
    them are known anyhow.
    """
    below = 1.0 - taken
    looked_at = np.zeros(len(taken), dtype=bool)
    looked_at[known.rows] = True
    unknown = int((~looked_at & (below > 0)).sum())
    drawn = int((by_lot & looked_at & (below > 0)).sum())
    estimated = drawn >= FEWEST_BY_LOT or (unknown == 0 and len(known.rows) > 0)

    def expected(weight: Floats) -> Floats:
        """`weight` (b, n): how often each row was drawn."""
        mine = weight[:, known.rows] * known.weight * below[known.rows]
        count = weight @ below
        found: Floats = count * ratio(mine @ known.outcome, mine.sum(axis=-1))
        return found

    nothing = {"value": None, "low": None, "high": None}
    cases = figure(everyone, np.ones(len(taken)), expected) if estimated else nothing
    count = float(below.sum())
    return {
        "estimated": estimated,
        "below_the_line": number(count),
        "unlabelled_below": unknown,
        "by_lot_below": drawn,
        "fewest_by_lot": FEWEST_BY_LOT,
        "expected_cases": cases,
        "per_1000_below": {
            name: None if value is None or not count else 1000 * value / count for name, value in cases.items()
        },
    }
