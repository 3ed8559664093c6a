"""tier = max(model, open floors, human). The model never sets 危机, and never lowers or closes anything."""

import numpy as np
from numpy.typing import NDArray

from data_schemas.codes import Tier
from models.policy import Thresholds

Ints = NDArray[np.int64]


def model_tiers(probability: NDArray[np.float64], without_family: NDArray[np.float64], thresholds: Thresholds) -> Ints:
    """Ordinals of the tiers that calibrated probabilities reach, 重点 at most.

    Family flags alone never lift a student above 关注: where the probability with every flag at no stays below
    关注, so does the tier (未成年人保护法 29: no discrimination for a family's circumstances).
    """
    tier = _reached(probability, thresholds)
    alone = _reached(without_family, thresholds) == Tier.ROUTINE.ord
    return np.where(alone, np.minimum(tier, Tier.WATCH.ord), tier)


def _reached(probability: NDArray[np.float64], thresholds: Thresholds) -> Ints:
    watch, priority = probability >= thresholds.watch, probability >= thresholds.priority
    return np.where(priority, Tier.PRIORITY.ord, np.where(watch, Tier.WATCH.ord, Tier.ROUTINE.ord)).astype(np.int64)


def highest(model: Tier | None, floor: Tier | None, human: Tier | None) -> tuple[Tier, str]:
    """The tier that holds and who set it. Where several agree, the person goes before the floor and the model."""
    candidates = [(human, "human"), (floor, "floor"), (model, "model")]
    best, source = Tier.ROUTINE, "model"
    for tier, who in candidates:
        if tier is not None and tier.ord > best.ord:
            best, source = tier, who
    return best, source
