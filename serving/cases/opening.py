"""Whose a record is to read and to work on without asking (docs/decisions/0032-reading-with-a-purpose.md).

A counselor's caseload is her school. Where somebody has assigned a case, it is the caseload of whom it was assigned to
and of those who had worked on it until then; everybody else asks first (`serving.reading`), and what they do later, a
talk or with an approval, opens nothing to them.
"""

from datetime import timedelta

from runxin.errors import Kind, UserError
from serving.access import Action, User, may
from serving.cases.case import CaseNow
from serving.cases.store import case_of
from serving.cases.workflow import CaseState
from serving.platform.state import State
from serving.store import Student
from serving.store.readings import APPROVED, OPENED, steps_of_student

GIVEN = ("assign", "accept")  # moves by which a case is somebody's


class AsksFirst(UserError):
    """The record is outside the reader's caseload: a reason and somebody's approval come first."""

    def __init__(self, student: Student) -> None:
        super().__init__(Kind.REFUSED, "this case was assigned to somebody else: ask to read the record, with a reason")
        self.student = student


def in_caseload(case: CaseNow, user: User, school_id: str, by_assignment: bool) -> bool:
    """Whether the case is the user's to read without asking."""
    assigned = by_assignment and case.state is not CaseState.CLOSED and case.holder is not None
    assigned = assigned and any(one.move in GIVEN for one in case.events)
    if not assigned or case.holder == user.username or may(user, Action.APPROVE_CASE, school_id):
        return True
    assigned_at = max(place for place, one in enumerate(case.events) if one.move in GIVEN)
    until_then = any(one.done_by == user.username for one in case.events[: assigned_at + 1])
    return until_then or any(one.person == user.username for one in case.events)


def check_open(state: State, user: User, student: Student) -> None:
    """Raise `AsksFirst` where the record is outside the user's caseload and nobody has let her in."""
    policy = state.policy.reading
    case = case_of(state.store, student.student_id)
    if in_caseload(case, user, student.school_id, policy.caseload == "assigned"):
        return
    now, steps = state.clock(), steps_of_student(state.store, student.student_id)
    answers = {one.answers: one for one in steps if one.answers is not None}
    for one in steps:
        if one.said_by != user.username or one.answers is not None:
            continue
        answer = answers.get(one.reading_id)
        if one.step == OPENED and one.said_at > now - timedelta(hours=policy.danger_hours):
            return
        if answer is not None and answer.step == APPROVED and answer.said_at > now - timedelta(days=policy.open_days):
            return
    raise AsksFirst(student)
