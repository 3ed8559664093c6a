"""Scores that are made up of others: a total that is the sum of its scales."""

import numpy as np
from numpy.typing import NDArray

from data_schemas.instruments.definition import Instrument
from data_schemas.instruments.parts import Score

Floats = NDArray[np.float64]
ROUNDED = 0.0051  # half of the second place that figures are written to


def from_parts(instrument: Instrument, values: Floats) -> tuple[Floats, Floats]:
    """Of scores (n, s), NaN where not given, what those with parts come to by their parts: where all are given, and at
    least, each blank part taken as its lowest. NaN where no part is given."""
    whole, least = np.full_like(values, np.nan), np.full_like(values, np.nan)
    for place, score in enumerate(instrument.scores):
        if not score.parts:
            continue
        sums = np.stack([_plain(instrument, code, values) for code in score.parts], axis=1)
        lowest = [_plain_sum(instrument, code, np.array([instrument.range_of(code)[0]]))[0] for code in score.parts]
        some = ~np.isnan(sums).all(axis=1)
        whole[:, place] = _figure(instrument, score, sums.sum(axis=1))
        least[some, place] = _figure(instrument, score, np.where(np.isnan(sums), lowest, sums)[some].sum(axis=1))
    return whole, least


def apart(instrument: Instrument, values: Floats) -> Floats:
    """By how much scores (n, s) differ from what their parts come to; NaN where they do not, or one is not given."""
    found = np.abs(values - from_parts(instrument, values)[0])
    found[found <= 2 * ROUNDED] = np.nan
    return found


def _plain(instrument: Instrument, code: str, values: Floats) -> Floats:
    return _plain_sum(instrument, code, values[:, instrument.place(code)])


def _plain_sum(instrument: Instrument, code: str, values: Floats) -> Floats:
    """Values (n,) of a score as plain sums of answers; means that were rounded to the second place as what they were
    rounded from."""
    score = instrument.score(code)
    if score.kind != "mean":
        return values / score.times
    size = len(instrument.items_of(score))
    sums = values / score.times * size
    near = np.round(sums)
    return np.where(np.abs(sums - near) <= ROUNDED * size, near, sums)


def _figure(instrument: Instrument, score: Score, sums: Floats) -> Floats:
    figure = sums * score.times / (len(instrument.items_of(score)) if score.kind == "mean" else 1)
    return np.asarray(np.round(figure, 9))
