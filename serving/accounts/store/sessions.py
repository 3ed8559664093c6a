"""Sessions: kept here, so that each can be ended; the browser holds a token of which only the hash is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from serving.accounts.store.users import UserRow, user_row
from serving.accounts.tables import devices, sessions, users
from serving.store.audit import AuditEvent, add_event
from serving.store.database import Store

FORGOTTEN = timedelta(days=365)
SEEN = timedelta(minutes=1)  # how exactly it is known when somebody was last there: a page is no write by itself


@dataclass(frozen=True)
class SessionRow:
    """`way` is how the user came in (link, password); `confirmed_at` when they last showed who they are; of who
    `awaits_code` the second factor is still to come."""

    token_hash: str
    user: UserRow
    way: str
    confirmed_at: datetime
    awaits_code: bool


def add_session(
    connection: sa.Connection, token_hash: str, username: str, way: str, now: datetime, ends: datetime, awaits: bool
) -> None:
    """Begin a session, and clear away everybody's that are over."""
    connection.execute(sessions.delete().where(sessions.c.expires_at <= now))
    row = {"token_hash": token_hash, "username": username, "expires_at": ends, "created_at": now}
    row |= {"last_seen_at": now, "confirmed_at": now, "way": way, "awaits_code": awaits}
    connection.execute(sessions.insert().values(row))


def find_session(store: Store, token_hash: str, now: datetime, idle: timedelta) -> SessionRow | None:
    """The session of a token, where it is not over, its user was there lately and may still come in."""
    mine = sessions.c.token_hash == token_hash
    stands = (sessions.c.expires_at > now) & (sessions.c.last_seen_at > now - idle) & users.c.disabled_at.is_(None)
    here = (sessions.c.way, sessions.c.confirmed_at, sessions.c.awaits_code, sessions.c.last_seen_at)
    query = sa.select(users, *here).join_from(sessions, users).where(mine, stands)
    with store.reading() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    if row.last_seen_at <= now - SEEN:
        with store.writing() as connection:
            connection.execute(sessions.update().where(mine).values(last_seen_at=now))
    return SessionRow(token_hash, user_row(row), row.way, row.confirmed_at, row.awaits_code)


def confirm_session(store: Store, token_hash: str, event: AuditEvent) -> None:
    """Note that the person has shown again who they are."""
    with store.writing() as connection:
        connection.execute(sessions.update().where(sessions.c.token_hash == token_hash).values(confirmed_at=event.at))
        add_event(connection, event)


def end_session(store: Store, token_hash: str, event: AuditEvent) -> None:
    with store.writing() as connection:
        connection.execute(sessions.delete().where(sessions.c.token_hash == token_hash))
        add_event(connection, event)


def drop_session(connection: sa.Connection, token_hash: str) -> None:
    connection.execute(sessions.delete().where(sessions.c.token_hash == token_hash))


def know_device(connection: sa.Connection, token_hash: str, username: str, now: datetime) -> None:
    """A browser in which a user has come in; those of which nobody has heard for a year are forgotten."""
    connection.execute(devices.delete().where(devices.c.last_used_at <= now - FORGOTTEN))
    mine = (devices.c.token_hash == token_hash) & (devices.c.username == username)
    if connection.execute(devices.update().where(mine).values(last_used_at=now)).rowcount == 0:
        connection.execute(devices.insert().values(token_hash=token_hash, username=username, last_used_at=now))


def is_known_device(store: Store, token_hash: str, username: str) -> bool:
    mine = (devices.c.token_hash == token_hash) & (devices.c.username == username)
    with store.reading() as connection:
        return connection.scalar(sa.select(devices.c.username).where(mine)) is not None


def count_sessions(store: Store, username: str, now: datetime, idle: timedelta) -> int:
    """How many sessions of a user are open."""
    mine = (sessions.c.username == username) & (sessions.c.expires_at > now) & (sessions.c.last_seen_at > now - idle)
    with store.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(sessions).where(mine)) or 0
