"""Which rows are learned from and which are kept to be judged by."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.cohorts.cohort import Cohort

FOLDS = 5
HELD_OUT = 0


@dataclass(frozen=True)
class Split:
    """`rule` says in words how the rows were divided. What became known after `known_until`, the day that is judged, is
    not learned from; None where the split is not by time."""

    train: NDArray[np.bool_]
    test: NDArray[np.bool_]
    rule: str
    known_until: int | None = None


def hash_fold(students: Iterable[Any], salt: int, folds: int = FOLDS) -> NDArray[np.int64]:
    """The fold of each student: SHA-256 of "salt:student id", its first 8 bytes modulo `folds`."""
    return np.array(
        [int.from_bytes(hashlib.sha256(f"{salt}:{s}".encode()).digest()[:8], "big") % folds for s in students],
        dtype=np.int64,
    )


def split(cohort: Cohort, concurrent: bool, salt: int) -> Split:
    """By time where there are several index dates: the last is kept. Else by a hash of the student's id."""
    days = np.unique(cohort.index_day)
    if len(days) > 1 and not concurrent:
        last = cohort.index_day == days[-1]
        return Split(~last, last, "time: the last index date is held out", int(days[-1]))
    held = hash_fold(cohort.student, salt) == HELD_OUT
    rule = f"hash: students with SHA-256('{salt}:' + id) mod {FOLDS} = {HELD_OUT} are held out"
    return Split(~held, held, rule)
