"""Totals that were worked out elsewhere: whether their questionnaire can have them, in the unit that they state."""

from collections.abc import Iterator, Mapping
from contextlib import suppress

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.instruments import Instrument
from data_schemas.instruments.part_sums import apart, from_parts
from data_schemas.instruments.units import OWN, Stated, better_readings, impossible, in_own_unit, readings
from data_schemas.rules import Fault

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
MEND = "mend it"
Group = tuple[str, str, str | None, str | None]


def score_faults(frame: pd.DataFrame, instruments: Mapping[str, Instrument]) -> list[Fault]:
    """Rows of the scores table that are none of their questionnaire's scores, or that it cannot have in the unit and
    the coding that they state. Where another unit fits better, that is one cause of all of them, and no row's fault."""
    found: list[Fault] = []
    misread: dict[tuple[str, str], list[tuple[str, Places]]] = {}
    for (code, scale, unit, variant), rows in _groups(frame):
        instrument = instruments.get(code)
        if instrument is None:
            found.append(Fault(rows, "instrument", "no questionnaire has this code", "add its definition"))
            continue
        known = [score.code for score in instrument.scores]
        if scale not in known:
            fix = f"{code} has {', '.join(known)}"
            found.append(Fault(rows, "scale", "the questionnaire has no such score", fix))
            continue
        value = _values(frame, rows)
        try:
            own = in_own_unit(instrument, scale, value, unit, variant)
        except ValueError as error:
            found.append(Fault(rows, "unit", str(error), "state another unit, or give the answers"))
            continue
        fitting = list(better_readings(instrument, scale, value, own))
        if fitting:
            fix = f"write {_either(fitting)} into the block's columns, or mend the figures where these are few"
            cause = misread.setdefault((code, fix), [])
            cause.append((scale, rows[impossible(instrument, scale, own)]))
        else:
            found += _impossible(instrument, scale, own, rows)
    for (code, fix), scales in misread.items():
        names = ", ".join(scale for scale, _ in scales)
        what = f"{code} looks given in another unit than is stated: no answers come to such figures of {names}"
        rows = np.unique(np.concatenate([mine for _, mine in scales]))
        found.append(Fault(rows, "value", what, fix, whole=True))
    return [fault for fault in found if len(fault.rows)]


def parts_apart(frame: pd.DataFrame, instruments: Mapping[str, Instrument]) -> list[Fault]:
    """Scores of one sheet that are not the sum of its others, where the definition says that they are. Which of them
    is right nobody can tell, and none is left out."""
    found = []
    for code in frame["instrument"].dropna().unique():
        instrument = instruments.get(code)
        if instrument is None or not any(score.parts for score in instrument.scores):
            continue
        values, rows = _by_sheet(frame, instrument)
        differing = ~np.isnan(apart(instrument, values))
        for place, score in enumerate(instrument.scores):
            sheets = np.flatnonzero(differing[:, place])
            if not len(sheets):
                continue
            ours = from_parts(instrument, values)[0][sheets[0], place]
            shown = f"(the first: {values[sheets[0], place]:g}, its parts come to {ours:g})"
            what = f"{score.code} of {code} is not the sum of {', '.join(score.parts)} {shown}"
            fix = "see in the source which of them is right; until then the graver counts and the sheet is in doubt"
            found.append(Fault(np.sort(rows[sheets, place]), "value", what, fix, kept=True))
    return found


def _by_sheet(frame: pd.DataFrame, instrument: Instrument) -> tuple[Floats, Places]:
    """The scores (n, s) of each sheet of a questionnaire in its own unit, NaN where none, and their rows."""
    codes = [score.code for score in instrument.scores]
    mine = [group for group in _groups(frame) if group[0][0] == instrument.code and group[0][1] in codes]
    keys = pd.MultiIndex.from_frame(
        frame[["student_id", "administered_on", "respondent", "received_at"]].astype(object)
    )
    sheet = pd.factorize(keys)[0]
    values = np.full((int(sheet.max()) + 1, len(codes)), np.nan)
    places = np.zeros(values.shape, dtype=np.intp)
    for (_, scale, unit, variant), rows in mine:
        with suppress(ValueError):
            column = codes.index(scale)
            values[sheet[rows], column] = in_own_unit(instrument, scale, _values(frame, rows), unit, variant)
            places[sheet[rows], column] = rows
    return values, places


