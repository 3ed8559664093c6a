"""Who the students are: a pseudonymous snapshot, and the names in a table of their own."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

import sqlalchemy as sa

from serving.store.database import Store, chunks
from serving.store.tables import names, received, run_schools, students, withdrawn


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
    rows = [{k: v for k, v in asdict(pupil).items() if k != "name"} for pupil in pupils]
    if rows:
        connection.execute(
            students.delete().where(students.c.student_id == sa.bindparam("gone")),
            [{"gone": row["student_id"]} for row in rows],
        )
        connection.execute(students.insert(), rows)


def replace_withdrawals(connection: sa.Connection, ids: Sequence[str], withdrawals: Sequence[Withdrawal]) -> None:
    if ids:
        connection.execute(
            withdrawn.delete().where(withdrawn.c.student_id == sa.bindparam("gone")), [{"gone": i} for i in ids]
        )
    if withdrawals:
        connection.execute(withdrawn.insert(), [asdict(withdrawal) for withdrawal in withdrawals])


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
        return sorted(connection.scalars(listed.union(sent)))


def withdrawn_scopes(store: Store, student_id: str) -> frozenset[str]:
    """What the student's consent no longer covers."""
    with store.reading() as connection:
        return frozenset(connection.scalars(sa.select(withdrawn.c.scope).where(withdrawn.c.student_id == student_id)))
