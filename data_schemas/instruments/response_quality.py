"""Signs that a sheet was hardly read: fast, the same answer throughout, answers that contradict each other, copied.

Every check is of arrays of one questionnaire: answers (n, k) in its own coding with `BLANK`, seconds (n,) NaN where
unknown. A sheet that is suspect is repeated; it may raise concern and never lower it.
"""

import numpy as np
from numpy.typing import NDArray

from data_schemas.instruments.definition import Instrument
from data_schemas.instruments.key import BLANK
from data_schemas.instruments.scores import Answers, Bools, Floats

FEWEST_ANSWERS = 5  # of fewer items "always the same" says nothing
FEWEST_SHEETS = 20  # of fewer sheets of a class a percentile says nothing


def speeding(answers: Answers, seconds: Floats, least_seconds: float) -> Bools:
    """Less than `least_seconds` an answered item on average."""
    answered = (answers != BLANK).sum(axis=1)
    fast: Bools = (answered > 0) & (seconds < least_seconds * answered)
    return fast


def same_answer(instrument: Instrument, answers: Answers, share: float) -> Bools:
    """One answer on at least `share` of the answered items."""
    answered = (answers != BLANK).sum(axis=1)
    most = np.zeros(len(answers), dtype=np.int64)
    for code in range(instrument.coding.low, instrument.coding.high + 1):
        most = np.maximum(most, (answers == code).sum(axis=1))
    same: Bools = (answered >= FEWEST_ANSWERS) & (most >= share * answered)
    return same


def long_string(instrument: Instrument, answers: Answers, share: float) -> Bools:
    """The same answer nearly throughout, where reversed items make that a contradiction in itself."""
    if not instrument.turned:
        return np.zeros(len(answers), dtype=bool)
    return same_answer(instrument, answers, share)


def contradiction(instrument: Instrument, answers: Answers) -> Bools:
    """Two items that say the opposite of each other and were answered as far apart as the coding goes."""
    found = np.zeros(len(answers), dtype=bool)
    for pair in instrument.contradictions:
        points = []
        for item in pair.items:
            given = answers[:, item - 1].astype(np.int64)
            turned = instrument.coding.high + instrument.coding.low - given
            points.append(np.where(given == BLANK, BLANK, turned if item in instrument.turned else given))
        known = (points[0] != BLANK) & (points[1] != BLANK)
        found |= known & (np.abs(points[0] - points[1]) == instrument.span)
    return found


def hurried_in_class(
    instrument: Instrument, answers: Answers, seconds: Floats, group: NDArray[np.int64], percentile: float, share: float
) -> Bools:
    """Among the fastest of the class and always the same answer. `group` (n,) is the class, negative where unknown.

    The lowest answer throughout is left out where no item is reversed: nothing is as common, or as quickly and honestly
    given.
    """
    found = np.zeros(len(answers), dtype=bool)
    lowest = (answers <= instrument.coding.low).mean(axis=1) >= share if not instrument.turned else found
    same = same_answer(instrument, answers, share) & ~lowest & (group >= 0) & ~np.isnan(seconds)
    for place in np.unique(group[same]):
        mine = (group == place) & ~np.isnan(seconds)
        if mine.sum() >= FEWEST_SHEETS:
            found |= mine & same & (seconds < np.quantile(seconds[mine], percentile))
    return found


def copied(answers: Answers, seconds: Floats, group: NDArray[np.int64], day: NDArray[np.int64]) -> Bools:
    """The same answers in the same time as another sheet of the class on the same day.

    A sheet with one answer throughout is left out: many students answer 0 to everything, each for himself.
    """
    given = np.where(answers == BLANK, answers.max(axis=1, initial=0)[:, None], answers)
    varied = given.min(axis=1, initial=0) != given.max(axis=1, initial=0)
    rows = np.flatnonzero(varied & (group >= 0) & ~np.isnan(seconds))
    found = np.zeros(len(answers), dtype=bool)
    if len(rows) < 2:
        return found
    whole = np.column_stack([answers[rows].astype(np.float64), seconds[rows], group[rows], day[rows]])
    _, which, count = np.unique(whole, axis=0, return_inverse=True, return_counts=True)
    found[rows] = count[which.ravel()] > 1
    return found
