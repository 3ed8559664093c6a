"""Whether explanations are sound: they sum to the margin, go the way the model was told to go, and what they say can
be held beside the terms of a logistic regression. They describe the model; they name no causes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from evaluation.figures.bootstrap import number

Floats = NDArray[np.float64]
CLOSE_ENOUGH = 1e-6  # log-odds by which a sum may miss the margin
MOST_FEATURES = 15


@dataclass(frozen=True)
class JudgedContributions:
    """Contributions (n, p) in log-odds of n judged rows, with their features' values and names."""

    phi: Floats
    base: float
    values: Floats
    names: tuple[str, ...]


def contribution_checks(
    phi: Floats,
    base: float,
    margin: Floats,
    values: Floats,
    names: Sequence[str],
    groups: Sequence[str],
    directions: Sequence[int],
    regression: Floats,
) -> dict[str, Any]:
    """`phi` (n, p) are contributions in log-odds, `values` the features, `regression` (n, p) the terms of a logistic
    regression on the same rows, centred on its own mean.

    A feature of direction 1 agrees where its contribution does not fall as its value rises, by rank; one that never
    moves says nothing either way.
    """
    error = float(np.abs(phi.sum(axis=1) + base - margin).max(initial=0.0))
    with_value, regression_with_value = rank_correlation(values, phi), rank_correlation(values, regression)
    size, size_of_term = np.abs(phi).mean(axis=0), np.abs(regression).mean(axis=0)
    against = [
        name
        for name, direction, found in zip(names, directions, with_value, strict=True)
        if direction == 1 and found < 0
    ]
    of_group = np.array(groups)
    order = np.argsort(-size, kind="stable")[:MOST_FEATURES]
    return {
        "rows": len(phi),
        "largest_error": error,
        "sums_to_margin": error <= CLOSE_ENOUGH,
        "constrained": sum(direction == 1 for direction in directions),
        "tested": int((np.isfinite(with_value) & (np.array(directions) == 1)).sum()),
        "against_direction": against,
        "groups": {
            group: {
                "model": float(np.abs(phi[:, of_group == group].sum(axis=1)).mean()),
                "logistic_regression": float(np.abs(regression[:, of_group == group].sum(axis=1)).mean()),
            }
            for group in dict.fromkeys(groups)
        },
        "features": [
            {
                "feature": names[place],
                "group": groups[place],
                "direction": directions[place],
                "model": float(size[place]),
                "rank_correlation": number(with_value[place]),
                "logistic_regression": float(size_of_term[place]),
                "logistic_rank_correlation": number(regression_with_value[place]),
            }
            for place in order
        ],
    }


def rank_correlation(one: Floats, other: Floats) -> Floats:
    """Spearman's correlation of each column of one with the same column of the other (n, p); NaN where either does not
    vary or fewer than three rows have both."""
    found = np.full(one.shape[1], np.nan)
    for place in range(one.shape[1]):
        both = np.isfinite(one[:, place]) & np.isfinite(other[:, place])
        a, b = one[both, place], other[both, place]
        if len(a) >= 3 and np.ptp(a) > 0 and np.ptp(b) > 0:
            found[place] = np.corrcoef(rankdata(a), rankdata(b))[0, 1]
    return found
