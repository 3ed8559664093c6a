"""一生一档: what a counselor may read of one student. Allowed first, then put in the trail, then read."""

from dataclasses import dataclass
from datetime import date, datetime

from data_schemas.codes import Tier
from data_schemas.school_days import Calendars
from models.assessment import Assessment
from models.policy import Policy
from models.triage import ZONE, Duty, Present, present_of, stands_in
from runxin.errors import Kind, UserError
from serving.access import User, check_user_can_see_student, user_can_see_names
from serving.store import (
    AuditEvent,
    FileOf,
    Store,
    Student,
    facts_of,
    find_student,
    history_of,
    newest_run,
    write_audit,
)
from serving.today import Due, due_of
from serving.today.blind import blind_among

ELSEWHERE = "this student is not at one of your schools"


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

    @property
    def assessment(self) -> Assessment | None:
        return self.present.facts.assessment


def open_student(
    store: Store,
    user: User,
    student_id: str,
    now: datetime,
    policy: Policy,
    calendars: Calendars,
    purpose: str = "follow_up",
    duty: Duty | None = None,
    reveal: bool = False,
) -> StudentFile:
    """A student's file for a counselor of the school; raises `UserError` (refused). To `reveal` a blind student is put
    in the trail as such: the talk is no blind one any more."""
    student = find_student(store, student_id)
    if student is None:
        # In the words of a refusal, so that ids of other schools cannot be told from ids of nobody.
        raise UserError(Kind.REFUSED, ELSEWHERE)
    check_user_can_see_student(user, student.school_id)
    today = now.astimezone(ZONE).date()
    facts = facts_of(store, [student_id], today)[student_id]
    where = FileOf(student_id, student.school_id, not facts.stranger)
    blind = student_id in blind_among(store, [where], now, policy, calendars)
    action = "student.revealed" if blind and reveal else "student.read"
    write_audit(store, AuditEvent(now, user.username, action, purpose, student_id, "blind" if blind else None))
    present = present_of([facts], policy, calendars.of(student.school_id), duty)[0]
    named = find_student(store, student_id, user_can_see_names(user, student.school_id)) or student
    history = tuple(history_of(store, student_id))
    run = newest_run(store, student.school_id, today)
    return StudentFile(
        named,
        present,
        due_of(present, now),
        stands_in(present),
        history,
        _since(history),
        run is not None and run.synthetic,
        blind,
    )


def _since(history: tuple[Assessment, ...]) -> date | None:
    since = None
    for assessment in reversed(history):
        if assessment.tier is Tier.ROUTINE:
            break
        since = assessment.as_of
    return since
