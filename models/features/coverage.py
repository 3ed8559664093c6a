"""How far back a table reaches without a gap: what lies before is not known, and what is not known is not zero."""

import numpy as np
from numpy.typing import NDArray

from data_schemas.school_days import SchoolDays
from models.columns import NO_DAY
from models.compiled import by_student, compiled, in_blocks
from models.records import Coverage
from models.sheets import Ints

SILENT_SCHOOL_DAYS = 2  # a feed that stopped longer ago than this no longer covers the day
NEVER = -NO_DAY  # after every real day


def covered_since(coverage: Coverage, as_of: int, school: SchoolDays) -> Ints:
    """Per student, the day since which the table is fed without a gap up to `as_of`; `NEVER` where it does not reach
    it. A feed may lag by `SILENT_SCHOOL_DAYS`, and a span that begins later is not known yet."""
    n = len(school)
    order, offsets = by_student(coverage.student, n)
    since = np.full(n, NEVER, np.int64)
    spans = (order, offsets, coverage.start, coverage.end)
    calendar = (school.which, school.passed, school.first)
    in_blocks(n, lambda low, high: _reach(low, high, *spans, *calendar, as_of, since))
    return since


def covered(coverage: Coverage, as_of: int, school: SchoolDays) -> NDArray[np.bool_]:
    """Whether the table still reaches the day, per student."""
    return covered_since(coverage, as_of, school) <= as_of


@compiled
def _reach(
    low: int,
    high: int,
    order: NDArray[np.int32],
    offsets: Ints,
    start: Ints,
    end: Ints,
    which: Ints,
    passed: Ints,
    first: int,
    as_of: int,
    since: Ints,
) -> None:
    for who in range(low, high):
        calendar, reached, going = which[who], NEVER, True
        while going:
            going = False
            for row in order[offsets[who] : offsets[who + 1]]:
                if start[row] > as_of or start[row] >= reached:
                    continue
                # Days of school between the end of this span and what is already reached.
                until = max(min(end[row], as_of), first)
                upto = as_of if reached == NEVER else min(reached - 1, as_of)
                if passed[calendar, max(upto, first) - first] - passed[calendar, until - first] <= SILENT_SCHOOL_DAYS:
                    reached, going = start[row], True
        since[who] = reached
