"""The only way by which a person reads a student's record: allowed first, then put in the trail, then read."""

from dataclasses import dataclass, replace
from datetime import date

from data_schemas.codes import Tier
from data_schemas.instruments import Words
from models.assessment import Assessment
from runxin.errors import Kind, UserError
from serving.access import Action, User, check_may, may
from serving.followup import Due, Entry, FollowUpList, Section, follow_up_list, why
from serving.platform.state import State
from serving.store import AuditEvent, current_of, find_pupil, history_of, write_audit

NOTHING_DUE = Words(zh="目前没有单独安排", en="nothing in particular is planned")


@dataclass(frozen=True)
class StudentFile:
    """One student's page. `since` is the first day on the list, None where it is not known."""

    entry: Entry
    school_id: str
    synthetic: bool
    since: date | None = None


def open_student(state: State, user: User, student_id: str, purpose: str = "follow_up") -> StudentFile:
    """A student's record for a counselor of the school; raises `UserError` (refused, not found)."""
    found, now = find_pupil(state.store, student_id), state.clock()
    # In the words of a refusal, so that ids of other schools cannot be told from ids of nobody.
    check_may(user, Action.SEE_STUDENT, None if found is None else found.school_id)
    if found is None:
        raise UserError(Kind.NOT_FOUND, "there is no such student")
    school_id = found.school_id
    write_audit(state.store, AuditEvent(now, user.username, "student.read", purpose, student_id))
    assessment, assessment_id = current_of(state.store, student_id)
    if assessment is None:
        raise UserError(Kind.NOT_FOUND, "there is no assessment of this student yet")
    named = find_pupil(state.store, student_id, may(user, Action.SEE_NAMES, school_id)) or found
    listed = _list_or_none(state, school_id)
    line = None if listed is None else _line_of(listed, student_id)
    entry = line or Entry(named, Section.BELOW, assessment, why(assessment), Due(NOTHING_DUE, None, False))
    return StudentFile(
        entry=replace(entry, pupil=named, assessment=assessment, assessment_id=assessment_id),
        school_id=school_id,
        synthetic=listed is not None and listed.synthetic,
        since=_since(tuple(history_of(state.store, student_id))),
    )


def _list_or_none(state: State, school_id: str) -> FollowUpList | None:
    """The list only says where the student stands on it; names and the trail are the record's business."""
    try:
        return follow_up_list(state.store, school_id, state.clock(), False, state.policy, calendars=state.calendars)
    except UserError as error:
        if error.kind is Kind.NOT_FOUND:
            return None
        raise


def _line_of(listed: FollowUpList, student_id: str) -> Entry | None:
    """The student's line: the most pressing one where there are several."""
    queues = (listed.contact, listed.history, listed.identity, listed.retest, listed.not_screened)
    for part in (listed.immediate, listed.week, listed.below, *queues):
        for line in part:
            if line.pupil.student_id == student_id:
                return line
    return None


def _since(history: tuple[Assessment, ...]) -> date | None:
    """The first day of the unbroken time above 一般 that lasts to the newest run."""
    since = None
    for assessment in reversed(history):
        if assessment.tier is Tier.ROUTINE:
            break
        since = assessment.as_of
    return since
