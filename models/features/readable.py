"""The matrix for people: figures in their own points, blank where nothing is known."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.columns import NO_DAY
from models.features.family import UNKNOWN
from models.features.feature import Feature
from models.features.leave_catalogue import SHARE
from models.features.marks import BLANK_ITEM, NOT_SEEN
from models.features.matrix import Matrix

COUNTED = ("leave", "concern")  # nothing recorded is 0 only where the window is known
HALF_KNOWN = {"female": 0.5, "boarding": 0.5}  # how the model reads what is not known


def readable(matrix: Matrix, features: Sequence[Feature]) -> dict[str, NDArray[np.float64]]:
    """By name, the figure of each student as a sentence would say it. It is NaN where the source is missing, where a
    window is not known and nothing is known of it at least, of a share of such a window, where there is no earlier
    sheet, of an item that was not answered, and where a flag or a report is not known."""
    found = {}
    for feature in features:
        figure = matrix.figure(feature.name).copy()
        at_lowest = figure == feature.lowest if feature.own is None else matrix.column(feature.name) == 0
        windowed = feature.own is None and feature.group in COUNTED and feature.name in matrix.days
        if feature.missing is not None and feature.missing != feature.name and not windowed:
            figure[at_lowest & (matrix.column(feature.missing) == 1)] = np.nan
        if windowed or feature.name in matrix.marks:
            unknown = matrix.days[feature.name] == NO_DAY
            figure[unknown & (at_lowest | (feature.unit == SHARE))] = np.nan
        if feature.name in matrix.marks:
            figure[np.isin(matrix.marks[feature.name], (BLANK_ITEM, NOT_SEEN))] = np.nan
        if feature.own is None and feature.group in ("family", "concern"):
            figure[(figure > 0) & (figure <= UNKNOWN + 1e-6)] = np.nan
        if feature.name in HALF_KNOWN:
            figure[figure == HALF_KNOWN[feature.name]] = np.nan
        found[feature.name] = figure
    return found
