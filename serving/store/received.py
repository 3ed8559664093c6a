"""What platforms send: each record with the answer it was given, kept before the answer leaves the house."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from models.assessment import Assessment
from serving.store.audit import AuditEvent, add_event
from serving.store.contents import Content
from serving.store.database import Store, chunks
from serving.store.evidence import open_floors
from serving.store.inputs import Context, keep_context, keep_inputs
from serving.store.payload import pack, pack_assessment, unpack, unpack_assessment
from serving.store.pupils import UNASSIGNED, Pupil
from serving.store.tables import received, students


@dataclass(frozen=True)
class NewEntry:
    """One record to keep. `record` is the request in JSON's own types; `school_id` is `UNASSIGNED` for a student who
    is on no list and came without one. `inputs` is the record as it was assessed, with what the store knew beside it,
    and `context` what it was assessed with, for replay."""

    client: str
    student_id: str
    school_id: str
    stage: str
    grade: int | None
    record: dict[str, Any]
    assessment: Assessment
    received_at: datetime
    context: Context | None = None
    inputs: Content | None = None


@dataclass(frozen=True)
class ReceivedEntry:
    entry_id: str
    client: str
    pupil: Pupil
    assessment: Assessment
    received_at: datetime


def record_entries(store: Store, entries: Sequence[NewEntry]) -> list[str]:
    """Keep records, open their floors and note them in the trail, all or none; returns their ids in order."""
    ids = [uuid4().hex for _ in entries]
    # Packed before the lock is taken: others wait for it.
    rows = [_row(entry_id, entry) for entry_id, entry in zip(ids, entries, strict=True)]
    with store.writing() as connection:
        known = _schools(connection, [entry.student_id for entry in entries])
        for row in rows:
            row["school_id"] = known.get(row["student_id"], row["school_id"])
        if rows:
            connection.execute(received.insert(), rows)
        for context in {e.context.said.sha256: e.context for e in entries if e.context is not None}.values():
            keep_context(connection, context)
        for entry in entries:
            if entry.inputs is not None:
                keep_inputs(connection, {entry.student_id: entry.inputs})
        for entry_id, entry in zip(ids, entries, strict=True):
            floors = entry.assessment.floors
            opened = open_floors(connection, [entry.assessment], entry.received_at, entry_id) if floors else 0
            event = AuditEvent(
                entry.received_at, entry.client, "entry.recorded", "follow_up", entry.student_id, f"opened={opened}"
            )
            add_event(connection, event)
    return ids


def _row(entry_id: str, entry: NewEntry) -> dict[str, Any]:
    return {
        "entry_id": entry_id,
        "received_at": entry.received_at,
        "client": entry.client,
        "student_id": entry.student_id,
        "school_id": entry.school_id,
        "stage": entry.stage,
        "grade": entry.grade,
        "record": pack(entry.record),
        "assessment": pack_assessment(entry.assessment),
        "context": None if entry.context is None else entry.context.said.sha256,
        "inputs": None if entry.inputs is None else entry.inputs.sha256,
    }


def record_entry(store: Store, entry: NewEntry) -> str:
    """Keep one record; see `record_entries`."""
    return record_entries(store, [entry])[0]


def received_record(store: Store, entry_id: str) -> dict[str, Any] | None:
    """The request of an entry as it came; None where there is no such entry, or its record was erased."""
    with store.reading() as connection:
        stored = connection.scalar(sa.select(received.c.record).where(received.c.entry_id == entry_id))
    return unpack(stored) if stored else None


def newest_entry_of(connection: sa.Connection, student_id: str) -> ReceivedEntry | None:
    query = received.select().where(received.c.student_id == student_id)
    row = connection.execute(query.order_by(received.c.received_at.desc()).limit(1)).first()
    return None if row is None else entry_from_row(row)


def unsettled_entries(connection: sa.Connection, school_id: str, since: datetime | None) -> dict[str, ReceivedEntry]:
    """Per student of a school, the newest entry that came after `since` or whose student is on no list; and those of
    students on no list who came without a school: better on every school's list than on none."""
    unknown = received.c.student_id.not_in(sa.select(students.c.student_id))
    ours = received.c.school_id == school_id
    if since is not None:
        ours &= (received.c.received_at > since) | unknown
    query = received.select().where(ours | ((received.c.school_id == UNASSIGNED) & unknown))
    newest = {row.student_id: row for row in connection.execute(query.order_by(received.c.received_at))}
    return {student: entry_from_row(row) for student, row in newest.items()}


def _schools(connection: sa.Connection, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in chunks(sorted(set(ids))):
        query = sa.select(students.c.student_id, students.c.school_id).where(students.c.student_id.in_(part))
        found |= {row.student_id: row.school_id for row in connection.execute(query)}
    return found


def entry_from_row(row: Any) -> ReceivedEntry:
    pupil = Pupil(row.student_id, row.school_id, None, row.stage, row.grade)
    return ReceivedEntry(row.entry_id, row.client, pupil, unpack_assessment(row.assessment), row.received_at)
