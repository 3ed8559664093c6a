"""Reports of concern in the last year, counted by kind."""

import numpy as np

from data_schemas.school_days import SchoolDays
from models.columns import NO_DAY
from models.features.catalogue import MODEL_CONCERNS
from models.features.family import UNKNOWN
from models.features.leave import covered
from models.features.leave_days import YEAR
from models.features.matrix import Block, Values, sum_by_student
from models.records import Coverage, Rows

MOST = 3.0  # more reports of one kind say no more about it


def concern_features(concerns: Rows, coverage: Coverage, n: int, as_of: int, school: SchoolDays) -> Block:
    """Reports received by the day, at most three of a kind; asked and not known counts as an unknown flag does."""
    reported = concerns["reported_on"]
    received = np.where(concerns["recorded_on"] == NO_DAY, reported, concerns["recorded_on"])
    recent = (received <= as_of) & (reported <= as_of) & (reported > as_of - YEAR)
    values: Values = {}
    for kind in MODEL_CONCERNS:
        mine = recent & (concerns["kind"] == kind.code)
        said = concerns["value"][mine]
        student = concerns.student[mine]
        yes = np.minimum(sum_by_student(n, student[(said != "no") & (said != "unknown")]), MOST)
        unknown = sum_by_student(n, student[said == "unknown"]) > 0
        values[f"concern_{kind.code}"] = np.where((yes == 0) & unknown, UNKNOWN, yes)
    values["concern_missing"] = (~covered(coverage, n, as_of, school)).astype(np.float64)
    return Block(values)
