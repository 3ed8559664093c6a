"""A report about a student, made on a page: allowed first, then kept with its event in the audit log, all or nothing.

It goes the way of a platform's record, so that rules answer at once. A report is a record of its own: it is filed even
where the same was reported before, and nothing that comes in later passes for it.
"""

import secrets
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from models import assess, records_of_requests
from models.assessment import Floor
from models.triage import Present, present_of
from models.triage.evidence import taken_on
from runxin.errors import Kind, UserError, refused
from serving.access import Action, User, check_may, may_somewhere
from serving.concerns.form import ReportForm
from serving.platform.state import State
from serving.store import AuditEvent, NewEntry, Student, facts_of, find_student, record_entry
from serving.store.concern_reports import ConcernReport, find_report, reports_by, take_report_back
from serving.store.student_rows import rows_of_student

STAGE = "junior"  # of whom nobody knows the stage; no rule about a report reads it
RECEIPTS = timedelta(days=61)
AS_REPORTED = ("kind", "reported_on", "source", "tier", "recorded_on", "value", "source_event_id")


def check_may_report(user: User) -> None:
    """Raise `UserError` (refused) for who may report about nobody."""
    if not may_somewhere(user, Action.REPORT_CONCERN):
        check_may(user, Action.REPORT_CONCERN)


def student_for(state: State, user: User, student_id: str) -> Student:
    """Whom a report may be about; raises `UserError` (refused, not found)."""
    student = find_student(state.store, student_id)
    check_may(user, Action.REPORT_CONCERN, None if student is None else student.school_id)
    if student is None:
        raise UserError(Kind.NOT_FOUND, "there is no such student")
    return student


def report_concern(state: State, user: User, student_id: str, form: ReportForm) -> str:
    """Keep a report without fault and file what it is evidence of; its id."""
    student, now, today = student_for(state, user, student_id), state.clock(), state.today()
    assert form.kind is not None
    assert form.reported_on is not None
    report_id = secrets.token_urlsafe(12)
    said = {
        "kind": form.kind.code,
        "reported_on": form.reported_on,
        "source": form.source.code if form.source is not None else None,
        "recorded_on": today,
    }
    # Rules look at reports side by side: of harm at home it hangs how guardians are told.
    before = rows_of_student(state.store, student_id, student.school_id).tables.get("concerns", ())
    others = [{name: row.get(name) for name in AS_REPORTED} for row in before]
    who: dict[str, Any] = {"student_id": student_id, "school_id": student.school_id, "stage": STAGE}
    together = records_of_requests([who | {"concerns": [*others, said]}], {}, state.calendars)
    alone = records_of_requests([who | {"concerns": [said]}], {}, state.calendars)
    proven = assess(together, today, None, state.policy, status="none")[0].proven
    mine = tuple(replace(floor, record=f"page:{report_id}") for floor in proven if _is_of(floor, form))
    plain = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in said.items()}
    source = form.source.code if form.source is not None else None
    about = (report_id, student_id, student.school_id, form.kind.code, form.reported_on, source)
    report = ConcernReport(*about, form.note or None, now, user.username)
    entry = NewEntry(
        client=user.username,
        student_id=student_id,
        school_id=student.school_id,
        stage=student.stage,
        grade=student.grade,
        record={"student_id": student_id, "as_of": today.isoformat(), "concerns": [plain]},
        assessment=assess(alone, today, None, state.policy, status="none")[0],
        received_at=now,
        floors=mine,
        report=report,
    )
    record_entry(state.store, entry)
    return report_id


def _is_of(floor: Floor, form: ReportForm) -> bool:
    """Whether evidence rests on this report: its key names rule, kind and day."""
    assert form.kind is not None
    assert form.reported_on is not None
    return floor.evidence.endswith(f":{form.kind.code}:{form.reported_on.isoformat()}")


@dataclass(frozen=True)
class Receipt:
    """A report of one's own, and whether somebody has looked after it since: never what was found."""

    report: ConcernReport
    seen: bool
    may_undo: bool


def receipts_of(state: State, user: User) -> tuple[Receipt, ...]:
    """Of the last two months, the newest first."""
    now = state.clock()
    reports = reports_by(state.store, user.username, now - RECEIPTS)
    facts = facts_of(state.store, sorted({one.student_id for one in reports}), state.today())
    minutes = timedelta(minutes=state.policy.casework.undo_minutes)
    found = []
    for one in reports:
        said = facts.get(one.student_id)
        school = state.calendars.of(one.school_id)
        present = None if said is None else present_of([said], state.policy, school)[0]
        seen = present is not None and _is_seen(present, f"page:{one.report_id}")
        found.append(Receipt(one, seen, now - one.recorded_at <= minutes))
    return tuple(found)


def _is_seen(present: Present, record: str) -> bool:
    """Whether somebody has taken it on, spoken with the student or assessed it since it came in."""
    mine = [one for one in present.evidence if one.piece.floor.record == record]
    return bool(mine) and all(not one.is_open or taken_on(present.facts, one) for one in mine)


def undo_report(state: State, user: User, report_id: str) -> str:
    """Take back a report of one's own within minutes; the student's id. It and what takes it back stay visible. Raises
    `UserError` (refused) where it is another's, or too late: then a talk assesses it."""
    report, now = find_report(state.store, report_id), state.clock()
    if report is None:
        check_may_report(user)
        raise UserError(Kind.NOT_FOUND, "there is no such report")
    check_may(user, Action.REPORT_CONCERN, report.school_id)
    minutes = state.policy.casework.undo_minutes
    if report.recorded_by != user.username:
        raise refused("only who made a report may take it back", fix="record a talk that assesses it")
    if now - report.recorded_at > timedelta(minutes=minutes):
        raise refused(f"a report may be taken back within {minutes} minutes", fix="record a talk that assesses it")
    fields = {name: value for name, value in asdict(report).items() if not name.startswith("undone")}
    undo = ConcernReport(
        **fields | {"report_id": secrets.token_urlsafe(12), "note": None, "recorded_at": now, "undoes": report_id}
    )
    event = AuditEvent(now, user.username, "report.undone", "follow_up", report.student_id, report.kind)
    take_report_back(state.store, undo, event)
    return report.student_id
