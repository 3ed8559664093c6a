"""What a model is held against: a questionnaire's sum, and points anybody could add up by hand."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from data_schemas.instruments import Instrument
from models.features import Feature, Matrix
from models.reference import Reference

Floats = NDArray[np.float64]
LEAVE_POINTS = (("leave_days_365", 5.0), ("leave_days_365", 10.0), ("unexcused_days_365", 1.0))
QUARTERS = (0.25, 0.5, 0.75)


def sum_score(matrix: Matrix, instruments: Mapping[str, Instrument], reference: Reference) -> Floats:
    """How many standard deviations the totals of a student's current sheets lie above everyone's, on average, so that
    schools with other questionnaires stand in one order. Without a sheet it is the lowest there can be."""
    total, sheets = np.zeros(len(matrix.values)), np.zeros(len(matrix.values))
    lowest = 0.0
    for code, instrument in instruments.items():
        everyone = reference.everyone(instrument)
        sign = -1.0 if instrument.total.polarity == "protective" else 1.0
        standing = sign * (matrix.figure(f"{code}_total") - everyone.mean) / everyone.sd
        best = instrument.highest if sign < 0 else instrument.lowest
        lowest = min(lowest, sign * (best - everyone.mean) / everyone.sd)
        there = matrix.column(f"{code}_missing") == 0
        total[there] += standing[there]
        sheets += there
    return np.where(sheets > 0, total / np.maximum(sheets, 1), lowest)


def _adverse_share(matrix: Matrix, code: str, instrument: Instrument) -> Floats:
    """The total as a share of its range, higher adverse."""
    share = (matrix.figure(f"{code}_total") - instrument.lowest) / (instrument.highest - instrument.lowest)
    return 1.0 - share if instrument.total.polarity == "protective" else share


def rule_sum(matrix: Matrix, features: Sequence[Feature], instruments: Mapping[str, Instrument]) -> Floats:
    """One point for each band above the lowest (or quarter of the range where a scale has no bands), each adverse
    family flag, each kind of concern, and leave of 5 and of 10 days in a year or any absence without leave."""
    points = np.zeros(len(matrix.values))
    for code, instrument in instruments.items():
        total, span = instrument.total, instrument.highest - instrument.lowest
        plain = next((bands.bands[1:] for bands in total.bands if bands.scheme is None and bands.ages is None), ())
        cuts = [(band.at_least - instrument.lowest) / span for band in plain]
        share = _adverse_share(matrix, code, instrument)
        points += sum(
            (share >= cut).astype(np.float64) for cut in (cuts if cuts and total.polarity == "adverse" else QUARTERS)
        )
    for feature in features:
        if feature.own is not None:
            continue
        if feature.direction == 1 and feature.group == "family":
            points += matrix.column(feature.name) == 1.0
        if feature.group == "concern" and feature.name != "concern_missing":
            points += matrix.column(feature.name) >= 1.0
    for name, least in LEAVE_POINTS:
        points += matrix.column(name) >= least
    return points
