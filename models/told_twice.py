"""Figures of a questionnaire that came beside its answers: one sheet that is told twice."""

from collections import defaultdict

import numpy as np

from data_schemas.instruments import BLANK, CRITICAL_STATUSES
from data_schemas.instruments.scores import UNKNOWN
from models.sheets import Bools, Sheets

CLOSE = 1e-6  # figures are given with fewer digits than they are reckoned with


def told_by_answers(sheets: Sheets, known: Bools) -> Bools:
    """Which of the `known` sheets (n,) are figures without answers of which a known sheet of the same student, day and
    respondent has the answers, those to its critical items among them, and comes to figures at least as grave. Nothing
    of such a sheet was left blank. Graver figures may be of another sheet, and stay by themselves."""
    scores, found = sheets.scores, np.zeros(len(sheets.day), dtype=bool)
    alone = (scores.answers == BLANK).all(axis=1)
    if not alone.any() or not sheets.instrument.critical:
        return found
    of: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    mine = np.isin(sheets.student, sheets.student[alone])
    answered = known & ~alone & mine & (scores.critical != CRITICAL_STATUSES.index(UNKNOWN))
    for row in np.flatnonzero(answered).tolist():
        of[_sheet(sheets, row)].append(row)
    for row in np.flatnonzero(known & alone).tolist():
        found[row] = any(_as_grave(sheets, other, row) for other in of[_sheet(sheets, row)])
    return found


def _sheet(sheets: Sheets, row: int) -> tuple[int, int, int]:
    return int(sheets.student[row]), int(sheets.day[row]), int(sheets.respondent[row])


def _as_grave(sheets: Sheets, answered: int, given: int) -> bool:
    """Whether every figure that was given is reached by what was answered."""
    adverse = np.array([score.polarity == "adverse" for score in sheets.instrument.scores])
    mine, theirs = sheets.scores.values[answered], sheets.scores.values[given]
    return bool((np.isnan(theirs) | np.where(adverse, theirs <= mine + CLOSE, theirs >= mine - CLOSE)).all())
