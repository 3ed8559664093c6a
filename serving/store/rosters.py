"""Who is where: the students of all schools, worked out from the runs that stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from serving.store.corrections import ROSTER, By, Correction, as_corrected, corrections_in, plain, typed
from serving.store.database import chunks
from serving.store.runs import runs_that_stood
from serving.store.tables import assessments, students

SAID = [assessments.c[column.name] for column in students.c]  # a run's roster, in the order of the snapshot's columns
SCHOOL, RUN = 1, -1  # places of these columns


@dataclass(frozen=True)
class SettledStudents:
    """At which school each student of a list in force is, and who is known no more, with the school that they were at
    last."""

    homes: Mapping[str, str]
    lost: Mapping[str, str]


def settle_students(connection: sa.Connection) -> SettledStudents:
    """Bring `students` up to date after a run was published or withdrawn.

    A student is where the list in force of a school has them, of several the newest (as-of date, then publication). Who
    is on none any more stays where the last list that stood had them, and whom only withdrawn runs had is gone.
    """
    stood = runs_that_stood(connection)
    places = {(run.run_id, school): (run.as_of, run.published_at) for school, of in stood.items() for run in of}
    in_force = {(of[-1].run_id, school) for school, of in stood.items()}
    current: dict[str, Any] = {}
    for part in chunks(sorted({run_id for run_id, _ in in_force})):
        for row in connection.execute(sa.select(*SAID).where(assessments.c.run_id.in_(part))):
            if (row.run_id, row.school_id) in in_force:
                _take_newer(current, row, places)
    known = {row.student_id: tuple(row) for row in connection.execute(students.select())}
    lost = [who for who, row in known.items() if who not in current and (row[RUN], row[SCHOOL]) not in places]
    for part in chunks(lost):
        for row in connection.execute(sa.select(*SAID).where(assessments.c.student_id.in_(part))):
            if (row.run_id, row.school_id) in places:
                _take_newer(current, row, places)
    _keep(connection, current, known, lost, corrections_in(connection))
    unknown = {who: known[who][SCHOOL] for who in lost if who not in current}
    return SettledStudents({who: row[SCHOOL] for who, row in current.items()}, unknown)


def _take_newer(found: dict[str, Any], row: Any, places: dict[tuple[str, str], Any]) -> None:
    other = found.get(row.student_id)
    if other is None or places[other.run_id, other.school_id] < places[row.run_id, row.school_id]:
        found[row.student_id] = row


def _keep(
    connection: sa.Connection,
    current: dict[str, Any],
    known: dict[str, tuple[Any, ...]],
    lost: Sequence[str],
    corrected: By,
) -> None:
    """Write what has changed; of most students that is which run says so, and no more."""
    again: dict[str, list[str]] = {}
    changed = []
    for who, row in current.items():
        before, now = known.get(who), _as_corrected(tuple(row), corrected.get(who, ()))
        if before is None or before[:RUN] != now[:RUN]:
            changed.append(now)
        elif before != now:
            again.setdefault(row.run_id, []).append(who)
    for run_id, ids in again.items():
        for part in chunks(ids):
            connection.execute(students.update().where(students.c.student_id.in_(part)).values(run_id=run_id))
    for part in chunks([*(row[0] for row in changed if row[0] in known), *lost]):
        connection.execute(students.delete().where(students.c.student_id.in_(part)))
    if changed:
        connection.execute(students.insert(), [dict(zip(students.c.keys(), row, strict=True)) for row in changed])


def _as_corrected(row: tuple[Any, ...], given: Sequence[Correction]) -> tuple[Any, ...]:
    if not given:
        return row
    names = students.c.keys()
    return tuple(
        typed(name, as_corrected(name, plain(value), given)) if name in ROSTER else value
        for name, value in zip(names, row, strict=True)
    )
