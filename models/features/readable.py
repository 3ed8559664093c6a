"""The matrix for people: figures in their own points, blank where nothing is known."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.columns import NO_DAY
from models.features.family import UNKNOWN
from models.features.feature import Feature
from models.features.matrix import Matrix

HALF_KNOWN = {"female": 0.5, "boarding": 0.5}  # how the model reads what is not known


def readable(matrix: Matrix, features: Sequence[Feature]) -> dict[str, NDArray[np.float64]]:
    """By name, the figure of each student as a sentence would say it. It is NaN where the source is missing, where a
    window of leave is not covered and nothing is known of it at least, and where a flag or a report is not known."""
    found = {}
    for feature in features:
        figure = matrix.figure(feature.name).copy()
        at_lowest = figure == feature.lowest if feature.own is None else matrix.column(feature.name) == 0
        if feature.missing is not None and feature.missing != feature.name:
            figure[at_lowest & (matrix.column(feature.missing) == 1)] = np.nan
        if feature.group == "leave" and feature.name in matrix.days:
            figure[at_lowest & (matrix.days[feature.name] == NO_DAY)] = np.nan
        if feature.own is None and feature.group in ("family", "concern"):
            figure[(figure > 0) & (figure <= UNKNOWN + 1e-6)] = np.nan
        if feature.name in HALF_KNOWN:
            figure[figure == HALF_KNOWN[feature.name]] = np.nan
        found[feature.name] = figure
    return found
