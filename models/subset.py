"""The records of some students."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from models.records import Around, Coverage, Records, Rows
from models.sheets import Ints


def only(records: Records, rows: Ints) -> Records:
    """The records of the students at these places, in that order, each named once. What is seen among classmates is
    left out."""
    place = np.full(len(records), -1, np.int64)
    place[rows] = np.arange(len(rows))

    def mine(events: Rows) -> Rows:
        kept = events.where(place[events.student] >= 0)
        return Rows(place[kept.student], kept.columns)

    def reach(of: Coverage) -> Coverage:
        kept = place[of.student] >= 0
        return Coverage(place[of.student[kept]], of.start[kept], of.end[kept])

    def each(events: Mapping[str, Rows]) -> dict[str, Rows]:
        return {name: mine(one) for name, one in events.items()}

    sheets = {}
    for code, all_sheets in records.sheets.items():
        some = all_sheets.take(np.flatnonzero(place[all_sheets.student] >= 0))
        sheets[code] = replace(some, student=place[some.student])
    return replace(
        records,
        students={name: values[rows] for name, values in records.students.items()},
        sheets=sheets,
        events=each(records.events),
        coverage={name: reach(one) for name, one in records.coverage.items()},
        school=replace(records.school, which=records.school.which[rows]),
        own=each(records.own),
        whole_classes=False,
        around=None,
    )


def part_of(records: Records, rows: Ints) -> Records:
    """The same with what was seen among all students, so that these are assessed as they would be among them."""
    if records.around is None:
        raise ValueError("what is seen among classmates has to be looked at before a part is taken")
    mine = np.zeros(len(records), dtype=bool)
    mine[rows] = True
    shown = {code: signs[mine[records.sheets[code].student]] for code, signs in records.around.sheets.items()}
    return replace(only(records, rows), around=Around(records.around.answered, shown))
