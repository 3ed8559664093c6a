"""Totals that were worked out elsewhere, in a unit or from a coding that is not the definition's own."""

from collections.abc import Iterator

import numpy as np

from data_schemas.codes import ScoreUnit
from data_schemas.instruments.definition import Instrument
from data_schemas.instruments.parts import Score
from data_schemas.instruments.scores import Floats

NEAR = 1e-6  # two figures that are one
OWN, RAW = ScoreUnit.OWN.code, ScoreUnit.RAW.code
Stated = tuple[str, str | None]  # a unit and a coding


def in_own_unit(
    instrument: Instrument, code: str, values: Floats, unit: str | None = None, variant: str | None = None
) -> Floats:
    """Values (n,) of a score as the definition has it. `unit` "raw" is the plain sum of the answers, reversed items
    turned, before the definition multiplies or divides it; "own" or None is the definition's. `variant` is the coding
    of the answers that were summed, the definition's own where it is None.

    Raises `ValueError` where the score cannot be brought there: one that counts, a standard score in another coding.
    """
    own, score = instrument.codings[0] if instrument.codings else None, instrument.score(code)
    coding = next((one for one in instrument.codings if one.variant == variant), None)
    if variant is not None and coding is None:
        raise ValueError(f"{instrument.code} has no coding {variant}")
    moved = coding is not None and coding is not own
    if (unit in (None, OWN) and not moved) or own is None:
        if unit == RAW:
            raise ValueError(f"{code} of {instrument.code} is not worked out from answers here")
        return values
    size = len(instrument.items_of(score))
    if score.kind not in ("sum", "mean"):
        raise ValueError(f"{code} of {instrument.code} is neither a sum nor a mean")
    raw = values
    if unit != RAW:
        if score.truncated:
            raise ValueError(f"{code} of {instrument.code} cannot be told in another coding: give the raw sum")
        raw = values / score.times * (size if score.kind == "mean" else 1)
    if coding is not None and moved:
        if coding.flipped:
            raise ValueError(f"the coding {variant} of {instrument.code} is turned round: give the answers")
        raw = raw + (own.low - coding.low) * size
    return figure_of(score, raw, size)


def with_derived(instrument: Instrument, values: Floats) -> Floats:
    """Scores (n, s) with those filled in that follow from a plain sum over the same items, such as SDS's standard score
    from its raw one."""
    found = values.copy()
    for place, score in enumerate(instrument.scores):
        if score.kind not in ("sum", "mean"):
            continue
        mine = instrument.items_of(score)
        for other, plain in enumerate(instrument.scores):
            if other != place and plain.kind == "sum" and plain.times == 1.0 and instrument.items_of(plain) == mine:
                blank = np.isnan(found[:, place])
                found[blank, place] = figure_of(score, values[blank, other], len(mine))
    return found


def figure_of(score: Score, raw: Floats, size: float) -> Floats:
    """A sum or mean over `size` items from the plain sums of their answers."""
    if score.kind == "mean":
        raw = raw / size
    figure = raw * score.times if score.times != 1.0 else raw
    return np.floor(figure) if score.truncated else figure


def impossible(instrument: Instrument, code: str, values: Floats) -> np.ndarray:
    """Which values (n,) no answers come to: those outside the score's range, and between the figures of a sum."""
    score = instrument.score(code)
    low, high = instrument.range_of(code)
    found: np.ndarray = (values < low) | (values > high)
    if score.kind == "sum":
        size = len(instrument.items_of(score))
        raw = np.arange(instrument.coding.low * size, instrument.coding.high * size + 1, dtype=np.float64)
        known = figure_of(score, raw, size)
        near = known[np.clip(np.searchsorted(known, values - NEAR), 0, len(known) - 1)]
        found |= np.abs(near - values) > NEAR
    elif score.kind in ("count", "level"):
        found |= values != np.round(values)
    return found


def readings(instrument: Instrument, code: str, values: Floats) -> Iterator[Stated]:
    """Every unit and coding in which all of the values (n,) can be, the definition's own first; of two that mean the
    same the simpler one."""
    for stated, wrong in _misfits(instrument, code, values):
        if not wrong:
            yield stated


def better_readings(instrument: Instrument, code: str, values: Floats, own: Floats) -> Iterator[Stated]:
    """The units and codings in which `values` (n,) fit best, where in the stated one, as `own` (n,), at least twice as
    many are none that answers come to; none where no other fits so much better."""
    now = int(impossible(instrument, code, own).sum())
    found = list(_misfits(instrument, code, values)) if now else []
    fewest = min((wrong for _, wrong in found), default=now)
    if 2 * fewest <= now:
        yield from (stated for stated, wrong in found if wrong == fewest)


def _misfits(instrument: Instrument, code: str, values: Floats) -> Iterator[tuple[Stated, int]]:
    """Each unit and coding with how many of the values (n,) no answers come to in it."""
    score = instrument.score(code)
    plain = score.kind == "sum" and score.times == 1.0
    units = (OWN,) if plain or score.kind not in ("sum", "mean") else (OWN, RAW)
    variants = [None, *(coding.variant for coding in instrument.codings[1:])]
    for variant in variants:
        for unit in units:
            try:
                found = in_own_unit(instrument, code, values, unit, variant)
            except ValueError:
                continue
            yield (unit, variant), int(impossible(instrument, code, found).sum())
