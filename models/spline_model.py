"""Logistic regression with linear splines: per feature a curve of straight pieces, so its terms are its explanation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Inputs = NDArray[np.floating[Any]]  # features come as float32


@dataclass(frozen=True)
class SplineModel:
    """margin = base + Σ curve_j(x_j). Each curve is given by `knots[j]` and its heights there, centred on the
    training mean; beyond the outer knots it is flat. A missing value stands at `fill[j]`."""

    knots: tuple[tuple[float, ...], ...]
    heights: tuple[tuple[float, ...], ...]
    fill: tuple[float, ...]
    base: float

    def terms(self, values: Inputs) -> Floats:
        """Contributions (n, p) in log-odds, which with `base` sum to the margin."""
        filled = np.where(np.isnan(values), np.array(self.fill), values)
        columns = [
            np.interp(filled[:, place], knots, heights)
            for place, (knots, heights) in enumerate(zip(self.knots, self.heights, strict=True))
        ]
        return np.column_stack(columns) if columns else np.zeros((len(values), 0))

    def margins(self, values: Inputs) -> Floats:
        total: Floats = self.terms(values).sum(axis=1) + self.base
        return total

    def to_json(self) -> dict[str, Any]:
        return {"knots": self.knots, "heights": self.heights, "fill": self.fill, "base": self.base}


def spline_of_json(content: Mapping[str, Any]) -> SplineModel:
    """Read what `to_json` wrote; raises `KeyError` or `TypeError` where the form is another."""
    return SplineModel(
        knots=tuple(tuple(map(float, row)) for row in content["knots"]),
        heights=tuple(tuple(map(float, row)) for row in content["heights"]),
        fill=tuple(map(float, content["fill"])),
        base=float(content["base"]),
    )
