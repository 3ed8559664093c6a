"""How many school days of each window a student was at school: what a count of absences can be held against.

Before enrolment and during a suspension a student is neither present nor absent, so nothing recorded is not nothing
missed.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from data_schemas.school_days import SchoolDays
from models.columns import Columns
from models.features.leave_counts import window_begins
from models.records import Records, rows_of
from models.sheets import Ints
from models.suspensions import Suspensions, suspensions

# Of a window's school days. Below it the days that nobody can speak of outnumber those that were seen, and "none in a
# year" would be said of a student who has been here for a month.
MOSTLY = 0.5
IN_20, IN_60, IN_TERM, IN_YEAR = range(4)


@dataclass(frozen=True, eq=False)
class AtSchool:
    """Of n students and the windows of `leave_counts`: the school days of each window `whole` (n, 4), of these the ones
    since enrolment `enrolled` and the ones at school `present`; `begins` (n, 4) are the windows' first days, `spans`
    the suspensions."""

    begins: Ints
    whole: Ints
    enrolled: Ints
    present: Ints
    spans: Suspensions

    @cached_property
    def mostly(self) -> NDArray[np.bool_]:
        """Whether a window was spent at school, at least for `MOSTLY` of its school days, shape (n, 4)."""
        return self._enough(self.present)

    @cached_property
    def mostly_enrolled(self) -> NDArray[np.bool_]:
        """The same with suspended days counted in: for what is known of a student who is away."""
        return self._enough(self.enrolled)

    def _enough(self, days: Ints) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = (days > 0) & (days >= MOSTLY * self.whole)
        return found


def at_school(records: Records, as_of: int) -> AtSchool:
    """Counted to the end of day `as_of`, from what was recorded by then."""
    leaves, _ = rows_of(records, "leaves")
    return days_at_school(records.students, suspensions(leaves, as_of), as_of, records.school)


def days_at_school(students: Columns, spans: Suspensions, as_of: int, school: SchoolDays) -> AtSchool:
    """The same from who the students are and when they were suspended."""
    which = school.which[:, None]
    begins = window_begins(school.arrays, as_of)[school.which]
    until = _before(school, which, np.full_like(begins, as_of + 1))
    since = np.clip(students["enrolled_on"], None, as_of + 1)[:, None]
    enrolled = until - _before(school, which, np.maximum(begins, since))
    present = enrolled.copy()
    who = spans.student
    first = np.maximum(np.maximum(begins, since)[who], spans.since[:, None])
    after = np.minimum(spans.until, as_of)[:, None] + 1
    gone = _before(school, which[who], np.broadcast_to(after, first.shape)) - _before(school, which[who], first)
    np.subtract.at(present, who, np.maximum(gone, 0))
    return AtSchool(begins, until - _before(school, which, begins), enrolled, present, spans)


def _before(school: SchoolDays, which: NDArray[np.intp], day: Ints) -> Ints:
    """School days before each day."""
    place = day - 1 - school.first
    passed: Ints = np.where(place >= 0, school.passed[which, np.maximum(place, 0)], 0)
    return passed
