"""Reports of concern in the last year, counted by kind."""

import numpy as np
from numpy.typing import NDArray

from data_schemas.codes import Answer, Concern
from data_schemas.school_days import SchoolDays
from models.columns import NO_DAY
from models.compiled import compiled
from models.features.catalogue import MODEL_CONCERNS
from models.features.coverage import covered
from models.features.family import UNKNOWN
from models.features.leave_days import YEAR
from models.features.matrix import Block, Floats
from models.records import Coverage, Rows
from models.sheets import Ints

MOST = 3.0  # more reports of one kind say no more about it
NAMES = (*(f"concern_{kind.code}" for kind in MODEL_CONCERNS), "concern_missing")
COLUMN = np.array([MODEL_CONCERNS.index(kind) if kind in MODEL_CONCERNS else -1 for kind in Concern])
SAID_NO, SAID_UNKNOWN = Answer.NO.place, Answer.UNKNOWN.place


def concern_features(concerns: Rows, coverage: Coverage, as_of: int, school: SchoolDays) -> Block:
    """Reports received by the day, at most three of a kind; asked and not known counts as an unknown flag does."""
    values = np.zeros((len(school), len(NAMES)), np.float32)
    names = ("kind", "value", "reported_on", "recorded_on")
    # Handed over, not read from the module: a compiled loop keeps the vocabulary of the day it was compiled on.
    _count(concerns.student, *(concerns[name] for name in names), COLUMN, as_of, values)
    values[:, -1] = ~covered(coverage, as_of, school)
    return Block(NAMES, values)


@compiled
def _count(
    student: Ints,
    kind: NDArray[np.int8],
    value: NDArray[np.int8],
    reported: Ints,
    recorded: Ints,
    columns: Ints,
    as_of: int,
    out: Floats,
) -> None:
    for row in range(len(student)):
        received = reported[row] if recorded[row] == NO_DAY else recorded[row]
        column, who = columns[kind[row]], student[row]
        if column < 0 or received > as_of or reported[row] > as_of or reported[row] <= as_of - YEAR:
            continue
        if value[row] == SAID_NO:
            continue
        if value[row] == SAID_UNKNOWN:
            out[who, column] = max(out[who, column], UNKNOWN)
        else:
            out[who, column] = min(np.floor(out[who, column]) + 1, MOST)
