"""What goes out: allowed first, then put in the audit log as such, then read."""

from datetime import date

from models.duties import of_duty
from models.reports import ReportKind
from models.triage import BY_CODE
from runxin.errors import Kind, UserError
from serving.access import Action, User, check_may, may
from serving.cases.service import case_of
from serving.duties.service import open_duties
from serving.exports.case_file import file_sheet
from serving.exports.listing import handover_sheet, list_sheet
from serving.exports.report import report_sheet
from serving.exports.sheet import OutSheet
from serving.exports.tasks import tasks_sheet
from serving.handover.service import open_handover
from serving.platform.state import State
from serving.reports.service import Counting, open_report
from serving.store import AuditEvent, school_names, write_audit
from serving.student import open_student
from serving.today.service import open_list


def open_list_out(state: State, user: User, school_id: str, queue: str | None, form: str, lang: str) -> OutSheet | None:
    """The list of a school, or one queue of it, to go out in a `form` ("xlsx" or "print"); None where nothing was
    published. Raises `UserError`: refused, or not found for a queue that there is not."""
    check_may(user, Action.SEE_LIST, school_id)
    if queue is not None and queue not in BY_CODE:
        raise UserError(Kind.NOT_FOUND, "there is no such queue")
    listed = open_list(state, user, school_id)
    if listed is None:
        return None
    event = AuditEvent(
        state.clock(), user.username, "list.exported", "follow_up", school_id, f"{form} {queue or 'all'}"
    )
    write_audit(state.store, event)
    name = school_names(state.store).get(school_id, school_id)
    return list_sheet(listed, name, lambda action: may(user, action, school_id), lang, queue)


def open_file_out(state: State, user: User, student_id: str, form: str, lang: str) -> OutSheet:
    """A student's file to go out. Raises `UserError` (refused)."""
    file = open_student(state, user, student_id)
    event = AuditEvent(state.clock(), user.username, "student.exported", "follow_up", student_id, form)
    write_audit(state.store, event)
    school = school_names(state.store).get(file.student.school_id, file.student.school_id)
    return file_sheet(file, case_of(state.store, student_id), school, lang)


def open_handover_out(state: State, user: User, school_id: str, form: str, lang: str) -> OutSheet:
    """The handover of a school to go out, names among it where they may be read. Raises `UserError` (refused)."""
    part = open_handover(state, user, school_id)
    event = AuditEvent(state.clock(), user.username, "list.exported", "follow_up", school_id, f"{form} handover")
    write_audit(state.store, event)
    return handover_sheet(part, school_names(state.store).get(school_id, school_id), lang)


def open_tasks_out(
    state: State, user: User, school_id: str, duty: str, class_id: str | None, form: str, lang: str
) -> OutSheet:
    """What is to be done of the plan: by a class's homeroom teacher, or of one duty. Raises `UserError` (refused)."""
    check_may(user, Action.SEE_TASKS, school_id)
    view, rule = open_duties(state, user, school_id), of_duty(duty)
    lines = [line for line in view.lines if line.task.to_do and (rule is None or line.rule is rule)]
    if class_id is not None:
        lines = [line for line in lines if (line.student.class_id or "") == class_id]
    if rule is None:
        lines = [line for line in lines if line.of_class]
    detail = f"{form} {duty or 'class'}"
    write_audit(state.store, AuditEvent(state.clock(), user.username, "tasks.exported", "follow_up", school_id, detail))
    return tasks_sheet(lines, school_names(state.store).get(school_id, school_id), rule.what if rule else None, lang)


def open_report_out(
    state: State, user: User, kind: ReportKind, day: date | None, school_id: str | None, form: str, lang: str
) -> OutSheet:
    """A report to go out. Raises `UserError`: refused, or not found before the first term."""
    report = open_report(state, user, kind, day, school_id)
    if isinstance(report, Counting):
        raise UserError(Kind.UNAVAILABLE, f"{report.done} of {report.of} schools are counted", fix="ask again")
    if report is None:
        raise UserError(Kind.NOT_FOUND, "the calendar has no term yet")
    detail = f"{form} {kind.code} {report.period.name}"
    event = AuditEvent(state.clock(), user.username, "report.exported", "quality_audit", school_id, detail)
    write_audit(state.store, event)
    school = None if school_id is None else school_names(state.store).get(school_id, school_id)
    return report_sheet(report, school, lang)
