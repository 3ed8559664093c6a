"""The only way by which a person reads students' records: allowed first, then put in the trail, then read."""

from dataclasses import dataclass
from datetime import datetime

from data_schemas.school_days import Calendars
from models.assessment import Assessment
from models.policy import Policy
from runxin.errors import Kind, UserError
from serving.access.permissions import check_user_can_see_list, check_user_can_see_student, user_can_see_names
from serving.access.roles import Client, User
from serving.followup import FollowUpList, follow_up_list
from serving.store import (
    AuditEvent,
    Evidence,
    Pupil,
    Store,
    current_of,
    evidence_of,
    find_pupil,
    history_of,
    write_audit,
)


@dataclass(frozen=True)
class StudentRecord:
    """`history` holds one assessment per published day, oldest first; `evidence` is open and closed, newest first;
    `assessment_id` names the stored assessment for a replay."""

    pupil: Pupil
    assessment: Assessment
    history: tuple[Assessment, ...]
    evidence: tuple[Evidence, ...]
    assessment_id: str | None = None


def open_student(store: Store, user: User, student_id: str, now: datetime, purpose: str = "follow_up") -> StudentRecord:
    """A student's record for a counselor of the school; raises `UserError` (refused, not found)."""
    pupil = find_pupil(store, student_id)
    if pupil is None:
        # In the words of a refusal, so that ids of other schools cannot be told from ids of nobody.
        raise UserError(Kind.REFUSED, "this student is not at one of your schools")
    check_user_can_see_student(user, pupil.school_id)
    write_audit(store, AuditEvent(now, user.username, "student.read", purpose, student_id))
    assessment, assessment_id = current_of(store, student_id)
    if assessment is None:
        raise UserError(Kind.NOT_FOUND, "there is no assessment of this student yet")
    named = find_pupil(store, student_id, user_can_see_names(user, pupil.school_id)) or pupil
    history, evidence = tuple(history_of(store, student_id)), tuple(evidence_of(store, student_id))
    return StudentRecord(named, assessment, history, evidence, assessment_id)


def open_list(
    store: Store,
    user: User,
    school_id: str,
    now: datetime,
    policy: Policy,
    slots: int | None = None,
    purpose: str = "follow_up",
    calendars: Calendars | None = None,
) -> FollowUpList:
    """A school's list for one of its counselors, with names where allowed; raises `UserError` (refused, not found)."""
    check_user_can_see_list(user, school_id)
    write_audit(store, AuditEvent(now, user.username, "list.read", purpose, school_id))
    return follow_up_list(
        store, school_id, now, user_can_see_names(user, school_id), policy, slots, calendars=calendars
    )


def note_client_read(store: Store, client: Client, student_id: str, now: datetime, purpose: str = "follow_up") -> None:
    """Put a platform's read of one student's record in the trail."""
    write_audit(store, AuditEvent(now, client.client, "student.read", purpose, student_id))
