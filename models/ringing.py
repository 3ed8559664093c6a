"""Whom evidence that is to be answered in minutes rings, and when. Pure: what is so about a student, who is on duty,
what was rung so far and the time go in; what rings now comes out. What rings follows from `models.triage`.

The person on duty, or on call where nobody is, is rung at once; then the deputy, the principal and the centre, each so
many minutes after the ring before; then all of them again, until somebody has taken the student on. What was taken on
and is not checked within the hour rings once more, and who is not checked by the end of a school day rings the
principal.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from data_schemas.calendar import SchoolCalendar, date_to_day, day_to_date
from data_schemas.codes import Code, DutyRole
from models.assessment import AnswerTime
from models.crisis_policy import CrisisPolicy
from models.duty import Duty, OnDuty
from models.policy import Policy
from models.triage import ZONE, Piece, Present, Standing
from models.triage.clocks import check_by


class RingStep(Code):
    """Why somebody is rung."""

    FIRST = ("first", "首次呼叫", "called first")
    NEXT = ("next", "无人响应，逐级呼叫", "called because nobody had answered")
    AGAIN = ("again", "仍无人响应，再次呼叫", "called again because nobody has answered")
    CHECK = ("check", "已接手，尚未当面核查", "taken on and not checked in person within the hour")
    DAY_END = ("day_end", "放学时尚未核查", "not checked by the end of the school day")


FIRST, NEXT, AGAIN, CHECK, DAY_END = RingStep
UNANSWERED = (FIRST, NEXT, AGAIN)
# After whoever is on duty or on call.
AFTERWARDS = (DutyRole.DEPUTY, DutyRole.PRINCIPAL, DutyRole.CENTRE)


@dataclass(frozen=True)
class Rung:
    """A ring that is on record: why, as what somebody was called, and when."""

    step: RingStep
    role: DutyRole
    at: datetime


@dataclass(frozen=True)
class Ring:
    """A ring that is due: about which student and rules, since when that waits, and who is called as what. `person` is
    None where the roster names nobody; then the role is called. `of` is the moment that tells this ring from one that
    rings for later evidence."""

    school_id: str
    student_id: str
    rules: tuple[str, ...]
    since: datetime
    of: datetime
    step: RingStep
    role: DutyRole
    person: OnDuty | None
    turn: int = 0  # how often all have been called again before

    @property
    def ring_id(self) -> str:
        """The same ring has the same id whoever works it out, and however often."""
        parts = (self.school_id, self.student_id, self.of.timestamp(), self.step.code, self.role.code, self.turn)
        return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32]


def rings_due(
    one: Present,
    school_id: str,
    rung: Sequence[Rung],
    people: Sequence[OnDuty],
    duty: Duty,
    school: SchoolCalendar,
    policy: Policy,
    now: datetime,
) -> list[Ring]:
    """What rings now because of one student at a school, given what was `rung` there because of that student. `people`
    are those who may be called at the moment, in order (`Duty.people_at`)."""
    found = list(_because_unanswered(one, school_id, rung, people, policy.crisis, now))
    if not one.unanswered:
        found += _because_unchecked(one, school_id, rung, people, duty, policy, now)
    return [*found, *_at_day_end(one, school_id, rung, people, school, policy.crisis, now)]


def came(piece: Piece) -> datetime:
    """When a piece could be known here."""
    return piece.filed_at or piece.received_at


def calls_principal(called: Iterable[DutyRole]) -> bool:
    return DutyRole.PRINCIPAL in called


Called = tuple[DutyRole, OnDuty | None]


def _first(people: Sequence[OnDuty]) -> Called:
    """Who is called first; where nobody is known, the counselor on duty by role."""
    return (people[0].role, people[0]) if people else (DutyRole.COUNSELOR, None)


def _as(role: DutyRole, people: Sequence[OnDuty]) -> Called:
    """Who is called as that; the role alone where it is nobody's at the moment."""
    return role, next((person for person in people if person.role is role), None)


