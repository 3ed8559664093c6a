"""What people see of the clock, and their answer to it: allowed first, then put in the trail, then read or kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.ringing import UNANSWERED, calls_principal, came
from models.triage import ZONE, Present, present_of
from runxin.errors import Kind, UserError, refused
from serving.access import Action, User, check_may, may, may_somewhere
from serving.channels.config import Channel
from serving.crisis import store as kept
from serving.crisis.canary import CANARY, TEST, put_out_test
from serving.crisis.store import KeptRing
from serving.jobs.state import CLOCK, WorkState, work_state
from serving.jobs.store import Sending, done_at, last_sendings, sendings
from serving.platform.state import State
from serving.store import AuditEvent, Store, facts_of, write_audit
from serving.store.case_events import RESPOND, CaseEvent

WEEK = timedelta(days=7)
SHOWN = 4  # rings of one student beside a line of the list


@dataclass(frozen=True)
class RingingStudent:
    """Because of whom it rings now: the rules of what nobody has answered, since when, and who was called, the newest
    first. `readable` says whether the reader may go on to the record, `checked` whether a check in person follows an
    answer."""

    student_id: str
    school_id: str
    rules: tuple[str, ...]
    since: datetime
    rung: tuple[KeptRing, ...]
    readable: bool
    checked: bool


@dataclass(frozen=True)
class PastCall:
    """Who was called because of whom, and how the messages of it stand."""

    rings: tuple[KeptRing, ...]
    sendings: tuple[Sending, ...]

    @property
    def first(self) -> KeptRing:
        return self.rings[0]


@dataclass(frozen=True)
class RingsShown:
    ringing: tuple[RingingStudent, ...]
    calls: tuple[PastCall, ...]


@dataclass(frozen=True)
class Alarm:
    """What stands above every page: how many students wait for an answer, since when the first of them does, and since
    when the clock itself has been silent."""

    waiting: int
    since: datetime | None
    silent_since: datetime | None
    year: int  # it is now


@dataclass(frozen=True)
class ChannelLine:
    """A channel with how its last canary and its last test stand."""

    channel: Channel
    canary: Sending | None
    test: Sending | None


@dataclass(frozen=True)
class ChannelsShown:
    lines: tuple[ChannelLine, ...]
    work: WorkState
    silent: bool


def open_rings(state: State, user: User) -> RingsShown:
    """What rings now at the user's schools, and who was called there within a week."""
    schools = _schools(user)
    if not schools:
        check_may(user, Action.ANSWER_RING, next(iter(user.schools), None))
        raise refused("no school is yours")
    now = state.clock()
    write_audit(state.store, *(AuditEvent(now, user.username, "rings.read", "crisis", one) for one in schools))
    rings = kept.rings_since(state.store, schools, now - WEEK)
    ringing = _ringing(state, user, rings, now)
    by_call: dict[tuple[str, str], list[KeptRing]] = {}
    for ring in rings:
        by_call.setdefault((ring.call_id, ring.school_id), []).append(ring)
    sent = sendings(state.store, [call for call, _ in by_call])
    calls = tuple(PastCall(tuple(them), tuple(sent.get(call, ()))) for (call, _), them in by_call.items())
    return RingsShown(ringing, calls)


def respond(state: State, user: User, student_id: str) -> None:
    """Say that one looks after a student because of whom it rings: nobody else is rung. Raises `UserError` (refused)
    where the clock has rung for no such student at the user's schools."""
    rung = kept.rings_of(state.store, [student_id]).get(student_id, [])
    mine = [ring for ring in rung if may(user, Action.ANSWER_RING, ring.school_id)]
    if not mine:
        check_may(user, Action.ANSWER_RING, next(iter(user.schools), None))
        raise UserError(Kind.NOT_FOUND, "the clock rings for no such student at your schools")
    now = state.clock()
    if _present(state, student_id, mine[-1].school_id, now).unanswered:
        event = CaseEvent(student_id, mine[-1].school_id, RESPOND, now, user.username)
        kept.keep_answer(state.store, event)


