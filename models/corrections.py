"""Which rows of the table `outcomes` were corrected: of what a person said and later changed the last word counts."""

import numpy as np
from numpy.typing import NDArray

from models.columns import NO_DAY
from models.records import Rows


def taken_back(rows: Rows) -> NDArray[np.bool_]:
    """Which rows of `outcomes` (n,) a later one of the same student, kind, day and interviewer corrects, by the rule of
    `models.triage.words.in_force`."""
    last: dict[tuple[int, int, int, str], int] = {}
    known = np.where(rows["recorded_on"] == NO_DAY, rows["observed_on"], rows["recorded_on"]).tolist()
    level, first, second = rows["level"].tolist(), rows["interviewer"], rows["second_interviewer"]
    students, kinds, days = rows.student.tolist(), rows["kind"].tolist(), rows["observed_on"].tolist()

    def came(row: int) -> tuple[int, int, bool]:
        return known[row], level[row], second[row] in (None, first[row])

    corrected = np.zeros(len(known), dtype=bool)
    for row in range(len(known)):
        if first[row] is None:
            continue
        key = students[row], kinds[row], days[row], first[row]
        other = last.setdefault(key, row)
        if other != row:
            gone, last[key] = sorted((other, row), key=came)
            corrected[gone] = True
    return corrected
