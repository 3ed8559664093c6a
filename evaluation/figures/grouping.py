"""Which groups a row belongs to, read from its features: the groups between which figures are compared."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_schemas.codes import Sex, Stage
from models.features import Matrix

YES, NO, UNKNOWN = "yes", "no", ""


def groups_of(matrix: Matrix, instruments: Iterable[str]) -> dict[str, NDArray[Any]]:
    """By name the group of each row (n,), an empty text where it is not known: sex, stage, left-behind (by the
    definition now in force), boarding, and whether there is no current sheet of any questionnaire."""
    female = matrix.column("female")
    stage = matrix.column("stage").astype(np.int64)
    names = np.array([UNKNOWN, *(code.code for code in Stage)], dtype=object)
    absent = [matrix.column(f"{code}_missing") == 1 for code in instruments]
    without = np.logical_and.reduce(absent) if absent else np.ones(len(matrix.values), dtype=bool)
    return {
        "sex": np.select([female == 1, female == 0], [Sex.FEMALE.code, Sex.MALE.code], UNKNOWN).astype(object),
        "stage": names[np.clip(stage, -1, len(Stage) - 1) + 1],
        "left_behind": _yes_no(matrix.column("family_left_behind")),
        "boarding": _yes_no(matrix.column("boarding")),
        "no_current_questionnaire": np.where(without, YES, NO).astype(object),
    }


def _yes_no(value: NDArray[np.float32]) -> NDArray[Any]:
    return np.select([value == 1, value == 0], [YES, NO], UNKNOWN).astype(object)
