"""Jobs and messages as they are kept: added once, leased, done, put off or given up. A writer holds the store's lock:
of two who reach for the same work one gets it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from serving.channels.letter import NO_ADDRESS
from serving.jobs.tables import jobs, outbox
from serving.store.audit import AuditEvent, add_event
from serving.store.database import Store
from serving.store.sealing import seal, unseal

PLATFORM = "webhook"  # the channel of messages that go to a program and not to a person
WORKER = "work"  # who stands in the audit log for what the clock and the jobs do


@dataclass(frozen=True)
class Job:
    """`subject` is what it is about, as its kind says; one with `every` comes again so long after it was done."""

    key: str
    kind: str
    subject: str = ""
    every: timedelta | None = None
    attempts: int = 0


@dataclass(frozen=True)
class Message:
    """Something that goes out by a channel. `about` is the id of what it tells of, `body` what its kind needs beside
    that; neither holds anything of a person."""

    message_id: str
    channel: str
    kind: str
    about: str
    body: Mapping[str, Any] = field(default_factory=dict)
    recipient: str | None = field(default=None, repr=False)
    attempts: int = 0


@dataclass(frozen=True)
class Sending:
    """How a message stands. `failed` is why it did not arrive the last time."""

    message_id: str
    channel: str
    kind: str
    about: str
    made_at: datetime
    attempts: int
    sent_at: datetime | None
    given_up_at: datetime | None
    failed: str | None

    @property
    def state(self) -> str:
        """ "sent", "given_up" or "waits"."""
        return "sent" if self.sent_at is not None else "waits" if self.given_up_at is None else "given_up"


def add_job(connection: sa.Connection, job: Job, due_at: datetime) -> bool:
    """False, and nothing is added, where there is one of that key."""
    if connection.scalar(sa.select(jobs.c.key).where(jobs.c.key == job.key)) is not None:
        return False
    row = {"key": job.key, "kind": job.kind, "subject": job.subject, "due_at": due_at, "attempts": 0}
    every = None if job.every is None else round(job.every.total_seconds())
    connection.execute(jobs.insert().values(every_seconds=every, **row))
    return True


def ensure_jobs(store: Store, wanted: Sequence[Job], now: datetime) -> None:
    """Have jobs that come again; one that is there goes by the new distance from its next time on."""
    with store.writing() as connection:
        for job in wanted:
            if not add_job(connection, job, now) and job.every is not None:
                seconds = round(job.every.total_seconds())
                connection.execute(jobs.update().where(jobs.c.key == job.key).values(every_seconds=seconds))


def bring_forward(store: Store, key: str, now: datetime) -> None:
    """Have a job done at once that would be due later; one that is being done is done again right after."""
    later = (jobs.c.key == key) & (jobs.c.due_at > now)
    with store.reading() as connection:  # where no worker has ever been there is none
        if connection.scalar(sa.select(jobs.c.key).where(later)) is None:
            return
    with store.writing() as connection:
        connection.execute(jobs.update().where(later).values(due_at=now))


def lease_job(store: Store, worker: str, now: datetime, lasts: timedelta) -> Job | None:
    """The job that has been due for longest and that nobody holds; None where there is none."""
    waiting = _free(jobs, now) & (jobs.c.every_seconds.is_not(None) | jobs.c.done_at.is_(None))
    with store.reading() as connection:  # most of the time there is none, and nobody is kept from writing
        if connection.scalar(sa.select(jobs.c.key).where(waiting).limit(1)) is None:
            return None
    with store.writing() as connection:
        row = connection.execute(jobs.select().where(waiting).order_by(jobs.c.due_at, jobs.c.key).limit(1)).first()
        if row is None:
            return None
        held = {"lease_until": now + lasts, "leased_by": worker, "attempts": row.attempts + 1}
        connection.execute(jobs.update().where(jobs.c.key == row.key).values(**held))
    every = None if row.every_seconds is None else timedelta(seconds=row.every_seconds)
    return Job(row.key, row.kind, row.subject, every, row.attempts + 1)


def finish_job(store: Store, worker: str, job: Job, now: datetime) -> None:
    """It is done; nothing happens where another holds it by now, who does it again."""
    again = {} if job.every is None else {"due_at": now + job.every}
    values = {"done_at": now, "attempts": 0, "failed": None, **_let_go(), **again}
    with store.writing() as connection:
        connection.execute(jobs.update().where(jobs.c.key == job.key, jobs.c.leased_by == worker).values(**values))


def put_off_job(store: Store, worker: str, job: Job, failed: str, due_at: datetime | None, now: datetime) -> None:
    """It could not be done: again at `due_at`, or never where that is None."""
    values: dict[str, Any] = {"failed": failed, **_let_go()}
    values |= {"given_up_at": now} if due_at is None else {"due_at": due_at}
    with store.writing() as connection:
        connection.execute(jobs.update().where(jobs.c.key == job.key, jobs.c.leased_by == worker).values(**values))


def done_at(store: Store, key: str) -> tuple[bool, datetime | None]:
    """Whether there is such a job, and when it was done last."""
    with store.reading() as connection:
        row = connection.execute(sa.select(jobs.c.done_at).where(jobs.c.key == key)).first()
    return row is not None, None if row is None else row.done_at


def add_messages(connection: sa.Connection, messages: Sequence[Message], now: datetime) -> list[Message]:
    """Put messages out that are not there yet, within the transaction of what they tell of; says which."""
    ids = [one.message_id for one in messages]
    known = set(connection.scalars(sa.select(outbox.c.message_id).where(outbox.c.message_id.in_(ids))))
    fresh = [one for one in messages if one.message_id not in known]
    for one in fresh:
        sealed = None if one.recipient is None else seal(connection, "outbox", one.message_id, one.recipient)
        row: dict[str, Any] = {
            "message_id": one.message_id,
            "channel": one.channel,
            "kind": one.kind,
            "about": one.about,
        }
        row |= {"body": dict(one.body), "recipient": sealed, "made_at": now, "due_at": now, "attempts": 0}
        connection.execute(outbox.insert().values(**row))
    return fresh


def lease_message(
    store: Store, worker: str, now: datetime, lasts: timedelta, kind: str | None = None
) -> Message | None:
    """The message that has waited longest and that nobody holds, of one kind or of any."""
    waiting = _free(outbox, now) & outbox.c.sent_at.is_(None)
    if kind is not None:
        waiting &= outbox.c.kind == kind
    with store.reading() as connection:
        if connection.scalar(sa.select(outbox.c.message_id).where(waiting).limit(1)) is None:
            return None
    with store.writing() as connection:
        first = (outbox.c.channel == PLATFORM, outbox.c.due_at)  # whoever is called goes before what a program is told
        row = connection.execute(outbox.select().where(waiting).order_by(*first).limit(1)).first()
        if row is None:
            return None
        held = {"lease_until": now + lasts, "leased_by": worker, "attempts": row.attempts + 1}
        connection.execute(outbox.update().where(outbox.c.message_id == row.message_id).values(**held))
        to = None if row.recipient is None else unseal(connection, "outbox", row.message_id, row.recipient)
    return Message(row.message_id, row.channel, row.kind, row.about, row.body, to, row.attempts + 1)


def note_sent(store: Store, worker: str, message: Message, now: datetime) -> None:
    _settle(store, worker, message, {"sent_at": now, "failed": None}, "message.sent", now)


def note_given_up(store: Store, worker: str, message: Message, failed: str, now: datetime) -> None:
    _settle(store, worker, message, {"given_up_at": now, "failed": failed}, "message.given_up", now)


def put_off_message(store: Store, worker: str, message: Message, failed: str, due_at: datetime) -> None:
    mine = (outbox.c.message_id == message.message_id) & (outbox.c.leased_by == worker)
    with store.writing() as connection:
        connection.execute(outbox.update().where(mine).values(due_at=due_at, failed=failed, **_let_go()))


def sendings(store: Store, about: Sequence[str]) -> dict[str, list[Sending]]:
    """How messages stand, by what they are about."""
    found: dict[str, list[Sending]] = {}
    with store.reading() as connection:
        query = outbox.select().where(outbox.c.about.in_(list(about))).order_by(outbox.c.made_at, outbox.c.channel)
        for row in connection.execute(query):
            found.setdefault(row.about, []).append(_sending(row))
    return found


def last_sendings(store: Store, kinds: Sequence[str], since: datetime) -> list[Sending]:
    """Messages of some kinds that were made since a time, the newest first."""
    query = outbox.select().where(outbox.c.kind.in_(list(kinds)), outbox.c.made_at >= since)
    with store.reading() as connection:
        return [_sending(row) for row in connection.execute(query.order_by(outbox.c.made_at.desc()))]


def undelivered(store: Store, since: datetime) -> list[Sending]:
    """What waits after a first try in vain, and what was given up since a time; but for what had no address."""
    people = outbox.c.channel != PLATFORM  # a platform whose server is down is told of by `runxin webhook list`
    waits = (outbox.c.sent_at.is_(None)) & (outbox.c.given_up_at.is_(None)) & outbox.c.failed.is_not(None)
    given_up = (outbox.c.given_up_at >= since) & (outbox.c.failed != NO_ADDRESS)
    with store.reading() as connection:
        return [_sending(row) for row in connection.execute(outbox.select().where(people, waits | given_up))]


def _settle(store: Store, worker: str, message: Message, values: Mapping[str, Any], action: str, now: datetime) -> None:
    """Once, with its event in the audit log; also where the lease had run out meanwhile and nobody has settled it."""
    with store.writing() as connection:
        open_still = outbox.c.sent_at.is_(None) & outbox.c.given_up_at.is_(None)
        mine = (outbox.c.message_id == message.message_id) & open_still
        done = connection.execute(outbox.update().where(mine).values(**values, **_let_go()))
        if done.rowcount:
            detail = f"{message.kind} {message.channel}" + (f" {values['failed']}" if values["failed"] else "")
            add_event(connection, AuditEvent(now, WORKER, action, object_id=message.message_id, detail=detail))


def _free(table: sa.Table, now: datetime) -> sa.ColumnElement[bool]:
    """Due, not given up, and held by nobody."""
    held = table.c.lease_until.is_(None) | (table.c.lease_until <= now)
    return (table.c.due_at <= now) & table.c.given_up_at.is_(None) & held


def _let_go() -> dict[str, None]:
    return {"lease_until": None, "leased_by": None}


def _sending(row: Any) -> Sending:
    return Sending(
        row.message_id,
        row.channel,
        row.kind,
        row.about,
        row.made_at,
        row.attempts,
        row.sent_at,
        row.given_up_at,
        row.failed,
    )
