"""Asking to read a record outside the caseload (`serving.cases.opening`), in open danger opening it at once, and who
answers (docs/decisions/0032-reading-with-a-purpose.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.triage import ZONE, Present, present_of
from runxin.errors import Kind, UserError, refused
from serving.access import Action, User, check_may, may, may_somewhere
from serving.accounts import list_accounts
from serving.cases.store import case_of
from serving.platform.state import State
from serving.store import AuditEvent, Student, facts_of, find_student, write_audit
from serving.store.audit import events_since, students_read_by
from serving.store.readings import (
    ANSWERS,
    ASKED,
    OPENED,
    QUESTIONED,
    REFUSED,
    ReadingStep,
    keep_step,
    new_id,
    steps_of_schools,
    steps_of_student,
)

PURPOSES = ("follow_up", "crisis", "quality_audit")
LONGEST_REASON = 500  # characters
COUNTED_ANEW = timedelta(minutes=1)
SHOWN_DAYS = 92
ALERT, QUIET = "reading.alert", "reading.alert_seen"


class ReadingFault(UserError):
    """What does not fit in a form; `key` names the words that say so."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(Kind.BAD_DATA, message)
        self.key = key


@dataclass(frozen=True)
class Asking:
    """What somebody outside the caseload is shown: who it is, who has the case, whether there is open danger, and the
    request that waits."""

    student: Student
    holder: str | None
    danger: bool
    waiting: ReadingStep | None


@dataclass(frozen=True)
class ReadingAlert:
    """Somebody has opened more records than usual."""

    username: str
    at: datetime
    students: int
    hours: int
    seen_by: str | None


@dataclass(frozen=True)
class Readings:
    """For one reader: what waits for her answer, what was opened in danger and waits to be looked at, alerts, and what
    she has asked for with its answer."""

    to_answer: tuple[ReadingStep, ...]
    to_review: tuple[ReadingStep, ...]
    alerts: tuple[ReadingAlert, ...]
    mine: tuple[tuple[ReadingStep, str], ...]


def asking_of(state: State, user: User, student: Student) -> Asking:
    """What the page says to who has to ask. That it was looked at is put in the trail; nothing else of it is read."""
    named = find_student(state.store, student.student_id, may(user, Action.SEE_NAMES, student.school_id)) or student
    steps = steps_of_student(state.store, student.student_id)
    answered = {one.answers for one in steps}
    mine = [one for one in steps if one.step == ASKED and one.said_by == user.username]
    open_ones = [one for one in mine if one.reading_id not in answered and _lasts(state, one)]
    case = case_of(state.store, student.student_id)
    return Asking(named, case.holder, _present(state, student).danger, open_ones[-1] if open_ones else None)


def ask(state: State, user: User, student_id: str, purpose: str, reason: str, at_once: bool) -> None:
    """Ask to read a record, or open it at once in danger. Raises `UserError`: refused to who may see no record here or
    where there is no danger, `ReadingFault` without a reason."""
    student = find_student(state.store, student_id)
    check_may(user, Action.SEE_STUDENT, None if student is None else student.school_id)
    if student is None:
        raise UserError(Kind.NOT_FOUND, "there is no such student")
    reason = reason.strip()
    if not reason:
        raise ReadingFault("reading_fault_reason", "give a reason in a few words")
    if len(reason) > LONGEST_REASON:
        raise ReadingFault("reading_fault_long", f"a reason has at most {LONGEST_REASON} characters")
    if at_once and not _present(state, student).danger:
        raise refused("there is no open danger: ask, and wait for the answer")
    if not at_once and asking_of(state, user, student).waiting is not None:
        return
    step, now = OPENED if at_once else ASKED, state.clock()
    purpose = "crisis" if at_once else purpose if purpose in PURPOSES else PURPOSES[0]
    kept = ReadingStep(new_id(), student_id, student.school_id, step, None, purpose, reason, now, user.username)
    keep_step(state.store, kept, AuditEvent(now, user.username, f"reading.{step}", purpose, student_id))


def answer(state: State, user: User, reading_id: str, said: str, remark: str) -> None:
    """Approve or refuse what was asked, or say of what was opened in danger that it was fine or that there are
    questions. Raises `UserError`: not found, refused to others and to who asked, `ReadingFault`."""
    if not may_somewhere(user, Action.REVIEW_READINGS):
        raise refused("only a supervisor or a principal may answer a request to read")
    asked = next((one for one in _known(state, user) if one.reading_id == reading_id), None)
    if asked is None or said not in ANSWERS.get(asked.step, ()):
        raise UserError(Kind.NOT_FOUND, "there is no such request")
    check_may(user, Action.REVIEW_READINGS, asked.school_id)
    if asked.said_by == user.username:
        raise refused("somebody else has to answer this")
    remark = remark.strip()[:LONGEST_REASON]
    if said in (REFUSED, QUESTIONED) and not remark:
        raise ReadingFault("reading_fault_remark", "say why in a few words")
    now = state.clock()
    row = (new_id(), asked.student_id, asked.school_id, said, asked.reading_id, asked.purpose, remark or None, now)
    event = AuditEvent(now, user.username, f"reading.{said}", asked.purpose, asked.student_id, asked.said_by)
    if not keep_step(state.store, ReadingStep(*row, user.username), event):
        raise UserError(Kind.NOT_FOUND, "this was answered meanwhile")


