"""Are sheets coded as they say? A scale that is read the wrong way round turns every student's score about.

After reversal, each item of a total goes with the others. One that runs against them was coded otherwise than declared.
(Sheets that are the wrong way round throughout cannot be told from the answers: there the coding has to be declared.)
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.instruments import BLANK, Instrument, declared_coding, score_sheets
from data_schemas.instruments.scores import Scores, item_points
from data_schemas.rules import Fault
from runxin.errors import Problem, UserError, how_many

Floats = NDArray[np.float64]
# Below this many sheets the sign of a correlation says little about how the answers are coded.
ENOUGH_SHEETS = 20
MANY_SHEETS = 50  # with fewer it is said how far an item has to run against the others to be seen
CHANCE = 2.0  # standard errors; a rare item may run a little against the others by chance


def check_coding(instrument: Instrument, sheets: pd.DataFrame) -> tuple[list[Problem], list[str]]:
    """Problems and notes of the table of one questionnaire: each answer lies within its sheet's own coding, and no
    item's corrected item-total correlation lies below 0 by more than chance."""
    name = f"responses/{instrument.code}"
    problems = [
        Problem(fault.what, name, int(row) + 2, fault.column, fault.fix)
        for fault in coding_faults(instrument, sheets)
        for row in fault.rows
    ]
    points = _points(instrument, sheets)
    found = item_total_correlations(instrument, points)
    if not found:
        answered = int((~np.isnan(points)).any(axis=1).sum())
        return problems, [
            f"{name}: {how_many(answered, 'sheet')}: too few to see whether the items are coded as declared"
        ]
    for item, (correlation, n) in found.items():
        if correlation is not None and correlation < -CHANCE / np.sqrt(n):
            what = f"the item runs against the others (corrected item-total correlation {correlation:.2f})"
            fix = "wrong coding declared? Look at the instrument's coding and reversed items"
            problems.append(Problem(what, name, column=f"item_{item}", fix=fix))
    notes = [
        f"{name}: item {item} does not vary enough to see how it is coded"
        for item, (correlation, _) in found.items()
        if correlation is None
    ]
    fewest = min((n for correlation, n in found.values() if correlation is not None), default=MANY_SHEETS)
    if fewest < MANY_SHEETS:
        seen = f"only an item that runs against the others by {-CHANCE / np.sqrt(fewest):.2f} or more is told"
        notes.append(f"{name}: with {how_many(fewest, 'sheet')} {seen}")
    return problems, notes


def coding_faults(instrument: Instrument, sheets: pd.DataFrame) -> list[Fault]:
    """Sheets whose coding is not known, and answers outside the coding of their sheet."""
    found = []
    for variant, rows in _by_variant(sheets):
        try:
            coding = declared_coding(instrument, variant)
        except UserError as error:
            problem = error.problems[0]
            found.append(Fault(rows, "coding_variant", problem.what, problem.fix or "declare it"))
            continue
        answers = _answers(instrument, sheets)[rows]
        outside = (answers < coding.low) | (answers > coding.high)
        what, fix = f"outside the coding {coding.variant} of {instrument.code}", "mend it, or declare another coding"
        for item in np.flatnonzero(outside.any(axis=0)) if instrument.codings[1:] else ():
            found.append(Fault(rows[outside[:, item]], f"item_{item + 1}", what, fix))
    return found  # with one coding alone the table's own range says it


def critical_items(instrument: Instrument, sheets: pd.DataFrame) -> NDArray[np.int64]:
    """Of each sheet and critical item 0 negative, 1 unknown, 2 positive, (n, critical items). An answer that is blank,
    outside its coding, or in a coding that is not known is unknown."""
    found = np.ones((len(sheets), len(instrument.critical)), dtype=np.int64)
    for variant, rows in _by_variant(sheets) if instrument.critical else ():
        try:
            coding = declared_coding(instrument, variant)
        except UserError:
            continue
        mine = _answers(instrument, sheets)[rows]
        mine[(mine < coding.low) | (mine > coding.high)] = np.nan
        own = score_sheets(instrument, mine, variant).answers
        for place, critical in enumerate(instrument.critical):
            given = own[:, critical.item - 1]
            found[rows, place] = np.where(given >= critical.at_least, 2, np.where(given == BLANK, 1, 0))
    return found


def item_total_correlations(instrument: Instrument, points: Floats) -> dict[int, tuple[float | None, int]]:
    """Of each item of the total, its correlation with the mean of the total's other items, and over how many sheets;
    None where one of them does not vary. `points` (n, items) are turned, NaN where blank. Nothing where the sheets are
    too few or the total is no sum."""
    if instrument.total.kind not in ("sum", "mean"):
        return {}
    items = np.array(instrument.items_of(instrument.total))
    part = points[:, items - 1]
    given = ~np.isnan(part)
    part, given = part[given.any(axis=1)], given[given.any(axis=1)]
    if len(part) < ENOUGH_SHEETS or len(items) < 2:
        return {}
    total, answered = np.nansum(part, axis=1), given.sum(axis=1)
    found: dict[int, tuple[float | None, int]] = {}
    for column, item in enumerate(items.tolist()):
        known = given[:, column] & (answered > 1)
        mine = part[known, column]
        rest = (total[known] - mine) / (answered[known] - 1)
        if len(mine) < ENOUGH_SHEETS or np.ptp(mine) == 0 or np.ptp(rest) == 0:
            found[item] = None, len(mine)
        else:
            found[item] = float(np.corrcoef(mine, rest)[0, 1]), len(mine)
    return found


def scores_within(instrument: Instrument, sheets: pd.DataFrame) -> Iterator[tuple[NDArray[np.intp], Scores]]:
    """The sheets that hold an answer and fit their coding, which `coding_faults` names of the others: which rows, and
    their scores, a coding at a time."""
    answers = _answers(instrument, sheets)
    for variant, rows in _by_variant(sheets):
        try:
            coding = declared_coding(instrument, variant)
        except UserError:
            continue
        mine = answers[rows]
        outside = (mine < coding.low) | (mine > coding.high)
        whole = rows[~outside.any(axis=1) & (~np.isnan(mine)).any(axis=1)]
        yield whole, score_sheets(instrument, answers[whole], variant)


def _points(instrument: Instrument, sheets: pd.DataFrame) -> Floats:
    """Points (n, items) of the sheets that fit their coding, NaN for the others."""
    points = np.full((len(sheets), instrument.items), np.nan)
    for rows, scores in scores_within(instrument, sheets):
        points[rows] = item_points(instrument, scores.answers)
    return points


def _answers(instrument: Instrument, sheets: pd.DataFrame) -> Floats:
    answers: Floats = sheets[[f"item_{n}" for n in range(1, instrument.items + 1)]].to_numpy(dtype="float64")
    return answers


def _by_variant(sheets: pd.DataFrame) -> Iterator[tuple[str | None, NDArray[np.intp]]]:
    """Each coding that sheets name, None where they name none, with the rows."""
    variants = sheets["coding_variant"].astype(object)
    for variant in variants.where(variants.notna(), None).unique():
        yield variant, np.flatnonzero((variants == variant) if variant is not None else variants.isna())
