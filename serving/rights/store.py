"""Everything that is stored of one student, by table."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from models.consent import GUARDIAN_CODES, OWN
from serving.store import Store, Student
from serving.store.case_tables import drafts
from serving.store.corrections import FAMILY, value_of
from serving.store.files import contested
from serving.store.payload import unpack
from serving.store.sealing import unseal
from serving.store.student_rows import rows_of_student
from serving.store.students import name_of
from serving.store.tables import consents, metadata, names, students

# Working notes are their author's, drafts are not said yet; keys and hashes tell nobody anything.
WITHHELD = {"talks": {"note"}, "subject_keys": {"key", "pseudonym"}, "evidence": {"record"}}
LEFT_OUT = (drafts.name,)


def everything_of(store: Store, student_id: str, protected: bool) -> dict[str, list[dict[str, Any]]]:
    """The rows of a student by table, in JSON's own types. With `protected`, what rests on a report of harm at home is
    left out: it may be read by whom it is about."""
    found: dict[str, list[dict[str, Any]]] = {}
    with store.reading() as connection:
        files = files_of(connection, student_id)
        for table in metadata.sorted_tables:
            if "student_id" not in table.c or table.name in LEFT_OUT:
                continue
            rows = connection.execute(table.select().where(table.c.student_id.in_(files))).mappings().all()
            kept = [row for row in rows if not (protected and row.get("protection"))]
            if kept:
                hidden = WITHHELD.get(table.name, set())
                found[table.name] = [
                    {name: _plain(connection, table.name, row, name) for name in row if name not in hidden}
                    for row in kept
                ]
    return found


def _plain(connection: sa.Connection, table: str, row: Any, column: str) -> Any:
    value = row[column]
    if table == names.name and column == "sealed":
        return name_of(connection, row["student_id"], value)[0]
    if table == "corrections" and column == "said":
        return json.loads(unseal(connection, table, row["correction_id"], value))
    if isinstance(value, bytes):
        return unpack(value) if value else None
    return value.isoformat() if isinstance(value, date | datetime) else value


def files_of(connection: sa.Connection, student_id: str) -> Sequence[str]:
    school = connection.scalar(sa.select(students.c.school_id).where(students.c.student_id == student_id))
    return (student_id,) if school is None else (student_id, contested(student_id, school))


def turning(store: Store, first: date, last: date, school_id: str | None) -> list[tuple[str, str, date]]:
    """Students (id, school, birth date) born between two days, of whom a guardian's consent is on record and no own
    one; by birth date."""
    given, own = (
        sa.exists().where(consents.c.student_id == students.c.student_id, consents.c.given_by.in_(by))
        for by in (GUARDIAN_CODES, [OWN.code])
    )
    query = sa.select(students.c.student_id, students.c.school_id, students.c.birth_date)
    query = query.where(students.c.birth_date.between(first, last), given, ~own)
    if school_id is not None:
        query = query.where(students.c.school_id == school_id)
    with store.reading() as connection:
        rows = connection.execute(query.order_by(students.c.birth_date, students.c.student_id)).all()
    return [(row.student_id, row.school_id, row.birth_date) for row in rows]


def stored_value(store: Store, student: Student, field: str) -> str | None:
    """What a field that can be corrected is now: of the roster, the name, or of a circumstance."""
    if field.startswith(FAMILY):
        rows = rows_of_student(store, student.student_id, student.school_id).tables.get("family", ())
        return next((row["value"] for row in reversed(rows) if FAMILY + row["flag"] == field), None)
    with store.reading() as connection:
        return value_of(connection, student.student_id, field)
