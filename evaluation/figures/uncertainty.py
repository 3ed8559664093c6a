"""For how many students the model cannot tell the tier, and how wide the bands around probabilities are."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_schemas.codes import Tier
from evaluation.figures.bootstrap import number

Floats = NDArray[np.float64]


def uncertainty(low: Floats, high: Floats, needs_person: NDArray[np.bool_], tier: NDArray[np.int64]) -> dict[str, Any]:
    """Of n candidates with the band (low, high), by the tier that the model alone gives: students, how many need a
    person, and the band's median width; None for a tier that is empty."""
    width = high - low

    def figures(mine: NDArray[np.bool_]) -> dict[str, Any]:
        return {
            "students": int(mine.sum()),
            "needs_person": int(needs_person[mine].sum()),
            "median_width": number(float(np.median(width[mine]))) if mine.any() else None,
        }

    tiers = {one.code: figures(tier == one.ord) for one in Tier if one is not Tier.CRISIS}
    return {**figures(np.ones(len(tier), dtype=bool)), "tiers": tiers}
