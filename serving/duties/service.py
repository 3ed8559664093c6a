"""The plan's tasks of a school: allowed first, then put in the audit log, then worked out from facts or recorded."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from data_schemas.instruments import Words
from data_schemas.school_days import Calendars
from models.duties import (
    DutyCount,
    DutyRecord,
    DutyResult,
    DutyRule,
    DutyState,
    DutyStudent,
    DutyTask,
    DutyTime,
    DutyWho,
    counted,
    duty_time,
    key_seasons,
    of_duty,
    school_tasks,
    student_tasks,
    who_does,
)
from models.policy import Policy
from models.triage import ZONE
from runxin.errors import Kind, UserError
from serving.access import Action, User, check_may, may
from serving.duties import store as kept
from serving.duties.errands import errands_of
from serving.duties.form import TaskFault, TaskForm
from serving.platform.state import State
from serving.store import A_YEAR, AuditEvent, Store, Student, read_school, write_audit
from serving.store.circumstances import flags_of_school
from serving.today.blind import drawn_of_school


@dataclass(frozen=True)
class TaskLine:
    """One task of a student that may be shown. `locked` says that no guardian is to be called because of it."""

    rule: DutyRule
    task: DutyTask
    student: Student
    locked: bool
    record: DutyRecord | None = None  # by which it was done or excused, where that is on record

    @property
    def of_class(self) -> bool:
        """Whether it stands on the list of a homeroom teacher, who is told what to do and no more."""
        return self.rule.who is DutyWho.HOMEROOM and self.task.to_do


@dataclass(frozen=True)
class SchoolLine:
    rule: DutyRule
    task: DutyTask
    record: DutyRecord | None = None


@dataclass(frozen=True)
class DutiesView:
    """What the plan asks for at a school in this school year: counts by duty, the school's own tasks, and tasks of
    students where the reader may see them. `hidden` tasks are of whoever is drawn by lot for a blind talk."""

    counts: tuple[DutyCount, ...]
    school: tuple[SchoolLine, ...]
    lines: tuple[TaskLine, ...]
    seasons: tuple[Words, ...]
    since: date
    hidden: int
    classes: tuple[str, ...] = ()
    synthetic: bool = False
    by_who: dict[DutyWho, int] = field(default_factory=dict)


def open_duties(state: State, user: User, school_id: str) -> DutiesView:
    """Raises `UserError` (refused)."""
    check_may(user, Action.COUNT_TASKS, school_id)
    write_audit(state.store, AuditEvent(state.clock(), user.username, "tasks.read", object_id=school_id))
    names, students = may(user, Action.SEE_NAMES, school_id), may(user, Action.SEE_TASKS, school_id)
    return view_of(state.store, school_id, state.policy, state.calendars, state.clock(), students, names)


def view_of(
    store: Store,
    school_id: str,
    policy: Policy,
    calendars: Calendars,
    now: datetime,
    students: bool = False,
    names: bool = False,
) -> DutiesView:
    """The same for whoever is allowed: with tasks of `students`, or their counts alone. Counts are over everybody."""
    known = duty_facts(store, school_id, policy, calendars, now, names)
    blind = drawn_of_school(store, school_id, now, policy, calendars)
    lines, hidden, everything = [], 0, []
    for one in known.students:
        present, who = one.present, known.people[one.present.student_id]
        for task in student_tasks(one, known.time):
            rule = _rule(task)
            everything.append(task)
            if present.student_id in blind and not rule.everybody:
                hidden += 1
            elif students:
                lines.append(TaskLine(rule, task, who, present.protection, _by(task, one.records)))
    own = tuple(SchoolLine(_rule(task), task, _by(task, known.said)) for task in school_tasks(known.said, known.time))
    return DutiesView(
        counted([*everything, *(one.task for one in own)]),
        own,
        tuple(sorted(lines, key=_order)),
        key_seasons(known.time),
        known.time.since,
        hidden,
        _classes([one.student for one in lines if one.task.to_do]),
        known.synthetic,
        _by_who(everything, own),
    )


@dataclass(frozen=True)
class DutyFacts:
    """What tasks of a school are worked out from: its students as they stand, who they are, what the school `said` it
    has done itself, and the time."""

    students: tuple[DutyStudent, ...]
    people: Mapping[str, Student]
    said: tuple[DutyRecord, ...]
    time: DutyTime
    synthetic: bool


def duty_facts(
    store: Store, school_id: str, policy: Policy, calendars: Calendars, now: datetime, names: bool = False
) -> DutyFacts:
    """For whoever is allowed."""
    today = now.astimezone(ZONE).date()
    facts = read_school(store, school_id, today, names)
    time = duty_time(today, kept.first_list_of(store, school_id) or today, calendars.of(school_id), policy)
    presents = facts.presents.of(facts.everyone, policy, time.school, None)
    flags = flags_of_school(store, school_id, facts.run, today)
    begun = time.terms[0].first if time.terms else today - A_YEAR
    errands = errands_of(store, facts.people, school_id, facts.run, begun, today, policy, calendars)
    sources = kept.sources_of(store, school_id, [one.student_id for one in presents], begun)
    them = tuple(
        DutyStudent(
            present,
            facts.people[present.student_id].class_id,
            facts.people[present.student_id].grade,
            flags.get(present.student_id, {}),
            sources.arrived.get(present.student_id),
            sources.planned.get(present.student_id, ()),
            sources.referred.get(present.student_id, ()),
            sources.handed_over.get(present.student_id, ()),
            sources.records.get(present.student_id, ()),
            errands.get(present.student_id, ()),
        )
        for present in presents
    )
    synthetic = facts.run is not None and facts.run.synthetic
    return DutyFacts(them, facts.people, kept.school_records(store, school_id), time, synthetic)


def record_task(state: State, user: User, school_id: str, duty: str, ids: Sequence[str], said: TaskForm) -> int:
    """Keep what was done of a duty, of students or, of a duty of its own, of the school; of how many. Raises
    `UserError` (refused, not found) and `TaskFault`."""
    rule, now = of_duty(duty), state.clock()
    if rule is None:
        raise UserError(Kind.NOT_FOUND, "there is no such duty")
    check_may(user, Action.DO_SCHOOL_TASKS if rule.of_school else Action.DO_TASKS, school_id)
    record = said.record(rule, user.username, state.today())
    if rule.of_school:
        kept.keep_school_record(state.store, school_id, record, now)
        return 1
    if not ids:
        raise TaskFault("duties_fault_nobody", "tick at least one student")
    view = view_of(state.store, school_id, state.policy, state.calendars, now, students=True)
    asked = {
        line.student.student_id: line for line in view.lines if line.rule is rule and line.task.opens_on <= record.on
    }
    if not set(ids) <= asked.keys():
        raise TaskFault("duties_fault_gone", "a task does not stand for that student on that day")
    at_home = record.how is not None and record.result is not DutyResult.EXCUSED
    if at_home and any(asked[one].locked for one in ids):
        raise TaskFault("duties_fault_locked", "protection lock: the family is not met because of this")
    kept.keep_records(state.store, school_id, ids, record, now)
    return len(ids)


def record_occasion(state: State, user: User, school_id: str, duty: str, ids: Sequence[str]) -> None:
    """What somebody brought is the evidence of a duty: of the school's own, or of those of whom it was asked."""
    rule, now, today = of_duty(duty), state.clock(), state.today()
    if rule is None:
        raise UserError(Kind.NOT_FOUND, "there is no such duty")
    record = DutyRecord(secrets.token_urlsafe(12), duty, today, DutyResult.DONE, by=user.username)
    if rule.of_school:
        check_may(user, Action.DO_SCHOOL_TASKS, school_id)
        kept.keep_school_record(state.store, school_id, record, now)
        return
    check_may(user, Action.DO_TASKS, school_id)
    view = view_of(state.store, school_id, state.policy, state.calendars, now, students=True)
    asked = {line.student.student_id for line in view.lines if line.rule is rule and line.task.to_do}
    kept.keep_records(state.store, school_id, sorted(asked & set(ids)), record, now)


