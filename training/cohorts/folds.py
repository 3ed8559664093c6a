"""Rows in turn learned from and judged by, within the training rows: choices are made on rows not learned from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.cohorts.cohort import Cohort
from training.cohorts.split import FOLDS, hash_fold

FEWEST_DATES = 2  # judged one after the other: what a single wave makes of a calibration is chance
# With and without the outcome, to learn from and to judge by. Two dates are then judged by at least the hundred of each
# that an external validation wants (Collins et al. 2016).
FEWEST_EACH = 50


@dataclass(frozen=True)
class Fold:
    """Masks over the rows that a model is fitted to and over those that it is judged by, which may be the same. A row
    may be in no fold's `test`."""

    train: NDArray[np.bool_]
    test: NDArray[np.bool_]


def inner_folds(learning: Cohort, salt: int, judged: Cohort | None = None) -> tuple[Fold, ...]:
    """Folds of the rows to learn from, all labelled: by time where there is enough to go by, else by student. With
    `judged`, other rows, such as those of index dates where talks are learned from, are parted by student alike.

    By time each index date is judged by what was known on that day of the dates before it, and two dates at least must
    have enough before them. By student a hash divides them, and each student is kept whole. A one-time survey, whose
    outcomes are of the same occasion, is always divided by student.
    """
    if judged is not None:
        mine, theirs = hash_fold(learning.student, salt), hash_fold(judged.student, salt)
        return tuple(Fold(mine != number, theirs == number) for number in range(FOLDS))
    return _by_time(learning) or _by_student(learning, salt)


def known_before(cohort: Cohort, day: int) -> NDArray[np.bool_]:
    """The rows of earlier index dates whose outcome was known by the end of the day, but for dates of which only
    positives were: while a horizon runs, nothing else can be."""
    known = cohort.labelled & (cohort.index_day < day) & (cohort.known_on <= day)
    whole = np.unique(cohort.index_day[known & (cohort.outcome == 0)])
    return known & np.isin(cohort.index_day, whole)


def _by_student(learning: Cohort, salt: int) -> tuple[Fold, ...]:
    fold = hash_fold(learning.student, salt)
    return tuple(Fold(fold != number, fold == number) for number in range(FOLDS))


def _by_time(learning: Cohort) -> tuple[Fold, ...]:
    if (learning.known_on <= learning.index_day).any():
        return ()
    days = np.unique(learning.index_day).tolist()
    folds = [Fold(known_before(learning, day), learning.index_day == day) for day in days]
    enough = tuple(one for one in folds if _enough(learning.outcome[one.train]) and _enough(learning.outcome[one.test]))
    return enough if len(enough) >= FEWEST_DATES else ()


def _enough(outcome: NDArray[np.float64]) -> bool:
    positives = int(outcome.sum())
    return min(positives, len(outcome) - positives) >= FEWEST_EACH
