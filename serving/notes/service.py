"""Restricted notes: allowed first, then put in the audit log, then read. Others are not told that there are any."""

from runxin.errors import Kind, UserError
from serving.access import Action, User, check_may, may
from serving.cases.opening import check_open
from serving.notes import store as kept_by
from serving.notes.store import RestrictedNote
from serving.platform.state import State
from serving.store import AuditEvent, Student, find_student, write_audit

LONGEST = 4000  # characters


class NoteFault(UserError):
    """What does not fit in a note; `key` names the words that say so on the page."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(Kind.BAD_DATA, message)
        self.key = key


def open_notes(state: State, user: User, student_id: str) -> tuple[Student, tuple[RestrictedNote, ...]]:
    """The notes that the user may read: the own ones, and a supervisor of the school all. Raises `UserError`
    (refused)."""
    student = _allowed(state, user, student_id)
    every = may(user, Action.APPROVE_CASE, student.school_id)
    write_audit(state.store, AuditEvent(state.clock(), user.username, "note.read", "follow_up", student_id))
    return student, kept_by.notes_of(state.store, student_id, None if every else user.username)


def write_note(state: State, user: User, student_id: str, text: str) -> None:
    """Add a note. Raises `UserError` (refused) and `NoteFault`."""
    student, now = _allowed(state, user, student_id), state.clock()
    if not text.strip() or len(text) > LONGEST:
        raise NoteFault("note_fault", f"a note has between 1 and {LONGEST} characters")
    note = RestrictedNote(student_id, student.school_id, text.strip(), now, user.username)
    kept_by.keep_note(state.store, note, AuditEvent(now, user.username, "note.written", "follow_up", student_id))


def _allowed(state: State, user: User, student_id: str) -> Student:
    student = find_student(state.store, student_id)
    check_may(user, Action.RECORD_WORD, None if student is None else student.school_id)
    if student is None:
        raise UserError(Kind.NOT_FOUND, "there is no such student")
    check_open(state, user, student)
    return student
