"""Rows in turn learned from and judged by, within the training rows: choices are made on rows not learned from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.cohort import Cohort
from training.split import FOLDS, hash_fold


@dataclass(frozen=True)
class Fold:
    """Masks over the same n rows. A row may be in no fold's `test`."""

    train: NDArray[np.bool_]
    test: NDArray[np.bool_]


def inner_folds(learning: Cohort, salt: int) -> tuple[Fold, ...]:
    """Folds of the rows to learn from; students are kept whole."""
    fold = hash_fold(learning.student, salt)
    return tuple(Fold(fold != number, fold == number) for number in range(FOLDS))
