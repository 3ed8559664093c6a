"""What a model is held against: a questionnaire's sum, and points anybody could add up by hand."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from data_schemas.instruments import Instrument
from models.features import Feature, Matrix

Floats = NDArray[np.float64]
LEAVE_POINTS = (("leave_days_365", 5.0), ("leave_days_365", 10.0), ("unexcused_days_365", 1.0))
QUARTERS = (0.25, 0.5, 0.75)


def sum_score(matrix: Matrix, instruments: Mapping[str, Instrument]) -> Floats:
    """The questionnaires' totals, each as a share of its range, added up; a sheet that is absent adds nothing."""
    total = np.zeros(len(matrix.values))
    for code, instrument in instruments.items():
        total += (matrix.column(f"{code}_total") - instrument.lowest) / (instrument.highest - instrument.lowest)
    return total


def rule_sum(matrix: Matrix, features: Sequence[Feature], instruments: Mapping[str, Instrument]) -> Floats:
    """One point for each band above the lowest (or quarter of the range where a scale has no bands), each adverse
    family flag, each kind of concern, and leave of 5 and of 10 days in a year or any absence without leave."""
    points = np.zeros(len(matrix.values))
    for code, instrument in instruments.items():
        total = matrix.column(f"{code}_total")
        span = instrument.highest - instrument.lowest
        cuts = [band.at_least for band in instrument.bands[1:]] or [instrument.lowest + q * span for q in QUARTERS]
        points += sum((total >= cut).astype(np.float64) for cut in cuts)
    for feature in features:
        if feature.direction == 1 and feature.group == "family":
            points += matrix.column(feature.name) == 1.0
        if feature.group == "concern" and feature.name != "concern_missing":
            points += matrix.column(feature.name) >= 1.0
    for name, least in LEAVE_POINTS:
        points += matrix.column(name) >= least
    return points
