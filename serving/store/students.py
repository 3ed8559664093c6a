"""Who the students are: a pseudonymous snapshot, and the names in a table of their own."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from data_schemas.roster import UNASSIGNED
from data_schemas.spelling import spelled
from serving.store.database import Store, chunks
from serving.store.run_tables import withdrawn
from serving.store.runs import in_force_runs
from serving.store.sealing import seal, unseal
from serving.store.tables import entries, evidence, names, outcomes, run_schools, run_strangers, runs, students

AMONG = UNASSIGNED + ":"  # … or the counselors of a key's schools, which stand behind it


UNKNOWN_STAGE = "unknown"


@dataclass(frozen=True)
class Student:
    """Who it is. `name` is filled only for those allowed to see it."""

    student_id: str
    school_id: str
    class_id: str | None
    stage: str
    grade: int | None
    name: str | None = None
    sex: str | None = None
    birth_date: date | None = None


@dataclass(frozen=True)
class Withdrawal:
    """A consent that was taken back; `scope` is a code of `ConsentScope`."""

    student_id: str
    scope: str
    withdrawn_on: date


def keep_withdrawals(connection: sa.Connection, given: Sequence[Withdrawal], run_id: str) -> None:
    if given:
        connection.execute(withdrawn.insert(), [asdict(withdrawal) | {"run_id": run_id} for withdrawal in given])


def consents_taken_back() -> sa.Select[Any]:
    """Consents that were taken back as they stand: by the run that says where the student is."""
    same = (students.c.student_id == withdrawn.c.student_id) & (students.c.run_id == withdrawn.c.run_id)
    return sa.select(withdrawn.c.student_id, withdrawn.c.scope, withdrawn.c.withdrawn_on).join(students, same)


def students_of(connection: sa.Connection, ids: Sequence[str], names_allowed: bool) -> dict[str, Student]:
    """The students with these ids, as far as they are known."""
    found: dict[str, Student] = {}
    for part in chunks(list(ids)):
        for row in connection.execute(students.select().where(students.c.student_id.in_(part))):
            found[row.student_id] = student_from_row(row)
        if names_allowed:
            for row in connection.execute(names.select().where(names.c.student_id.in_(part))):
                if row.student_id in found:
                    name, _ = name_of(connection, row.student_id, row.sealed)
                    found[row.student_id] = replace(found[row.student_id], name=name)
    return found


def name_of(connection: sa.Connection, student_id: str, sealed: str) -> tuple[str, str]:
    """A name, and its sounds and first letters (`data_schemas.spelling.spelled`)."""
    name, _, sounds = unseal(connection, "names", student_id, sealed).rpartition("\n")
    return name, sounds


def seal_name(connection: sa.Connection, student_id: str, name: str) -> str:
    """A name with its sounds and first letters, as the table holds it."""
    return seal(connection, "names", student_id, f"{name}\n{spelled(name)}")


def names_at(connection: sa.Connection, people: Collection[str]) -> dict[str, str]:
    """The names of some students, in one reading a few thousand."""
    found: dict[str, str] = {}
    for part in chunks(list(people)):
        for row in connection.execute(names.select().where(names.c.student_id.in_(part))):
            found[row.student_id] = name_of(connection, row.student_id, row.sealed)[0]
    return found


def student_from_row(row: Any) -> Student:
    who = (row.student_id, row.school_id, row.class_id, row.stage, row.grade)
    return Student(*who, sex=row.sex, birth_date=row.birth_date)


def find_student(store: Store, student_id: str, names_allowed: bool = False) -> Student | None:
    """The student of that id: from the newest roster, else from what was sent of a stranger; None where unknown."""
    with store.reading() as connection:
        known = students_of(connection, [student_id], names_allowed).get(student_id)
        return known if known is not None else strangers_of(connection, [student_id]).get(student_id)


def strangers_of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, Student]:
    """Who is on no roster, as far as screenings, records, evidence or outcomes say; the newest of each is believed."""
    found: dict[str, Student] = {}
    for part in chunks(list(ids)):
        for table in (run_strangers, outcomes, evidence):
            query = sa.select(table.c.student_id, table.c.school_id).where(table.c.student_id.in_(part)).distinct()
            for row in connection.execute(query):
                found[row.student_id] = Student(row.student_id, row.school_id, None, UNKNOWN_STAGE, None)
        sent = entries.select().where(entries.c.student_id.in_(part)).order_by(entries.c.received_at)
        for row in connection.execute(sent):
            found[row.student_id] = Student(row.student_id, row.school_id, None, row.stage, row.grade)
    return found


def school_ids(store: Store) -> list[str]:
    """Every school with a published list that was not withdrawn, a received record, evidence or a word on file."""
    listed = sa.select(run_schools.c.school_id).join(runs).where(in_force_runs(None))
    sent = sa.select(entries.c.school_id).union(sa.select(evidence.c.school_id), sa.select(outcomes.c.school_id))
    with store.reading() as connection:
        known = set(connection.scalars(listed)) | set(connection.scalars(sent))
        return sorted(school for school in known if not is_unassigned(school))


def is_unassigned(school_id: str) -> bool:
    """Whether this stands for no one school."""
    return school_id == UNASSIGNED or school_id.startswith(AMONG)


def unassigned_among(schools: Collection[str] | None) -> str:
    """The school of a stranger whose school nobody knows: for every counselor, or for those of `schools`."""
    return UNASSIGNED if schools is None else f"{AMONG},{','.join(sorted(schools))},"


def concerns_school(school_id: str, school: str) -> bool:
    """Whether the counselors of `school` are shown somebody whose school is `school_id`."""
    return school_id in (school, UNASSIGNED) or (school_id.startswith(AMONG) and f",{school}," in school_id)


def of_school(column: sa.ColumnElement[str], school: str) -> sa.ColumnElement[bool]:
    """`concerns_school` in the database."""
    among = column.startswith(AMONG, autoescape=True) & column.contains(f",{school},", autoescape=True)
    return column.in_((school, UNASSIGNED)) | among


def student_ids(store: Store, school_id: str | None = None) -> set[str]:
    """Every student, or those of one school, who has left it among them."""
    query = sa.select(students.c.student_id)
    with store.reading() as connection:
        return set(connection.scalars(query if school_id is None else query.where(students.c.school_id == school_id)))