def open_readings(state: State, user: User) -> Readings:
    """What waits for the reader and what she has asked for; raises `UserError` (refused) to who does neither."""
    if not (may_somewhere(user, Action.SEE_STUDENT) or may_somewhere(user, Action.REVIEW_READINGS)):
        raise refused("only who works with students, or answers for who reads of them, may see this")
    steps = _known(state, user)
    answers = {one.answers: one for one in steps if one.answers is not None}
    mine = [one for one in steps if one.said_by == user.username and one.answers is None]
    others = [one for one in steps if one.said_by != user.username and may(user, Action.REVIEW_READINGS, one.school_id)]
    waiting = [one for one in others if one.answers is None and one.reading_id not in answers]
    asked = tuple(one for one in waiting if one.step == ASKED and _lasts(state, one))
    write_audit(state.store, AuditEvent(state.clock(), user.username, "readings.read", "quality_audit"))
    return Readings(
        asked,
        tuple(one for one in waiting if one.step == OPENED),
        alerts_for(state, user),
        tuple((one, answers[one.reading_id].step if one.reading_id in answers else "waits") for one in reversed(mine)),
    )


def note_reading(state: State, reader: str, opened: int = 1) -> None:
    """Raise an alert, once within its window, where somebody has opened more records than the policy says.

    The trail is counted anew where it may come to more by what was just `opened`, and once a minute, since other
    processes serve the same reader.
    """
    policy, now = state.policy.reading, state.clock()
    name = f" read by {reader}"
    looked, most, told = state.store.kept.get(name) or (now - COUNTED_ANEW, 0, False)
    if now - looked < COUNTED_ANEW and (told or most + opened <= policy.alert_students):
        state.store.kept.keep(name, (looked, most + opened, told))
        return
    since = now - timedelta(hours=policy.alert_hours)
    count = students_read_by(state.store, reader, since)
    state.store.kept.keep(name, (now, count, count > policy.alert_students))
    if count <= policy.alert_students or events_since(state.store, (ALERT,), since, reader):
        return
    said = f"students={count} hours={policy.alert_hours}"  # read back in `alerts_for`
    write_audit(state.store, AuditEvent(now, reader, ALERT, None, reader, said))


def alerts_for(state: State, user: User) -> tuple[ReadingAlert, ...]:
    """Alerts of the last quarter, the newest first: all for who manages accounts, for who reviews readings those about
    the accounts of the same schools."""
    if not (may_somewhere(user, Action.REVIEW_READINGS) or may_somewhere(user, Action.MANAGE_USERS)):
        return ()
    schools, every = set(user.schools), may_somewhere(user, Action.MANAGE_USERS)
    about = {one.username for one in list_accounts(state.store) if every or schools & set(one.schools)}
    since = state.clock() - timedelta(days=SHOWN_DAYS)
    seen = {one.detail: one.actor for one in events_since(state.store, (QUIET,), since)}
    events = reversed(events_since(state.store, (ALERT,), since))
    return tuple(
        ReadingAlert(one.actor, one.at, *_figures(one.detail or ""), seen.get(f"{one.actor} {one.at.isoformat()}"))
        for one in events
        if every or one.actor in about
    )


def _figures(said: str) -> tuple[int, int]:
    students, hours = (int(part.partition("=")[2]) for part in said.split())
    return students, hours


def see_alert(state: State, user: User, username: str, at: str) -> None:
    """Say that an alert was looked into: by anybody who is shown it but whom it is about."""
    if not (may_somewhere(user, Action.REVIEW_READINGS) or may_somewhere(user, Action.MANAGE_USERS)):
        raise refused("only who is shown alerts may say that they were looked into")
    known = [one for one in alerts_for(state, user) if one.username == username and one.at.isoformat() == at]
    if not known:
        raise UserError(Kind.NOT_FOUND, "there is no such alert")
    if username == user.username:
        raise refused("somebody else has to look into this")
    if known[0].seen_by is None:
        event = AuditEvent(state.clock(), user.username, QUIET, None, username, f"{username} {at}")
        write_audit(state.store, event)


def _known(state: State, user: User) -> Sequence[ReadingStep]:
    return steps_of_schools(state.store, user.schools, state.clock() - timedelta(days=SHOWN_DAYS))


def _lasts(state: State, asked: ReadingStep) -> bool:
    return asked.said_at > state.clock() - timedelta(days=state.policy.reading.request_days)


def _present(state: State, student: Student) -> Present:
    today = state.clock().astimezone(ZONE).date()
    facts = facts_of(state.store, [student.student_id], today)[student.student_id]
    return present_of([facts], state.policy, state.calendars.of(student.school_id))[0]
