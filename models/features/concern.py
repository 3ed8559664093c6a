"""Reports of concern in the last year, counted by kind."""

import numpy as np
from numpy.typing import NDArray

from data_schemas.codes import Answer, Concern
from data_schemas.school_days import SchoolDays
from models.columns import NO_DAY, Columns
from models.compiled import compiled
from models.features.at_school import IN_60, IN_YEAR, AtSchool
from models.features.catalogue import MODEL_CONCERNS
from models.features.coverage import covered_since
from models.features.family import UNKNOWN
from models.features.leave_days import YEAR
from models.features.matrix import Block, Floats
from models.records import Coverage, Rows
from models.sheets import Ints

MOST = 3.0  # more reports of one kind say no more about it
NAMES = (*(f"concern_{kind.code}" for kind in MODEL_CONCERNS), "concern_missing")
COLUMN = np.array([MODEL_CONCERNS.index(kind) if kind in MODEL_CONCERNS else -1 for kind in Concern])
SAID_NO, SAID_UNKNOWN = Answer.NO.place, Answer.UNKNOWN.place


def concern_features(
    concerns: Rows, coverage: Coverage, here: AtSchool, students: Columns, as_of: int, school: SchoolDays
) -> Block:
    """Reports received by the day, read as at most three of a kind and shown as they are; asked and not known counts as
    an unknown flag does.

    No report says that there was nothing only where the feed covers the year and the student was at school for most of
    it (`here`). `concern_missing` is 1 where the feed does not reach the day, or most of the last 60 school days were
    not at school.
    """
    values = np.zeros((len(school), len(NAMES)), np.float32)
    names = ("kind", "value", "reported_on", "recorded_on")
    # Handed over, not read from the module: a compiled loop keeps the vocabulary of the day it was compiled on.
    _count(concerns.student, *(concerns[name] for name in names), COLUMN, as_of, values)
    shown = {name: values[:, place].astype(np.float64) for place, name in enumerate(NAMES[:-1])}
    np.minimum(values, MOST, out=values)
    since = covered_since(coverage, as_of, school)
    values[:, -1] = (since > as_of) | ~here.mostly[:, IN_60]
    begins = np.maximum(here.begins[:, IN_YEAR], students["enrolled_on"])
    day = np.where((since <= begins) & here.mostly[:, IN_YEAR], as_of, NO_DAY)
    return Block(NAMES, values, dict.fromkeys(NAMES[:-1], day), shown)


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
            out[who, column] = np.floor(out[who, column]) + 1