def unstated(frame: pd.DataFrame, instruments: Mapping[str, Instrument]) -> list[Fault]:
    """Scores that state neither unit nor coding and may be in one or another: read the wrong way they mean something
    else, and no figure shows it. Of several scores of a questionnaire it is asked once."""
    asked: dict[tuple[str, str], list[tuple[str, Places]]] = {}
    for (code, scale, unit, variant), rows in _groups(frame):
        instrument = instruments.get(code)
        if instrument is None or scale not in {one.code for one in instrument.scores} or unit or variant:
            continue
        fitting = list(readings(instrument, scale, _values(frame, rows)))
        if fitting[1:] and fitting[0] == (OWN, None):
            asked.setdefault((code, f"write {_either(fitting)} into the block's columns"), []).append((scale, rows))
    found = []
    for (code, fix), scales in asked.items():
        names = ", ".join(scale for scale, _ in scales)
        what = f"in which unit and coding are the figures of {code} {names}? Read the wrong way they mean another"
        found.append(Fault(np.unique(np.concatenate([rows for _, rows in scales])), "value", what, fix))
    return found


def severe(frame: pd.DataFrame, instruments: Mapping[str, Instrument]) -> NDArray[np.bool_]:
    """Which rows (n,) of the scores table lie beyond their scale, or where their questionnaire has a floor or a
    question about safety: nobody answered to a person what stands behind them."""
    found = np.zeros(len(frame), dtype=bool)
    for (code, scale, unit, variant), rows in _groups(frame):
        instrument = instruments.get(code)
        if instrument is None or scale not in {one.code for one in instrument.scores}:
            found[rows] = True
            continue
        value = _values(frame, rows)
        with suppress(ValueError):
            value = in_own_unit(instrument, scale, value, unit, variant)
        found[rows] = value >= min((*_cuts(instrument, scale), np.nextafter(instrument.range_of(scale)[1], np.inf)))
    return found


def _cuts(instrument: Instrument, scale: str) -> Iterator[float]:
    """From where a score opens a floor, or a question about safety."""
    yield from (high.at_least for high in instrument.high if high.score == scale)
    for floor in instrument.floors:
        yield from (when.at_least for when in floor.when if scale in when.scores)


def _groups(frame: pd.DataFrame) -> Iterator[tuple[Group, Places]]:
    """Rows that hold a score, by questionnaire, scale, unit and coding."""
    whole = frame[["instrument", "scale", "value"]].notna().all(axis=1)
    places = pd.Series(np.arange(len(frame)), index=frame.index)[whole]
    stated = [frame.loc[whole, name].astype(object) for name in ("instrument", "scale", "unit", "coding_variant")]
    for key, group in places.groupby(stated, dropna=False):
        code, scale, unit, variant = (None if pd.isna(one) else str(one) for one in key)
        yield (str(code), str(scale), unit, variant), group.to_numpy(dtype=np.intp)


def _values(frame: pd.DataFrame, rows: Places) -> Floats:
    values: Floats = frame["value"].to_numpy(dtype=np.float64)[rows]
    return values


def _impossible(instrument: Instrument, scale: str, own: Floats, rows: Places) -> Iterator[Fault]:
    """Values that no answers come to, in no unit."""
    low, high = instrument.range_of(scale)
    outside = (own < low) | (own > high)
    yield Fault(rows[outside], "value", f"{scale} of {instrument.code} lies from {low:g} to {high:g}", MEND)
    between = impossible(instrument, scale, own) & ~outside
    yield Fault(rows[between], "value", f"no answers to {instrument.code} come to this {scale}", MEND)


def _either(fitting: list[Stated]) -> str:
    """Units and codings as a mapping states them."""
    lines = []
    for unit, variant in fitting:
        coding = f', coding_variant = {{ constant = "{variant}" }}' if variant is not None else ""
        lines.append(f'unit = {{ constant = "{unit}" }}{coding}')
    return " or ".join(lines)
