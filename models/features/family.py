"""Family circumstances as of a day: no 0, unknown 0.1, yes 1.

Unknown lies between no and yes, so it can never score below no nor above yes; it lies near no, since about one student
in ten has any one flag. A yes that nobody has verified is a rumour and counts as unknown.
"""

import numpy as np

from data_schemas.codes import FamilyFlag
from models.columns import NO_DAY
from models.features.matrix import Block, latest_by_student
from models.records import Rows

NO, UNKNOWN, YES = 0.0, 0.1, 1.0


def family_features(family: Rows, n: int, as_of: int) -> Block:
    """The newest verified value of each flag that holds on the day; without any the flag is unknown."""
    begins, ends, recorded = family["valid_from"], family["valid_to"], family["recorded_on"]
    known = np.where(recorded == NO_DAY, begins, recorded)
    holds = (begins <= as_of) & ((ends == NO_DAY) | (ends >= as_of)) & (known <= as_of)
    verified = np.array([mark is not None for mark in family["verified_by"]], dtype=bool)
    stated = holds & verified & (family["value"] != "unknown")
    values = {}
    for flag in FamilyFlag.codes():
        mine = stated & (family["flag"] == flag)
        student, since = family.student[mine], known[mine]
        newest = latest_by_student(n, student, since)
        yes = (family["value"][mine] == "yes") & (since == newest[student])
        value = np.full(n, UNKNOWN)
        value[student] = NO
        value[student[yes]] = YES
        values[f"family_{flag}"] = value
    return Block(values)
