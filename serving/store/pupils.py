"""Who the students are: a pseudonymous snapshot, and the names in a table of their own."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

import sqlalchemy as sa

from serving.store.database import Store, chunks
from serving.store.tables import names, received, run_schools, students, withdrawn

UNASSIGNED = "unassigned"  # the school of students who are on no list and came without one: every counselor sees them


@dataclass(frozen=True)
class Pupil:
    """Who it is. `name` is filled only for those allowed to see it."""

    student_id: str
    school_id: str
    class_id: str | None
    stage: str
    grade: int | None
    name: str | None = None


@dataclass(frozen=True)
class Withdrawal:
    """A consent that was taken back; `scope` is a code of `ConsentScope`."""

    student_id: str
    scope: str
    withdrawn_on: date


def replace_pupils(connection: sa.Connection, pupils: Sequence[Pupil]) -> None:
    """Bring the snapshot up to date; most students have not changed since the last one."""
    known = {row.student_id: tuple(row) for row in connection.execute(students.select())}
    rows = [(p.student_id, p.school_id, p.class_id, p.stage, p.grade) for p in pupils]
    changed = [row for row in rows if known.get(row[0]) != row]
    _delete(connection, students, [row[0] for row in changed if row[0] in known])
    if changed:
        names_of_columns = [column.name for column in students.c]
        connection.execute(students.insert(), [dict(zip(names_of_columns, row, strict=True)) for row in changed])


def replace_withdrawals(connection: sa.Connection, ids: Collection[str], withdrawals: Sequence[Withdrawal]) -> None:
    known = set(connection.scalars(sa.select(withdrawn.c.student_id)))
    _delete(connection, withdrawn, sorted(known & set(ids)))
    if withdrawals:
        connection.execute(withdrawn.insert(), [asdict(withdrawal) for withdrawal in withdrawals])


def _delete(connection: sa.Connection, table: sa.Table, ids: Sequence[str]) -> None:
    if ids:
        connection.execute(
            table.delete().where(table.c.student_id == sa.bindparam("gone")),
            [{"gone": student_id} for student_id in ids],
        )


def pupils_of(connection: sa.Connection, ids: Sequence[str], names_allowed: bool) -> dict[str, Pupil]:
    """The students with these ids, as far as they are known."""
    found: dict[str, Pupil] = {}
    for part in chunks(list(ids)):
        for row in connection.execute(students.select().where(students.c.student_id.in_(part))):
            found[row.student_id] = Pupil(row.student_id, row.school_id, row.class_id, row.stage, row.grade)
        if names_allowed:
            for row in connection.execute(names.select().where(names.c.student_id.in_(part))):
                if row.student_id in found:
                    found[row.student_id] = replace(found[row.student_id], name=row.name)
    return found


def find_pupil(store: Store, student_id: str, names_allowed: bool = False) -> Pupil | None:
    """The student of that id: from the newest snapshot, else from the newest entry received; None where unknown."""
    with store.reading() as connection:
        known = pupils_of(connection, [student_id], names_allowed).get(student_id)
        if known is not None:
            return known
        query = received.select().where(received.c.student_id == student_id).order_by(received.c.received_at.desc())
        row = connection.execute(query.limit(1)).first()
    if row is None:
        return None
    return Pupil(student_id, row.school_id, None, row.stage, row.grade)


def school_ids(store: Store) -> list[str]:
    """Every school with a published list or a received entry."""
    listed = sa.select(run_schools.c.school_id)
    sent = sa.select(received.c.school_id)
    with store.reading() as connection:
        return sorted(set(connection.scalars(listed.union(sent))) - {UNASSIGNED})


def withdrawn_scopes(store: Store, student_id: str) -> frozenset[str]:
    """What the student's consent no longer covers."""
    with store.reading() as connection:
        return frozenset(connection.scalars(sa.select(withdrawn.c.scope).where(withdrawn.c.student_id == student_id)))


def student_ids(store: Store, school_id: str | None = None) -> set[str]:
    """Every student of the newest snapshots, or those of one school."""
    query = sa.select(students.c.student_id)
    with store.reading() as connection:
        return set(connection.scalars(query if school_id is None else query.where(students.c.school_id == school_id)))
