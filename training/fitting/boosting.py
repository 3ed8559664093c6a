"""LightGBM with monotone constraints and the family flags kept apart."""

from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from models.features import Feature

Floats = NDArray[np.float64]
Inputs = NDArray[np.floating[Any]]  # features come as float32
MANY_ROWS = 50_000  # below, threads wait for each other longer than they work


@dataclass(frozen=True)
class Boosting:
    """Size and speed of the ensemble; small trees, since exact explanations cost with depth squared."""

    rounds: int = 600
    learning_rate: float = 0.03
    leaves: int = 8
    depth: int = 4
    least_in_leaf: int = 30
    ridge: float = 10.0
    column_share: float = 0.5
    row_share: float = 0.8


def parameters(features: tuple[Feature, ...], boosting: Boosting, seed: int) -> dict[str, object]:
    """LightGBM's parameters: one monotone sign per feature, and no tree that mixes family flags with the rest."""
    family = [place for place, feature in enumerate(features) if feature.group == "family"]
    others = [place for place, feature in enumerate(features) if feature.group != "family"]
    return {
        "objective": "binary",
        "learning_rate": boosting.learning_rate,
        "num_leaves": boosting.leaves,
        "max_depth": boosting.depth,
        "min_data_in_leaf": boosting.least_in_leaf,
        "lambda_l2": boosting.ridge,
        "feature_fraction": boosting.column_share,
        "bagging_fraction": boosting.row_share,
        "bagging_freq": 1,
        "monotone_constraints": [feature.direction for feature in features],
        "interaction_constraints": [part for part in (family, others) if part],
        "deterministic": True,
        "force_row_wise": True,
        "seed": seed,
        "verbosity": -1,
    }


def fit_boosting(
    features: tuple[Feature, ...],
    values: Inputs,
    outcome: Floats,
    weight: Floats,
    boosting: Boosting,
    seed: int,
) -> lightgbm.Booster:
    """Train `boosting.rounds` trees on `values` (n, p); weights are scaled to a mean of 1."""
    threads = {"num_threads": _threads(values)}
    data = lightgbm.Dataset(
        values,
        label=outcome,
        weight=weight * (len(weight) / weight.sum()),
        feature_name=[feature.name for feature in features],
        free_raw_data=True,
    )
    return lightgbm.train(parameters(features, boosting, seed) | threads, data, num_boost_round=boosting.rounds)


def staged_margins(booster: lightgbm.Booster, values: Inputs, stages: list[int]) -> Floats:
    """Margins (n, stages) after so many trees."""
    threads = _threads(values)
    columns = [booster.predict(values, raw_score=True, num_iteration=stage, num_threads=threads) for stage in stages]
    return np.column_stack(columns)


def _threads(values: Inputs) -> int:
    return 1 if len(values) < MANY_ROWS else 0
