"""Restricted notes, added with their event in the audit log."""

from dataclasses import dataclass
from datetime import datetime

from serving.store import AuditEvent, Store, add_event
from serving.store.plan_tables import restricted_notes
from serving.store.sealing import seal, unseal


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
        said = [unseal(connection, "restricted_notes", row.file_id, row.text) for row in rows]
    return tuple(
        RestrictedNote(row.student_id, row.school_id, text, row.written_at, row.written_by)
        for row, text in zip(rows, said, strict=True)
    )


def keep_note(store: Store, note: RestrictedNote, audited: AuditEvent) -> None:
    with store.writing() as connection:
        text = seal(connection, "restricted_notes", note.student_id, note.text)
        row = vars(note) | {"text": text, "file_id": note.student_id}
        connection.execute(restricted_notes.insert().values(row))
        add_event(connection, audited)
