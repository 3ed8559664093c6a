"""Whether the tables say what LightGBM says itself, on a few rows that try a model's own thresholds."""

from typing import TYPE_CHECKING

import numpy as np

from models.tree_shap.ensemble import Columns
from models.tree_shap.explainer import Explainer, explain

if TYPE_CHECKING:  # the library takes most of a second to import
    from lightgbm import Booster

ROWS, SEED = 8, 20260213
TOLERANCE = 1e-9  # in log-odds, or as a share of the largest contribution where that is above 1

LARGE = 1e38  # that is still a number in single precision, as features are


def disagreement(explainer: Explainer, booster: "Booster") -> float:
    """The largest difference to LightGBM's `pred_contrib` over a few rows and all features, the base value included, as
    a share of the largest contribution where that is above 1. More than `TOLERANCE` is no rounding."""
    rows = _rows(explainer.ensemble.columns, explainer.ensemble.features)
    own = np.asarray(booster.predict(rows, pred_contrib=True, num_threads=1), dtype=np.float64)
    ours = np.column_stack([explain(explainer, rows), np.full(ROWS, explainer.base)])
    worst = np.abs(ours - own).max() / max(1.0, np.abs(own).max())
    return float(worst) if np.isfinite(worst) else float("inf")


def _rows(columns: Columns, features: int) -> np.ndarray:
    """Values at a threshold, just beside one, zero or missing."""
    rng = np.random.default_rng(SEED)
    rows = np.zeros((ROWS, features), np.float32)
    for column, feature in enumerate(columns.feature):
        thresholds = columns.thresholds[columns.start[column] : columns.start[column + 1]]
        drawn = np.clip(rng.choice(thresholds, ROWS), -LARGE, LARGE).astype(np.float32)
        beside = np.nextafter(drawn, np.float32(np.inf))
        kind = rng.integers(0, 4, ROWS)
        rows[:, feature] = np.select([kind == 0, kind == 1, kind == 2], [drawn, beside, np.float32(np.nan)], 0.0)
    return rows
