"""Restricted notes, added with their event in the audit log."""

from dataclasses import dataclass
from datetime import datetime

from serving.store import AuditEvent, Store, add_event
from serving.store.plan_tables import restricted_notes


@dataclass(frozen=True)
class RestrictedNote:
    student_id: str
    school_id: str
    text: str
    written_at: datetime
    written_by: str


def notes_of(store: Store, student_id: str, author: str | None) -> tuple[RestrictedNote, ...]:
    """The newest first; those of one author, or with None all."""
    c = restricted_notes.c
    query = restricted_notes.select().where(c.student_id == student_id)
    if author is not None:
        query = query.where(c.written_by == author)
    with store.reading() as connection:
        rows = connection.execute(query.order_by(c.note_id.desc())).all()
    return tuple(RestrictedNote(r.student_id, r.school_id, r.text, r.written_at, r.written_by) for r in rows)


def keep_note(store: Store, note: RestrictedNote, audited: AuditEvent) -> None:
    with store.writing() as connection:
        connection.execute(restricted_notes.insert().values(**vars(note), file_id=note.student_id))
        add_event(connection, audited)
