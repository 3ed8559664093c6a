"""Plans of a student: allowed first, then put in the audit log, then read or kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from runxin.errors import Kind, UserError
from serving.access import Action, User, check_may
from serving.plans import store as kept_by
from serving.plans.form import FIELDS, PlanFault, PlanField, checked, fields_of, shown
from serving.plans.store import WrittenPlan
from serving.platform.state import State
from serving.store import AuditEvent, write_audit
from serving.student import StudentFile, open_student


@dataclass(frozen=True)
class PlanPart:
    """One kind of plan: its versions, the newest first, each with what may be shown of it."""

    kind: str
    fields: tuple[PlanField, ...]
    versions: tuple[tuple[WrittenPlan, Mapping[str, str]], ...]

    @property
    def last(self) -> int:
        return len(self.versions)


def open_plans(state: State, user: User, student_id: str) -> tuple[StudentFile, tuple[PlanPart, ...]]:
    """A student's plans, none of a blind student. Raises `UserError` (refused)."""
    file = open_student(state, user, student_id)
    if file.blind:
        return file, ()
    write_audit(state.store, AuditEvent(state.clock(), user.username, "plan.read", "follow_up", student_id))
    return file, tuple(_part(state, student_id, kind, file.present.protection) for kind in FIELDS)


def _part(state: State, student_id: str, kind: str, locked: bool) -> PlanPart:
    versions = kept_by.plans_of(state.store, student_id, kind)
    said = tuple((one, shown(kind, one.fields, locked)) for one in versions)
    return PlanPart(kind, fields_of(kind, locked), said)


def write_plan(state: State, user: User, student_id: str, kind: str, given: Mapping[str, str], last: int) -> None:
    """Add a version. Raises `UserError` (refused) and `PlanFault`: something is missing or does not fit, or somebody
    has written another version since `last` was read."""
    file = open_student(state, user, student_id)
    check_may(user, Action.RECORD_WORD, file.student.school_id)
    if file.blind or kind not in FIELDS:
        raise UserError(Kind.NOT_FOUND, "there is no such plan")
    now = state.clock()
    fields = checked(kind, given, file.present.protection, state.today())
    plan = WrittenPlan(student_id, file.student.school_id, kind, fields, now, user.username)
    audited = AuditEvent(now, user.username, "plan.written", "follow_up", student_id, kind)
    if not kept_by.keep_plan(state.store, plan, last, audited):
        raise PlanFault("plan_fault_gone_on", "somebody has written a newer version")
