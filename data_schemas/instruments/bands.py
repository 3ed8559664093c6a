"""In which band a figure lies, for whom."""

import math

from data_schemas.instruments.parts import Band, BandSet, Score


def band_of(
    score: Score,
    value: float | None,
    *,
    age: float | None = None,
    sex: str | None = None,
    respondent: str | None = None,
) -> Band | None:
    """The band of a figure, by the first set of bands that is made for such a student; none for a figure that does
    not exist or a score that has no bands. A set for some is left out where the age, sex or respondent is unknown."""
    if value is None or math.isnan(value):
        return None
    for bands in score.bands:
        if bands.scheme is None and _fits(bands, age, sex, respondent):
            return _reached(bands, value)
    return None


def band_in(score: Score, scheme: str, value: float) -> Band | None:
    """The band of a figure in a scheme that is shown beside the usual one; raises `KeyError`."""
    for bands in score.bands:
        if bands.scheme == scheme:
            return _reached(bands, value)
    raise KeyError(scheme)


def _reached(bands: BandSet, value: float) -> Band | None:
    reached = [band for band in bands.bands if value >= band.at_least]
    return reached[-1] if reached else None


def _fits(bands: BandSet, age: float | None, sex: str | None, respondent: str | None) -> bool:
    if bands.ages is not None and (age is None or math.isnan(age) or not bands.ages[0] <= age < bands.ages[1]):
        return False
    return bands.sex in (None, sex) and bands.respondent in (None, respondent)