def _because_unanswered(
    one: Present, school_id: str, rung: Sequence[Rung], people: Sequence[OnDuty], policy: CrisisPolicy, now: datetime
) -> Iterator[Ring]:
    if not one.unanswered:
        return
    first = min(came(standing.piece) for standing in one.unanswered)
    about = (*_about(one.unanswered), first)
    before = [ring for ring in rung if ring.step in UNANSWERED and ring.at >= first]

    def ring(step: RingStep, called: Called, turn: int = 0) -> Ring:
        return Ring(school_id, one.student_id, *about, step, *called, turn)

    if not before:
        yield ring(FIRST, _first(people))
        return
    waited = now - max(ring.at for ring in before)
    called = {ring.role for ring in before}
    role = next((role for role in AFTERWARDS if role not in called), None)
    if role is not None:
        if waited >= _wait(role, policy):
            yield ring(NEXT, _as(role, people))
    elif waited >= timedelta(minutes=policy.again_minutes):
        turn = len({ring.at for ring in before if ring.step is AGAIN})
        by_role = [(person.role, person) for person in people]
        everybody = dict([_first(people), *by_role, *(_as(role, people) for role in AFTERWARDS)])
        yield from (ring(AGAIN, who, turn) for who in everybody.items())


def _because_unchecked(
    one: Present,
    school_id: str,
    rung: Sequence[Rung],
    people: Sequence[OnDuty],
    duty: Duty,
    policy: Policy,
    now: datetime,
) -> Iterator[Ring]:
    """Once for each piece, to whoever is on duty and to the deputy: a ring for what was late before is none for what
    came in meanwhile and is late since."""
    late = [
        standing
        for standing in one.unchecked
        if standing.piece.floor.answer is AnswerTime.MINUTES and now > check_by(standing.piece, policy.due, duty)
    ]
    if not late:
        return
    newest = max(came(standing.piece) for standing in late)
    latest = max(check_by(standing.piece, policy.due, duty) for standing in late)
    if any(ring.step is CHECK and ring.at > latest for ring in rung):
        return
    called = dict([_first(people), _as(DutyRole.DEPUTY, people)])
    about = (*_about(late), newest)
    yield from (Ring(school_id, one.student_id, *about, CHECK, *who) for who in called.items())


def _at_day_end(
    one: Present,
    school_id: str,
    rung: Sequence[Rung],
    people: Sequence[OnDuty],
    school: SchoolCalendar,
    policy: CrisisPolicy,
    now: datetime,
) -> Iterator[Ring]:
    """Once for each school day, also where the clock had stood still at its end."""
    if not one.unchecked:
        return
    ended = last_day_end(now, school, policy)
    waiting = [standing for standing in one.unchecked if ended is not None and came(standing.piece) <= ended]
    if ended is None or not waiting or any(ring.step is DAY_END and ring.at >= ended for ring in rung):
        return
    called = _as(DutyRole.PRINCIPAL, people)
    yield Ring(school_id, one.student_id, *_about(waiting), ended, DAY_END, *called)


def last_day_end(now: datetime, school: SchoolCalendar, policy: CrisisPolicy) -> datetime | None:
    """The end of the last school day that is over; None where the calendar knows of none before."""
    local = now.astimezone(ZONE)
    last = local.date() if local.time() >= policy.day_end else local.date() - timedelta(days=1)
    day = _school_day_until(last, school)
    return None if day is None else datetime.combine(day, policy.day_end, ZONE)


def _school_day_until(day: date, school: SchoolCalendar) -> date | None:
    """The day itself where it is a school day, else the last one before it."""
    number = date_to_day(day)
    if not school.first <= number < school.first + len(school.passed):
        return None
    passed = int(school.school_days_until(np.array([number]))[0])
    if passed == 0:
        return None
    return day_to_date(school.first + int(np.searchsorted(school.passed, passed)))


def _about(standings: Iterable[Standing]) -> tuple[tuple[str, ...], datetime]:
    """Their rules, the gravest first, and since when the first of them waits."""
    them = list(standings)
    return tuple(dict.fromkeys(one.piece.floor.id for one in them)), min(one.piece.received_at for one in them)


def _wait(role: DutyRole, policy: CrisisPolicy) -> timedelta:
    minutes: Mapping[DutyRole, int] = {
        DutyRole.DEPUTY: policy.deputy_minutes,
        DutyRole.PRINCIPAL: policy.principal_minutes,
        DutyRole.CENTRE: policy.centre_minutes,
    }
    return timedelta(minutes=minutes[role])
