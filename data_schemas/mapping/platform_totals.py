"""The totals that a platform reckoned itself, held against the answers beside them. The answers count; where the two
differ, one of them was read or reckoned otherwise than is thought."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from data_schemas.cells import BadCell, Texts, without_points
from data_schemas.instruments import Instrument, score_sheets
from data_schemas.instruments.units import OWN, RAW, in_own_unit
from data_schemas.mapping.answers import VARIANT
from data_schemas.mapping.cell import Cell
from data_schemas.mapping.fill import reader_of
from data_schemas.mapping.fit import Step
from data_schemas.mapping.sheet import Sheet
from data_schemas.tables import Table
from runxin.errors import Problem, UserError

Floats = NDArray[np.float64]
SHOWN = 3
FEWEST_SHEETS = 5  # with fewer a total may be right by chance
FIX = (
    "the answers count: look at their coding; where the platform's totals are wrong, no row is set aside for it with "
    "--set-aside"
)


def totals_apart(
    steps: Sequence[Step], sheets: Mapping[str, Sequence[Sheet]], instruments: Mapping[str, Instrument]
) -> Iterator[Problem]:
    """One problem for each file whose totals are not what the answers come to, in any unit of the questionnaire."""
    for step in steps:
        variant = step.cells.get(VARIANT)
        if step.total is None or (variant is not None and variant.constant is None):
            continue
        instrument = instruments[step.table.name.removeprefix("responses/")]
        coding = None if variant is None else str(variant.constant)
        for sheet in sheets[step.role]:
            stated = _numbers(sheet.columns[step.total])
            answers = answers_of(instrument, step.table, step.cells, sheet.columns, len(sheet.rows))
            ours = _scored(instrument, answers, coding)
            yield from _apart(instrument, step.total, sheet, stated, ours)


def _apart(instrument: Instrument, header: str, sheet: Sheet, stated: Floats, ours: Floats) -> Iterator[Problem]:
    both = ~np.isnan(stated) & ~np.isnan(ours)
    rows = [_differing(instrument, stated, ours, both, unit) for unit in (OWN, RAW)]
    fewest = min((one for one in rows if one is not None), key=len)
    if not len(fewest):
        return
    shown = "; ".join(f"row {sheet.rows[row]}: {stated[row]:g}, the answers {ours[row]:g}" for row in fewest[:SHOWN])
    more = f"; and {len(fewest) - SHOWN} more" if len(fewest) > SHOWN else ""
    what = f"{instrument.code}: {len(fewest)} of {both.sum()} totals are not those of the answers ({shown}{more})"
    yield Problem(what, sheet.file, column=sheet.found.get(header, header), fix=FIX)


def _differing(
    instrument: Instrument, stated: Floats, ours: Floats, both: NDArray[np.bool_], unit: str
) -> NDArray[np.intp] | None:
    """Rows where a total in this unit is not ours, to the second place; None where the total has no such unit."""
    try:
        own = in_own_unit(instrument, "total", stated, unit)
    except ValueError:
        return None
    return np.flatnonzero(both & (np.abs(own - ours) > 0.005))


def answers_of(
    instrument: Instrument, table: Table, cells: Mapping[str, Cell], columns: Mapping[str, Texts], count: int
) -> Floats:
    """The answers (rows, items) as the cells read them, NaN where there is none or none that can be read."""
    found = np.full((count, instrument.items), np.nan)
    for number in range(1, instrument.items + 1):
        cell = cells.get(f"item_{number}")
        if cell is None or cell.column is None or cell.column not in columns:
            continue
        reader = reader_of(cell, table.column(f"item_{number}"))
        texts = columns[cell.column].without(map(str, cell.missing))
        found[:, number - 1] = _read(texts, reader)
    return found


def _scored(instrument: Instrument, answers: Floats, coding: str | None) -> Floats:
    """Totals (n,) of the sheets without a blank; NaN for the others, which platforms reckon in ways of their own."""
    totals = np.full(len(answers), np.nan)
    whole = ~np.isnan(answers).any(axis=1)
    with suppress(UserError):  # an answer outside its coding is a problem of its own
        totals[whole] = score_sheets(instrument, answers[whole], coding).total
    return totals


def fits_total(instrument: Instrument, answers: Floats, coding: str | None, column: Texts) -> tuple[bool, Floats]:
    """Whether every whole sheet comes to the total that a platform states of it, in one of the questionnaire's units,
    and our totals (n,)."""
    stated, ours = _numbers(column), _scored(instrument, answers, coding)
    both = ~np.isnan(stated) & ~np.isnan(ours)
    apart = [_differing(instrument, stated, ours, both, unit) for unit in (OWN, RAW)]
    return both.sum() >= FEWEST_SHEETS and any(one is not None and not len(one) for one in apart), ours


def _numbers(texts: Texts) -> Floats:
    return _read(texts, lambda text: float(without_points(text)))


def _read(texts: Texts, reader: Callable[[str], object]) -> Floats:
    """The numbers (n,) of a column, NaN where it is blank or holds none."""
    known = np.full(len(texts.distinct) + 1, np.nan)
    for place, text in enumerate(texts.distinct):
        try:
            known[place] = float(str(reader(text)))
        except (BadCell, ValueError):
            continue
    return known[texts.index]
