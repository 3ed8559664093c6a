"""Suspension of enrolment (休学): from which day to which a student was not at school, as recorded by a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from data_schemas.calendar import day_to_date
from data_schemas.codes import LeaveType
from models.records import ALWAYS, Records, Rows, rows_of
from models.sheets import Ints

Span = tuple[int, int]


@dataclass(frozen=True)
class Suspensions:
    """Spans of days in the order of students' places and days; those of one student neither overlap nor touch.
    `until` is the last day, `ALWAYS` where no end is on record."""

    student: Ints
    since: Ints
    until: Ints

    def offsets(self, n: int) -> Ints:
        """Where the spans of each of n students begin, shape (n + 1,)."""
        found: Ints = np.searchsorted(self.student, np.arange(n + 1))
        return found


def suspensions(leaves: Rows, as_of: int) -> Suspensions:
    """Every suspension that had begun by the end of day `as_of`, from what was recorded by then.

    A recorded return ends each suspension that began on its day or before. Without one the recorded end holds, and
    while that lies ahead, or none is on record, the suspension is going on. Of two records that begin on one day the
    one recorded last counts; recorded on one day, the one that ends first. Of what was withdrawn nothing counts.
    """
    leaves = not_withdrawn(leaves, as_of)
    begun = (leaves["type"] == LeaveType.SUSPENSION.place) & (leaves["start_on"] <= as_of)
    rows = np.flatnonzero(begun)
    if not len(rows):
        none = np.zeros(0, np.int64)
        return Suspensions(none, none, none)
    returns: dict[int, list[int]] = {}
    for row in np.flatnonzero(leaves["type"] == LeaveType.RESUMPTION.place).tolist():
        returns.setdefault(int(leaves.student[row]), []).append(int(leaves["start_on"][row]))
    order = np.lexsort((-leaves["end_on"][rows], leaves["recorded_on"][rows], leaves["start_on"][rows]))
    spans: dict[int, dict[int, int]] = {}
    for row in rows[order].tolist():
        student, start = int(leaves.student[row]), int(leaves["start_on"][row])
        back = min((day for day in returns.get(student, ()) if day >= start), default=ALWAYS)
        spans.setdefault(student, {})[start] = min(int(leaves["end_on"][row]), back - 1 if back != ALWAYS else ALWAYS)
    found = [(student, *span) for student, mine in sorted(spans.items()) for span in _joined(sorted(mine.items()))]
    columns = np.array(found, dtype=np.int64).reshape(-1, 3)
    return Suspensions(*(np.ascontiguousarray(column) for column in columns.T))


def not_withdrawn(leaves: Rows, as_of: int) -> Rows:
    """The rows that were recorded by the day, without those that a later or equal record of it withdrew: it has the
    same type and first day, and ends before it begins."""
    known = leaves.where(leaves["recorded_on"] <= as_of)
    gone = np.zeros(len(known.student), dtype=bool)
    for row in np.flatnonzero(known["end_on"] < known["start_on"]).tolist():
        same = (known.student == known.student[row]) & (known["type"] == known["type"][row])
        gone |= (
            same & (known["start_on"] == known["start_on"][row]) & (known["recorded_on"] <= known["recorded_on"][row])
        )
    return known.where(~gone) if gone.any() else known


def suspended(records: Records, as_of: int) -> dict[int, tuple[date, date | None]]:
    """Who is suspended on the day, by place: since when, and the last day of it where one is on record."""
    leaves, _ = rows_of(records, "leaves")
    found = suspensions(leaves, as_of)
    going = found.until >= as_of
    spans = zip(*(column[going].tolist() for column in (found.student, found.since, found.until)), strict=True)
    return {
        student: (day_to_date(since), None if until >= ALWAYS else day_to_date(until))
        for student, since, until in spans
    }


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Spans that overlap or follow each other as one; those of no day are left out."""
    found: list[Span] = []
    for since, until in spans:
        if found and since <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        elif since <= until:
            found.append((since, until))
    return found