def alarm_for(state: State, user: User) -> Alarm | None:
    """What stands above every page for this reader; None where all is quiet, and for whom it does not concern. It is
    asked for every page: most of the time two short readings answer it."""
    now = state.clock()
    schools = _schools(user)
    if not schools and not may_somewhere(user, Action.SEE_SERVICE):
        return None
    rings = kept.rings_since(state.store, schools, now - WEEK) if schools else []
    ringing = [one for one in _ringing(state, user, rings, now) if _concerns(one)]
    limit = timedelta(minutes=state.policy.crisis.silent_minutes)
    _, looked = done_at(state.store, CLOCK)
    silent = looked if looked is not None and now - looked > limit else None
    if not ringing and silent is None:
        return None
    first = min((one.since for one in ringing), default=None)
    return Alarm(len(ringing), first, silent, now.astimezone(ZONE).year)


def rung_lately(store: Store, ids: Sequence[str], now: datetime) -> dict[str, tuple[KeptRing, ...]]:
    """Who was called lately because of students, for whoever may read of them."""
    found = kept.rings_of(store, ids)
    return {one: tuple(ring for ring in rung if ring.rung_at >= now - WEEK)[-SHOWN:] for one, rung in found.items()}


def rung_of(store: Store, student_id: str) -> tuple[KeptRing, ...]:
    """Everybody who was called because of a student, for whoever may read the record."""
    return tuple(kept.rings_of(store, [student_id]).get(student_id, ()))


def open_channels(state: State, user: User) -> ChannelsShown:
    """The ways by which staff are reached, and how the clock and its messages stand. No student stands here."""
    check_may(user, Action.SEE_SERVICE)
    now = state.clock()
    newest: dict[tuple[str, str], Sending] = {}
    for sending in last_sendings(state.store, [CANARY, TEST], now - WEEK):
        newest.setdefault((sending.channel, sending.kind), sending)
    lines = tuple(
        ChannelLine(one, newest.get((one.code, CANARY)), newest.get((one.code, TEST))) for one in state.channels
    )
    work = work_state(state.store, now)
    return ChannelsShown(lines, work, work.silent_since(now, state.policy.crisis.silent_minutes) is not None)


def test_channel(state: State, user: User, code: str) -> None:
    """Put out a test, which `runxin work` sends as it sends everything. Raises `UserError` (refused, not found)."""
    check_may(user, Action.SEE_SERVICE)
    channel = next((one for one in state.channels if one.code == code), None)
    if channel is None:
        raise UserError(Kind.NOT_FOUND, "there is no such channel")
    now = state.clock()
    put_out_test(state.store, channel, now)
    write_audit(state.store, AuditEvent(now, user.username, "channel.tested", object_id=code))


def _schools(user: User) -> list[str]:
    return [one for one in user.schools if may(user, Action.ANSWER_RING, one)]


def _ringing(state: State, user: User, rings: Sequence[KeptRing], now: datetime) -> tuple[RingingStudent, ...]:
    """Of those who were rung for, whom nobody has answered for yet: asked of `models.triage`."""
    mine = [ring for ring in rings if ring.step in UNANSWERED]
    ids = sorted({ring.student_id for ring in mine})
    if not ids:
        return ()
    found = []
    facts = facts_of(state.store, ids, now.astimezone(ZONE).date())
    for student_id in ids:
        here = [ring for ring in mine if ring.student_id == student_id]
        school_id = here[0].school_id
        present = present_of([facts[student_id]], state.policy, state.calendars.of(school_id))[0]
        if not present.unanswered:
            continue
        first = min(came(one.piece) for one in present.unanswered)
        told = tuple(ring for ring in here if ring.rung_at >= first)
        readable = may(user, Action.SEE_STUDENT, school_id)
        if told:
            since = min(one.piece.received_at for one in present.unanswered)
            rules = tuple(dict.fromkeys(one.piece.floor.id for one in present.unanswered))
            checked = any(one.piece.floor.urgent for one in present.unanswered)
            found.append(RingingStudent(student_id, school_id, rules, since, told, readable, checked))
    return tuple(sorted(found, key=lambda one: one.since))


def _concerns(one: RingingStudent) -> bool:
    """Whether it stands above the reader's pages: whoever does not work with students is told there once the principal
    is called."""
    return one.readable or calls_principal(ring.role for ring in one.rung)


def _present(state: State, student_id: str, school_id: str, now: datetime) -> Present:
    facts = facts_of(state.store, [student_id], now.astimezone(ZONE).date())[student_id]
    return present_of([facts], state.policy, state.calendars.of(school_id))[0]
