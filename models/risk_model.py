"""The score: margins and exact contributions of the two kinds of model that may serve.

Both are additive between the family flags and everything else (trees do not mix the two, splines never do), so
"above all flags no" is one well-defined number, and the cap on it is part of the margin itself.
"""

from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from models.features import Feature
from models.spline_model import SplineModel

Floats = NDArray[np.float64]
Inputs = NDArray[np.floating[Any]]  # features come as float32
MANY_ROWS = 512


@dataclass(frozen=True)
class RiskModel:
    """A booster or a spline model over `features`, in that order, with the cap on the family flags' sum."""

    features: tuple[Feature, ...]
    scorer: lightgbm.Booster | SplineModel
    family_cap: float

    @property
    def kind(self) -> str:
        return "logistic" if isinstance(self.scorer, SplineModel) else "lightgbm"

    @property
    def family(self) -> NDArray[np.bool_]:
        """Which features are family flags."""
        return np.array([feature.group == "family" for feature in self.features])


@dataclass(frozen=True)
class Margins:
    """Log-odds of n students: `value` is capped, `without_family` has every family flag at no."""

    value: Floats
    without_family: Floats
    overflow: Floats  # what the cap took away


def margins(model: RiskModel, values: Inputs) -> Margins:
    """Score `values` (n, p); raises `ValueError` for another width or an infinite value."""
    _check(model, values)
    raw = _raw(model.scorer, values)
    bare = values.copy()
    bare[:, model.family] = 0.0
    without = _raw(model.scorer, bare)
    value = np.minimum(raw, without + model.family_cap)
    return Margins(value, without, raw - value)


@dataclass(frozen=True)
class Contributions:
    """Exact SHAP values (n, p) in log-odds; with `base` they sum to the capped margin."""

    values: Floats
    base: float


def contributions(model: RiskModel, values: Inputs, scored: Margins) -> Contributions:
    """Path-dependent TreeSHAP of the booster (Lundberg et al. 2020), or the centred terms of the spline model.

    `scored` are the margins of the same values. What the cap takes away is taken from the family flags that raise
    the margin, in proportion.
    """
    _check(model, values)
    if isinstance(model.scorer, SplineModel):
        phi, base = model.scorer.terms(values), model.scorer.base
    else:
        full = np.asarray(
            model.scorer.predict(values, pred_contrib=True, num_threads=_threads(values)), dtype=np.float64
        )
        phi, base = full[:, :-1].copy(), float(full[0, -1]) if len(full) else 0.0
    overflow = scored.overflow
    raising = np.where(model.family, np.maximum(phi, 0.0), 0.0)
    total = raising.sum(axis=1)
    even = np.tile(model.family / max(model.family.sum(), 1), (len(values), 1))
    share = np.divide(raising, total[:, None], out=even, where=total[:, None] > 0)
    return Contributions(phi - share * overflow[:, None], base)


def _raw(scorer: lightgbm.Booster | SplineModel, values: Inputs) -> Floats:
    if isinstance(scorer, SplineModel):
        return scorer.margins(values)
    if not len(values):
        return np.zeros(0)
    # Row by row the sum over trees runs in one order, so a student's score does not depend on the batch.
    return np.asarray(scorer.predict(values, raw_score=True, num_threads=_threads(values)), dtype=np.float64)


def _threads(values: Inputs) -> int:
    """One for a few rows, where waking others costs more than it saves; 0, all of them, for many."""
    return 1 if len(values) < MANY_ROWS else 0


def _check(model: RiskModel, values: Inputs) -> None:
    if values.ndim != 2 or values.shape[1] != len(model.features):
        raise ValueError(f"the model reads {len(model.features)} features, not {values.shape[1:]}")
    if np.isinf(values).any():
        raise ValueError("a feature is infinite")
