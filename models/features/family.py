"""Family circumstances as of a day: no 0, unknown 0.1, yes 1.

Unknown lies between no and yes, so it can never score below no nor above yes; it lies near no, since about one student
in ten has any one flag. A yes that nobody has verified is a rumour and counts as unknown.
"""

import numpy as np
from numpy.typing import NDArray

from data_schemas.codes import Answer, FamilyFlag
from models.columns import NO_DAY
from models.compiled import compiled
from models.features.matrix import Block, Floats
from models.records import Rows
from models.sheets import Ints

NO, UNKNOWN, YES = 0.0, 0.1, 1.0
SAID_YES, SAID_UNKNOWN = Answer.YES.place, Answer.UNKNOWN.place
NAMES = tuple(f"family_{flag.code}" for flag in FamilyFlag)


def family_features(family: Rows, n: int, as_of: int) -> Block:
    """The newest verified value of each flag that holds on the day; without any the flag is unknown."""
    values = np.full((n, len(NAMES)), UNKNOWN, np.float32)
    verified = np.array([mark is not None for mark in family["verified_by"]], dtype=bool)
    names = ("flag", "value", "valid_from", "valid_to", "recorded_on")
    _newest(family.student, verified, *(family[name] for name in names), as_of, values)
    return Block(NAMES, values)


@compiled
def _newest(
    student: Ints,
    verified: NDArray[np.bool_],
    flag: NDArray[np.int8],
    value: NDArray[np.int8],
    valid_from: Ints,
    valid_to: Ints,
    recorded_on: Ints,
    as_of: int,
    out: Floats,
) -> None:
    """A yes goes before a no that became known on the same day."""
    since = np.full(out.shape, NO_DAY - 1)
    for row in range(len(student)):
        known = valid_from[row] if recorded_on[row] == NO_DAY else recorded_on[row]
        over = valid_to[row] != NO_DAY and valid_to[row] < as_of
        if not verified[row] or value[row] == SAID_UNKNOWN or known > as_of or valid_from[row] > as_of or over:
            continue
        who, which = student[row], flag[row]
        said = YES if value[row] == SAID_YES else NO
        if known > since[who, which]:
            since[who, which], out[who, which] = known, said
        elif known == since[who, which]:
            out[who, which] = max(out[who, which], said)
