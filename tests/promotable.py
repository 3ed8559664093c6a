"""Local students whose need shows in their leave, so that a model finds what sums of answers do not."""

from dataclasses import replace

import numpy as np

from data_schemas.dataset import Dataset
from tests.learnable import learnable


def promotable(students: int = 900, seed: int = 3) -> Dataset:
    """`learnable`, but local, and the interview finds need the more often the more leave came before it."""
    dataset = learnable(students, seed)
    rng = np.random.default_rng(seed)
    leaves, outcomes = dataset.tables["leaves"], dataset.tables["outcomes"].copy()
    found = []
    for student, observed in zip(outcomes["student_id"], outcomes["observed_on"], strict=True):
        days = (observed - leaves.loc[leaves["student_id"] == student, "start_on"]).dt.days
        found.append(int(((days > 30) & (days <= 90)).sum()))
    chance = 1 / (1 + np.exp(3.5 - 2.5 * np.array(found)))
    outcomes["level"] = np.where(rng.random(len(found)) < chance, 2, 0)
    description = dataset.description.model_copy(update={"synthetic": False, "origin": "local"})
    return replace(dataset, description=description, tables={**dataset.tables, "outcomes": outcomes})
