"""Changes as they are kept, in order (`serving.store.fact_changes` writes them), and the addresses that are told."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from serving.changes.tables import webhooks
from serving.jobs.store import PLATFORM, Message, add_messages
from serving.jobs.tables import outbox
from serving.store.audit import AuditEvent, add_event
from serving.store.database import Store
from serving.store.fact_changes import OF_ALL, changes
from serving.store.files import id_of
from serving.store.sealing import seal, unseal
from serving.store.students import concerns_school

READ_AT_ONCE = 2000
CHANGED = "changes"  # the kind of messages that go to a platform's address


@dataclass(frozen=True)
class ChangeMade:
    """One change. `id` is a student's, as it was sent; None of the lists. It says nothing of what has changed."""

    seq: int
    id: str | None
    code: str
    made_at: datetime


@dataclass(frozen=True)
class Webhook:
    """An address that is told what changes at the schools of a key. Up to `queued_until` messages were made."""

    webhook_id: str
    key_id: str
    url: str = field(repr=False)
    secret: str = field(repr=False)
    private: bool
    queued_until: int
    created_at: datetime
    ended_at: datetime | None = None


def changes_after(
    store: Store, seq: int, schools: Collection[str] | None, most: int, until: int | None = None
) -> tuple[list[ChangeMade], int]:
    """The changes behind a number that bear on some schools (None: on any), `most` of them at most, and the number up
    to which that is all of them. What bears on nobody here is passed over, a stretch at a time."""
    with store.reading() as connection:
        return _after(connection, seq, schools, most, until)


def _after(
    connection: sa.Connection, seq: int, schools: Collection[str] | None, most: int, until: int | None
) -> tuple[list[ChangeMade], int]:
    found: list[ChangeMade] = []
    while True:
        query = changes.select().where(changes.c.seq > seq).order_by(changes.c.seq).limit(READ_AT_ONCE)
        rows = connection.execute(query if until is None else query.where(changes.c.seq <= until)).all()
        for row in rows:
            seq = row.seq
            if row.school_id == OF_ALL or schools is None or any(concerns_school(row.school_id, s) for s in schools):
                name = None if row.student_id is None else id_of(row.student_id)
                found.append(ChangeMade(row.seq, name, row.code, row.made_at))
                if len(found) == most:
                    return found, seq
        if len(rows) < READ_AT_ONCE:
            return found, seq


def newest_change(store: Store) -> int:
    with store.reading() as connection:
        return connection.scalar(sa.select(sa.func.max(changes.c.seq))) or 0


def remove_changes(store: Store, before: datetime) -> None:
    """Remove changes, and messages about them that have gone out, of before a moment."""
    with store.writing() as connection:
        connection.execute(changes.delete().where(changes.c.made_at < before))
        gone = (outbox.c.kind == CHANGED) & (outbox.c.made_at < before)
        connection.execute(outbox.delete().where(gone))


def add_webhook(store: Store, hook: Webhook, event: AuditEvent) -> None:
    with store.writing() as connection:
        row = vars(hook) | {
            name: seal(connection, "webhooks", hook.webhook_id, getattr(hook, name)) for name in ("url", "secret")
        }
        connection.execute(webhooks.insert().values(**row))
        add_event(connection, event)


def list_webhooks(store: Store) -> list[Webhook]:
    with store.reading() as connection:
        rows = connection.execute(webhooks.select().order_by(webhooks.c.created_at, webhooks.c.webhook_id)).all()
        return [_hook(connection, row) for row in rows]


def end_webhook(store: Store, webhook_id: str, now: datetime, event: AuditEvent) -> bool:
    """False where there is none of that id that has not ended."""
    mine = (webhooks.c.webhook_id == webhook_id) & webhooks.c.ended_at.is_(None)
    with store.writing() as connection:
        if not connection.execute(webhooks.update().where(mine).values(ended_at=now)).rowcount:
            return False
        add_event(connection, event)
    return True


def queue_changes(store: Store, hook: Webhook, schools: Collection[str] | None, most: int, now: datetime) -> bool:
    """Put a message out about what has changed since the last one; not while one is under way, so that an address is
    told in order. Says whether there was something to tell."""
    with store.writing() as connection:
        after = connection.scalar(sa.select(webhooks.c.queued_until).where(webhooks.c.webhook_id == hook.webhook_id))
        waits = outbox.c.sent_at.is_(None) & outbox.c.given_up_at.is_(None)
        mine = sa.select(outbox.c.message_id).where(outbox.c.about == hook.webhook_id, waits)
        if after is None or connection.scalar(mine.limit(1)) is not None:
            return False
        found, until = _after(connection, after, schools, most, None)
        if until == after:
            return False
        moved = webhooks.update().where(webhooks.c.webhook_id == hook.webhook_id)
        connection.execute(moved.values(queued_until=until))
        if found:
            about = Message(
                f"{hook.webhook_id}-{until}", PLATFORM, CHANGED, hook.webhook_id, {"after": after, "until": until}
            )
            add_messages(connection, [about], now)
    return bool(found)


def try_again(store: Store, webhook_id: str, now: datetime, event: AuditEvent) -> int:
    """Send once more what was given up; says how many messages that is."""
    mine = (outbox.c.about == webhook_id) & (outbox.c.kind == CHANGED) & outbox.c.given_up_at.is_not(None)
    anew: dict[str, Any] = {"given_up_at": None, "attempts": 0, "due_at": now, "failed": None}
    with store.writing() as connection:
        done = connection.execute(outbox.update().where(mine).values(**anew)).rowcount
        add_event(connection, event)
    return done


def _hook(connection: sa.Connection, row: Any) -> Webhook:
    known = row._mapping
    sealed = {name: unseal(connection, "webhooks", row.webhook_id, known[name]) for name in ("url", "secret")}
    return Webhook(**{**known, **sealed})
