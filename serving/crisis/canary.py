"""That the clock works is told every day by every channel, and that it has stopped, by the web process.

A canary goes the whole way: evidence is made up and shown to `models.triage` and `models.ringing`; only where that
rings is a message put out, which the worker then sends. Whoever misses it in the morning knows that the path is broken.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from data_schemas.codes import Tier
from data_schemas.instruments import Words
from data_schemas.school_days import Calendars
from models.assessment import AnswerTime, Floor
from models.duty import make_duty
from models.policy import Policy
from models.ringing import FIRST, rings_due
from models.triage import ZONE, Piece, StudentFacts, present_of
from runxin.errors import Kind, UserError
from serving.channels.config import Channel
from serving.crisis.clock import message_id
from serving.jobs.store import Message, add_messages
from serving.store import Store

CANARY, TEST, SILENCE = "canary", "test", "silence"
NOBODY = "canary"


def let_canaries_go(
    store: Store, channels: Sequence[Channel], policy: Policy, calendars: Calendars, now: datetime
) -> int:
    """Put out today's canaries once the time has come; says how many were. Raises `UserError` (unavailable) where
    made-up danger does not ring: then none goes."""
    local = now.astimezone(ZONE)
    if local.time() < policy.crisis.canary_at or not channels:
        return 0
    if not rings_for_made_up_danger(policy, calendars, now):
        raise UserError(Kind.UNAVAILABLE, "made-up danger does not ring", fix="stop, and tell who runs the service")
    messages = [_message(CANARY, f"{CANARY}:{local.date().isoformat()}", one, local.date()) for one in channels]
    with store.writing() as connection:
        return len(add_messages(connection, messages, now))


def rings_for_made_up_danger(policy: Policy, calendars: Calendars, now: datetime) -> bool:
    """Whether evidence of nobody that is to be answered in minutes rings whoever is on duty."""
    today, words = now.astimezone(ZONE).date(), Words(zh="自检", en="self-test")
    floor = Floor(NOBODY, Tier.CRISIS, NOBODY, today, today, 1, words, answer=AnswerTime.MINUTES)
    facts = StudentFacts(NOBODY, NOBODY, pieces=(Piece(floor, now - timedelta(seconds=1)),))
    school = calendars.of(NOBODY)
    present = present_of([facts], policy, school)[0]
    found = rings_due(present, NOBODY, (), (), make_duty([]), school, policy, now)
    return [ring.step for ring in found] == [FIRST]


def put_out_test(store: Store, channel: Channel, asked_at: datetime) -> str:
    """A message that somebody asked for, to see it arrive; what it is about, by which it is found again."""
    message = _message(TEST, f"{TEST}:{asked_at.isoformat()}", channel, asked_at.astimezone(ZONE).date())
    with store.writing() as connection:
        add_messages(connection, [message], asked_at)
    return message.about


def put_out_silence(store: Store, channels: Sequence[Channel], since: datetime, now: datetime) -> int:
    """Tell by every channel that the clock has looked at nothing since a moment, once for each time it fell silent."""
    moment = since.astimezone(ZONE).strftime("%m-%d %H:%M")
    messages = [
        replace(_message(SILENCE, f"{SILENCE}:{since.isoformat()}", one, now.date()), body={"moment": moment})
        for one in channels
    ]
    with store.writing() as connection:
        return len(add_messages(connection, messages, now))


def _message(kind: str, about: str, channel: Channel, on: date) -> Message:
    to = channel.otherwise if channel.kind.to_a_person else None
    return Message(message_id(about, channel.code), channel.code, kind, about, {"moment": on.isoformat()}, to)
