"""A scorer that reads indices: trees or lines over few figures, explained by the features these are made of."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.indices.indices import Indices
from models.spline_model import SplineModel, spline_of_json

if TYPE_CHECKING:  # the library takes most of a second to import
    from lightgbm import Booster

Floats = NDArray[np.float64]
Inputs = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class IndexedModel:
    """`scorer` reads the indices that `indices` makes of a model's features."""

    indices: Indices
    scorer: "Booster | SplineModel"

    @cached_property
    def text(self) -> str | None:
        """The trees as LightGBM's text; None for straight lines."""
        return None if isinstance(self.scorer, SplineModel) else self.scorer.model_to_string()

    def to_json(self) -> dict[str, Any]:
        lines = self.scorer.to_json() if isinstance(self.scorer, SplineModel) else None
        return {"indices": asdict(self.indices), "lines": lines}


def indexed_of_json(content: Mapping[str, Any], booster: "Booster | None") -> IndexedModel:
    """Read what `to_json` wrote; raises `KeyError`, `TypeError` or `ValueError` where the form is another."""
    made = content["indices"]
    indices = Indices(
        tuple(map(int, made["totals"])),
        tuple(map(int, made["earlier"])),
        tuple(map(int, made["missing"])),
        tuple((int(place), float(weight), float(most), str(name)) for place, weight, most, name in made["weighted"]),
        tuple(map(int, made["plain"])),
        int(made["features"]),
    )
    scorer = spline_of_json(content["lines"]) if content["lines"] is not None else booster
    if scorer is None:
        raise ValueError("neither lines nor trees")
    return IndexedModel(indices, scorer)
