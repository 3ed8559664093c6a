"""Records that platforms sent, as they are read back: which of them still speak beside the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from models.assessment import Assessment
from models.came import Came
from models.triage import as_received
from serving.store.concern_reports import undone_entries
from serving.store.database import Store, chunks
from serving.store.payload import unpack, unpack_assessment
from serving.store.runs import Run, run_from_row
from serving.store.students import Student, of_school
from serving.store.tables import entries, runs, students


@dataclass(frozen=True)
class ReceivedEntry:
    entry_id: str
    client: str
    student: Student
    assessment: Assessment
    received_at: datetime


def received_entries(store: Store, ids: Sequence[str]) -> dict[str, tuple[str, ReceivedEntry]]:
    """Records by their ids, each with the student's id as the platform said it; without those that were erased."""
    found: dict[str, tuple[str, ReceivedEntry]] = {}
    with store.reading() as connection:
        for part in chunks(list(ids)):
            for row in connection.execute(entries.select().where(entries.c.entry_id.in_(part))):
                if row.record:
                    found[row.entry_id] = unpack(row.record)["student_id"], entry_from_row(row)
    return found


def received_record(store: Store, entry_id: str) -> dict[str, Any] | None:
    """The request of an entry as it came; None where there is no such entry, or its record was erased."""
    with store.reading() as connection:
        stored = connection.scalar(sa.select(entries.c.record).where(entries.c.entry_id == entry_id))
    return unpack(stored) if stored else None


def entries_of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, list[ReceivedEntry]]:
    """By student, in the order in which they came: the records that still speak beside the list that says where the
    student is, or was last: those that it could not know, and those that outlast a screening. All of whoever is on no
    roster."""
    found: dict[str, list[ReceivedEntry]] = {}
    for part in chunks(list(ids)):
        late = _late(connection, students.c.student_id.in_(part))
        speaks = late | entries.c.asks | students.c.student_id.is_(None)
        found |= _by_student(connection, _WITH_ROSTER.where(entries.c.student_id.in_(part), speaks))
    return found


def entries_at(connection: sa.Connection, school_id: str, run: Run | None) -> dict[str, list[ReceivedEntry]]:
    """Per student of a school, the same as `entries_of` reads, wherever they were sent from, and what an older `run`
    could not know; and those of strangers, also of whom nobody knows the school: better on every school's list than on
    none."""
    speaks = _late(connection, students.c.school_id == school_id) | entries.c.asks
    if run is not None:
        speaks |= entries.c.received_at > run.knows_until
    strangers = of_school(entries.c.school_id, school_id) & students.c.student_id.is_(None)
    here = (students.c.school_id == school_id) & speaks
    return _by_student(connection, _WITH_ROSTER.where(here | strangers))


_WITH_ROSTER = (
    sa.select(entries)
    .outerjoin(students, students.c.student_id == entries.c.student_id)
    .where(entries.c.entry_id.not_in(undone_entries()))
)


def _late(connection: sa.Connection, who: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Which records the last list of their students could not know, of the students that the condition names."""
    theirs = runs.select().where(runs.c.run_id.in_(sa.select(students.c.run_id).where(who)))
    last = {row.run_id: run_from_row(row).knows_until for row in connection.execute(theirs)}
    of_run = [(students.c.run_id == run_id) & (entries.c.received_at > at) for run_id, at in last.items()]
    return sa.or_(sa.false(), *of_run)


def entry_ids_of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, set[str]]:
    """By student the ids of all records."""
    found: dict[str, set[str]] = {}
    for part in chunks(list(ids)):
        query = sa.select(entries.c.student_id, entries.c.entry_id).where(entries.c.student_id.in_(part))
        for row in connection.execute(query):
            found.setdefault(row.student_id, set()).add(row.entry_id)
    return found


def known_until(connection: sa.Connection, ids: Sequence[str]) -> dict[str, datetime]:
    """By student of a roster, what the last list of theirs could know."""
    found: dict[str, datetime] = {}
    for part in chunks(list(ids)):
        query = sa.select(students.c.student_id.label("who"), runs).join(runs, runs.c.run_id == students.c.run_id)
        rows = connection.execute(query.where(students.c.student_id.in_(part)))
        found |= {row.who: run_from_row(row).knows_until for row in rows}
    return found


def _in_order(query: sa.Select[Any]) -> sa.Select[Any]:
    return query.order_by(entries.c.received_at, entries.c.place)


def _by_student(connection: sa.Connection, query: sa.Select[Any]) -> dict[str, list[ReceivedEntry]]:
    found: dict[str, list[ReceivedEntry]] = {}
    for row in connection.execute(_in_order(query)):
        found.setdefault(row.student_id, []).append(entry_from_row(row))
    return found


def entry_from_row(row: Any) -> ReceivedEntry:
    student = Student(row.student_id, row.school_id, None, row.stage, row.grade)
    came = Came(row.received_at, row.file_id, row.joined_at, row.joined_to)
    said = as_received(unpack_assessment(row.assessment), came)
    return ReceivedEntry(row.entry_id, row.client, student, said, row.received_at)