def undo_task(state: State, user: User, form_id: str) -> str:
    """Take back what one has recorded by one form within the minutes of the policy; the school that it is of. Raises
    `UserError` (refused, not found) and `TaskFault`."""
    found = kept.find_form(state.store, form_id)
    if found is None:
        check_may(user, Action.DO_SCHOOL_TASKS, next(iter(user.schools), None))
        raise UserError(Kind.NOT_FOUND, "there is no such record")
    check_may(user, Action.DO_SCHOOL_TASKS if found.of_school else Action.DO_TASKS, found.school_id)
    late = state.clock() - found.at > timedelta(minutes=state.policy.casework.undo_minutes)
    if found.by != user.username or late:
        raise TaskFault("duties_fault_too_late", "only its author takes a record back, within minutes")
    kept.take_back(state.store, form_id, user.username, state.clock())
    return found.school_id


def _rule(task: DutyTask) -> DutyRule:
    rule = of_duty(task.duty)
    assert rule is not None
    return rule


def _by(task: DutyTask, records: Sequence[DutyRecord]) -> DutyRecord | None:
    """The record by which a task was done or excused; None where another fact shows it."""
    mine = [one for one in records if one.duty == task.duty and one.on >= task.opens_on]
    if task.state is DutyState.DONE:
        return next((one for one in mine if one.on == task.done_on and one.result is not DutyResult.EXCUSED), None)
    if task.state is DutyState.EXCUSED:
        return next((one for one in mine if one.result is DutyResult.EXCUSED), None)
    return None


def _order(line: TaskLine) -> tuple[bool, date, tuple[int, int, str], str]:
    """What is to be done first, by day; never by anything of the student but the class."""
    return not line.task.to_do, line.task.due_on, _place_of_class(line.student), line.student.student_id


def _place_of_class(student: Student) -> tuple[int, int, str]:
    name = student.class_id or ""
    return student.grade or 0, len(name), name


def _classes(students: Sequence[Student]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for _, _, name in sorted(map(_place_of_class, students))))


def _by_who(tasks: Sequence[DutyTask], own: Sequence[SchoolLine]) -> dict[DutyWho, int]:
    every = [*tasks, *(one.task for one in own)]
    found = {who: sum(who_does(one, _rule(one)) is who and one.to_do for one in every) for who in DutyWho}
    return {who: n for who, n in found.items() if n}
