"""What a model keeps of the students it was trained on, to be held against later ones: counts, and no person.

A count below `SMALLEST` is never kept: such a cell is joined to a neighbour, or counted there.
"""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

SMALLEST = 5


class _SnapshotPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Histogram(_SnapshotPart):
    """`counts` (k + 1) of values up to each of `edges` (k), that one included, and above the last. Without counts there
    were too few values to keep any."""

    edges: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()

    @property
    def n(self) -> int:
        return sum(self.counts)


class PredictionSummary(_SnapshotPart):
    """Of n rows of `students` different students: margins and probabilities, how many rows the model alone places in
    each tier, the mean probability, and the AUROC that is to be expected if the probabilities are right."""

    n: int
    students: int
    margin: Histogram
    probability: Histogram
    tiers: Mapping[str, int]
    mean_probability: float
    expected_auroc: float | None


class Snapshot(_SnapshotPart):
    """A population as the model sees it. `features` holds values where they are there; `missing` counts, by source, the
    rows where they are not; `scores` goes by stage of school, with `everyone` for all of them."""

    n: int
    students: int
    features: Mapping[str, Histogram]
    missing: Mapping[str, int]
    scores: Mapping[str, PredictionSummary] = Field(default_factory=dict)
