"""The score: margins and exact contributions of the kinds of model that may serve.

Both are additive between the family flags and everything else (trees do not mix the two, splines never do), so
"above all flags no" is one well-defined number, and the cap on it is part of the margin itself.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.features.feature import Feature
from models.indices.indexed import IndexedModel
from models.spline_model import SplineModel
from models.tree_shap import Explainer, NotCovered, explain, make_explainer

if TYPE_CHECKING:  # the library takes most of a second to import
    from lightgbm import Booster

Floats = NDArray[np.float64]
Inputs = NDArray[np.floating[Any]]  # features come as float32
MANY_ROWS = 512
FEW_ROWS = 1000  # below, a second call to LightGBM costs more than a copy


@dataclass(frozen=True)
class RiskModel:
    """A booster or a spline model over `features`, in that order, or either over indices made of them, with the cap on
    the family flags' sum."""

    features: tuple[Feature, ...]
    scorer: "Booster | SplineModel | IndexedModel"
    family_cap: float

    @property
    def plain(self) -> "Booster | SplineModel":
        """What reads figures: the features, or the indices that were made of them."""
        return self.scorer.scorer if isinstance(self.scorer, IndexedModel) else self.scorer

    def read(self, values: Inputs) -> Inputs:
        """The figures (n, q) that `plain` reads."""
        return self.scorer.indices.values(values) if isinstance(self.scorer, IndexedModel) else values

    @cached_property
    def family(self) -> NDArray[np.bool_]:
        """Which features are family flags."""
        return np.array([feature.group == "family" for feature in self.features])

    @cached_property
    def explainer(self) -> Explainer | NotCovered | None:
        """The trees as tables, or what these do not cover; None for splines, whose terms are their explanation."""
        if isinstance(self.plain, SplineModel):
            return None
        try:
            return make_explainer(self.plain.model_to_string())
        except NotCovered as reason:
            return reason

    @property
    def explanation(self) -> str:
        """How contributions are found: "terms", "tables", or LightGBM's own "pred_contrib" and why."""
        if self.explainer is None:
            return "terms"
        return "tables" if isinstance(self.explainer, Explainer) else f"pred_contrib: {self.explainer}"


@dataclass(frozen=True)
class Margins:
    """Log-odds of n students: `value` is capped, `without_family` has every family flag at no."""

    value: Floats
    without_family: Floats
    overflow: Floats  # what the cap took away

    def where(self, rows: slice) -> "Margins":
        return Margins(self.value[rows], self.without_family[rows], self.overflow[rows])


def margins(model: RiskModel, values: Inputs) -> Margins:
    """Score `values` (n, p); raises `ValueError` for another width or an infinite value."""
    _check(model, values)
    bare = values.copy()
    bare[:, model.family] = 0.0
    if len(values) < FEW_ROWS:
        both = _raw(model.plain, model.read(np.concatenate([values, bare])))
        raw, without = both[: len(values)], both[len(values) :]
    else:
        raw, without = _raw(model.plain, model.read(values)), _raw(model.plain, model.read(bare))
    value = np.minimum(raw, without + model.family_cap)
    return Margins(value, without, raw - value)


@dataclass(frozen=True)
class Contributions:
    """Exact SHAP values (n, p) in log-odds; with `base` they sum to the capped margin."""

    values: Floats
    base: float


def contributions(model: RiskModel, values: Inputs, scored: Margins) -> Contributions:
    """What each feature adds to the margins `scored` of the same values. What the cap takes away is taken from the
    family flags that raise the margin, in proportion."""
    _check(model, values)
    phi, base = _raw_contributions(model, values)
    over = np.flatnonzero(scored.overflow > 0)
    if len(over):
        family = np.flatnonzero(model.family)
        mine = phi[np.ix_(over, family)]
        raising = np.maximum(mine, 0.0)
        total = raising.sum(axis=1)[:, None]
        even = np.full_like(mine, 1.0 / max(len(family), 1))
        share = np.divide(raising, total, out=even, where=total > 0)
        phi[np.ix_(over, family)] = mine - share * scored.overflow[over, None]
    return Contributions(phi, base)


def _raw_contributions(model: RiskModel, values: Inputs) -> tuple[Floats, float]:
    """Path-dependent TreeSHAP (Lundberg et al. 2020), or the centred terms of the spline model, before the cap."""
    phi, base = _of_figures(model, model.read(values))
    return (model.scorer.indices.spread(phi, values) if isinstance(model.scorer, IndexedModel) else phi), base


def _of_figures(model: RiskModel, figures: Inputs) -> tuple[Floats, float]:
    if isinstance(model.plain, SplineModel):
        return model.plain.terms(figures), model.plain.base
    if isinstance(model.explainer, Explainer):
        return explain(model.explainer, figures), model.explainer.base
    full = np.asarray(model.plain.predict(figures, pred_contrib=True, num_threads=_threads(figures)), dtype=np.float64)
    return full[:, :-1].copy(), float(full[0, -1]) if len(full) else 0.0


def _raw(scorer: "Booster | SplineModel", values: Inputs) -> Floats:
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
