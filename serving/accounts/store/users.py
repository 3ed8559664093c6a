"""Users, and the one-time links by which they come in first. Who may do what is not decided here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from serving.accounts.tables import devices, sessions, sign_in_links, users
from serving.store.audit import AuditEvent, add_event
from serving.store.database import Store


@dataclass(frozen=True)
class UserRow:
    """`password_hash` is None until a password is set; `schools` is empty for those who belong to none; `disabled_at`
    is None of who may come in."""

    username: str
    role: str
    schools: tuple[str, ...]
    password_hash: str | None
    created_at: datetime
    disabled_at: datetime | None = None


def add_user(store: Store, user: UserRow, event: AuditEvent) -> bool:
    """False where the name is taken."""
    with store.writing() as connection:
        if connection.scalar(sa.select(users.c.username).where(users.c.username == user.username)) is not None:
            return False
        connection.execute(
            users.insert().values(
                username=user.username,
                role=user.role,
                schools=list(user.schools),
                password_hash=user.password_hash,
                created_at=user.created_at,
            )
        )
        add_event(connection, event)
    return True


def find_user(store: Store, username: str) -> UserRow | None:
    with store.reading() as connection:
        row = connection.execute(users.select().where(users.c.username == username)).first()
    return None if row is None else user_row(row)


def list_users(store: Store) -> list[UserRow]:
    with store.reading() as connection:
        return [user_row(row) for row in connection.execute(users.select().order_by(users.c.username))]


def move_user(store: Store, username: str, role: str, schools: Sequence[str], event: AuditEvent) -> None:
    """Another role, other schools: from the next page on, in sessions that are open too."""
    _change(store, username, event, role=role, schools=list(schools))


def disable_user(store: Store, username: str, event: AuditEvent) -> None:
    """Let a user in no more, by no way; what they did stays theirs."""
    with store.writing() as connection:
        connection.execute(users.update().where(users.c.username == username).values(disabled_at=event.at))
        _shut_out(connection, username)
        add_event(connection, event)


def enable_user(store: Store, username: str, event: AuditEvent) -> None:
    _change(store, username, event, disabled_at=None)


def shut_out(store: Store, username: str, event: AuditEvent) -> None:
    """End every session of a user, unused links and known devices too."""
    with store.writing() as connection:
        _shut_out(connection, username)
        add_event(connection, event)


def keep_password_hash(store: Store, username: str, password_hash: str, event: AuditEvent) -> None:
    """Set a password and end every session and link of the user."""
    with store.writing() as connection:
        connection.execute(users.update().where(users.c.username == username).values(password_hash=password_hash))
        connection.execute(sessions.delete().where(sessions.c.username == username))
        connection.execute(sign_in_links.delete().where(sign_in_links.c.username == username))
        add_event(connection, event)


def add_link(store: Store, token_hash: str, username: str, expires_at: datetime, event: AuditEvent) -> None:
    """Add a one-time link; the user's earlier unused ones are void."""
    with store.writing() as connection:
        connection.execute(
            sign_in_links.delete().where(sign_in_links.c.username == username, sign_in_links.c.used_at.is_(None))
        )
        connection.execute(
            sign_in_links.insert().values(token_hash=token_hash, username=username, expires_at=expires_at)
        )
        add_event(connection, event)


def link_owner(store: Store, token_hash: str, now: datetime) -> str | None:
    """Whom a link would let in; it is not used up."""
    with store.reading() as connection:
        found: str | None = connection.scalar(sa.select(sign_in_links.c.username).where(_fresh(token_hash, now)))
    return found


def take_link(store: Store, token_hash: str, now: datetime) -> str | None:
    """Use up a link: the user's name, once; None for a link that is unknown, used or past its time."""
    with store.writing() as connection:
        username: str | None = connection.scalar(sa.select(sign_in_links.c.username).where(_fresh(token_hash, now)))
        if username is not None:
            same = sign_in_links.c.token_hash == token_hash
            connection.execute(sign_in_links.update().where(same).values(used_at=now))
    return username


def _fresh(token_hash: str, now: datetime) -> sa.ColumnElement[bool]:
    same = sign_in_links.c.token_hash == token_hash
    return same & sign_in_links.c.used_at.is_(None) & (sign_in_links.c.expires_at > now)


def _change(store: Store, username: str, event: AuditEvent, **values: Any) -> None:
    with store.writing() as connection:
        connection.execute(users.update().where(users.c.username == username).values(**values))
        add_event(connection, event)


def _shut_out(connection: sa.Connection, username: str) -> None:
    for table in (sessions, sign_in_links, devices):
        connection.execute(table.delete().where(table.c.username == username))


def user_row(row: Any) -> UserRow:
    return UserRow(row.username, row.role, tuple(row.schools), row.password_hash, row.created_at, row.disabled_at)
