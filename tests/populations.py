"""Invented populations as the invented model sees them."""

from functools import cache

import numpy as np

from evaluation.monitoring.snapshot import take_snapshot
from models import Artifact
from models.features import Matrix
from models.monitoring import Snapshot
from tests.trained import FEATURES, invented, trained_artifact

NAMES = tuple(feature.name for feature in FEATURES)
POOLS = 4


@cache
def pool() -> np.ndarray:
    """16,000 rows to draw from, all in the same way; none is one that the model was trained on."""
    return np.concatenate([invented(FEATURES, np.random.default_rng(100 + seed))[0] for seed in range(POOLS)])


@cache
def model() -> Artifact:
    return trained_artifact("lightgbm")


@cache
def at_training(rows: int = 3_000) -> Snapshot:
    return snapshot(population(rows, seed=0))


def population(rows: int, seed: int) -> np.ndarray:
    return pool()[np.random.default_rng(seed).choice(len(pool()), rows, replace=False)]


def column(name: str) -> int:
    return NAMES.index(name)


def snapshot(values: np.ndarray, reference: Snapshot | None = None) -> Snapshot:
    """Every row another student."""
    matrix = Matrix(NAMES, values.astype(np.float32), {})
    return take_snapshot(model(), matrix, np.arange(len(values)), reference)
