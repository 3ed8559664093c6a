"""What is judged: rows with what was found of them and every score that they got."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scored:
    """n rows: outcome 0/1 (NaN where nobody looked), weight, school, the model's margin and probability, and baselines
    by name.

    A baseline with a probability gives it in `baseline_probability`; a sum of points has none.
    """

    outcome: Floats
    weight: Floats
    school: NDArray[Any]
    margin: Floats
    probability: Floats
    baselines: Mapping[str, Floats]
    baseline_probability: Mapping[str, Floats]

    @property
    def labelled(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.outcome)

    @property
    def weighted(self) -> bool:
        """Whether labelled rows count differently."""
        return bool((self.weight[self.labelled] != 1).any())

    def where(self, rows: NDArray[Any]) -> "Scored":
        """These rows only, given as a mask or as places."""
        return Scored(
            self.outcome[rows],
            self.weight[rows],
            self.school[rows],
            self.margin[rows],
            self.probability[rows],
            {name: score[rows] for name, score in self.baselines.items()},
            {name: chance[rows] for name, chance in self.baseline_probability.items()},
        )

    def unweighted(self) -> "Scored":
        """Every row counts the same."""
        return replace(self, weight=np.ones(len(self.weight)))


@dataclass(frozen=True)
class Population:
    """Everyone who could stand on a list, labelled or not, and what is known of them beside their scores.

    `list_of` (n,) numbers the lists: a school on an index day. `tier` is the ordinal that the model alone gives.
    `floor` is true where evidence is open. `by_lot` is true where the outcome is known since the student was drawn by
    lot, or since everyone was asked. `rules` holds plain yes/no rules by name. `groups` holds, by name, the group of
    each row, an empty text where it is not known.
    """

    scored: Scored
    list_of: NDArray[np.int64]
    tier: NDArray[np.int64]
    floor: NDArray[np.bool_]
    by_lot: NDArray[np.bool_]
    rules: Mapping[str, NDArray[np.bool_]]
    groups: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.tier)
