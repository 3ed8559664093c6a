"""一生一档: what a counselor may read of one student. Allowed first, then put in the trail, then read."""

from dataclasses import dataclass, field
from datetime import date

from data_schemas.codes import Tier
from models.assessment import Assessment
from models.triage import ZONE, Present, present_of, stands_in
from runxin.errors import Kind, UserError
from serving.access import Action, User, check_may, may
from serving.cases.opening import check_open
from serving.crisis.service import rung_of
from serving.crisis.store import KeptRing
from serving.platform.state import State
from serving.reading.service import note_reading
from serving.recording import RecordForm, form_for, note_reveal
from serving.store import (
    AuditEvent,
    FileOf,
    Student,
    facts_of,
    find_student,
    history_of,
    newest_run,
    write_audit,
)
from serving.store.concern_reports import KeptReport, reports_of
from serving.store.duty import duty_of
from serving.store.student_rows import StudentRows, rows_of_student
from serving.today import Due, due_of
from serving.today.blind import blind_among


@dataclass(frozen=True)
class StudentFile:
    """One student now. `queues` are the codes of those the student stands in, `history` holds one assessment per
    published day, oldest first, and `since` is the first day of the unbroken time above 一般 that lasts to the newest
    of them. Of a `blind` student nothing but who it is may be shown until it is asked for, which is another reading."""

    student: Student
    present: Present
    due: Due
    queues: tuple[str, ...]
    history: tuple[Assessment, ...]
    since: date | None
    synthetic: bool
    blind: bool
    rows: StudentRows = field(default_factory=StudentRows)
    reports: tuple[KeptReport, ...] = ()
    rung: tuple[KeptRing, ...] = ()  # who was called because of the student
    recording: bool = False  # whether the reader may record here
    revealed: bool = False  # whether a blind student is shown all the same

    @property
    def assessment(self) -> Assessment | None:
        return self.present.facts.assessment


def open_student(
    state: State, user: User, student_id: str, purpose: str = "follow_up", reveal: bool = False
) -> StudentFile:
    """A student's file for a counselor of the school; raises `UserError` (refused), `AsksFirst` outside
    the user's caseload. To `reveal` a blind student is put
    in the audit log as such: the talk is no blind one any more."""
    student, now = find_student(state.store, student_id), state.clock()
    # In the words of a refusal, so that ids of other schools cannot be told from ids of nobody.
    check_may(user, Action.SEE_STUDENT, None if student is None else student.school_id)
    if student is None:
        raise UserError(Kind.NOT_FOUND, "there is no such student")
    check_open(state, user, student)
    today = now.astimezone(ZONE).date()
    facts = facts_of(state.store, [student_id], today)[student_id]
    where = FileOf(student_id, student.school_id, not facts.stranger, student_id)
    blind = student_id in blind_among(state.store, [where], now, state.policy, state.calendars)
    action = "student.revealed" if blind and reveal else "student.read"
    write_audit(state.store, AuditEvent(now, user.username, action, purpose, student_id, "blind" if blind else None))
    note_reading(state, user.username)
    if blind and reveal:
        note_reveal(state, user, student)
    present = present_of(
        [facts], state.policy, state.calendars.of(student.school_id), duty_of(state.store, student.school_id)
    )[0]
    named = find_student(state.store, student_id, may(user, Action.SEE_NAMES, student.school_id)) or student
    history = tuple(history_of(state.store, student_id))
    run = newest_run(state.store, student.school_id, today)
    return StudentFile(
        named,
        present,
        due_of(present, now),
        stands_in(present),
        history,
        _since(history),
        run is not None and run.synthetic,
        blind,
        rows_of_student(state.store, student_id, student.school_id) if not blind or reveal else StudentRows(),
        tuple(reports_of(state.store, student_id)) if not blind or reveal else (),
        rung_of(state.store, student_id) if not blind or reveal else (),
        may(user, Action.RECORD_WORD, student.school_id),
        reveal,
    )


def form_of(state: State, user: User, file: StudentFile, claim: str | None) -> RecordForm:
    """The form by which a talk with this student is recorded."""
    return form_for(state, user, file.student, file.present, file.blind and not file.revealed, claim)


def _since(history: tuple[Assessment, ...]) -> date | None:
    since = None
    for assessment in reversed(history):
        if assessment.tier is Tier.ROUTINE:
            break
        since = assessment.as_of
    return since
