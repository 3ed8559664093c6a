"""Users of the pages, their one-time links and their sessions. Who may do what is not decided here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from serving.accounts.tables import sessions, sign_in_links, users
from serving.store.audit import AuditEvent, add_event
from serving.store.database import Store


@dataclass(frozen=True)
class UserRow:
    """`password_hash` is None until a password is set; `schools` is empty for those who belong to none."""

    username: str
    role: str
    schools: tuple[str, ...]
    password_hash: str | None
    created_at: datetime


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
    return None if row is None else _user(row)


def list_users(store: Store) -> list[UserRow]:
    with store.reading() as connection:
        return [_user(row) for row in connection.execute(users.select().order_by(users.c.username))]


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


def take_link(store: Store, token_hash: str, now: datetime) -> str | None:
    """Use up a link: the user's name, once; None for a link that is unknown, used or past its time."""
    with store.writing() as connection:
        same = sign_in_links.c.token_hash == token_hash
        fresh = same & sign_in_links.c.used_at.is_(None) & (sign_in_links.c.expires_at > now)
        username: str | None = connection.scalar(sa.select(sign_in_links.c.username).where(fresh))
        if username is not None:
            connection.execute(sign_in_links.update().where(same).values(used_at=now))
    return username


def add_session(store: Store, token_hash: str, username: str, expires_at: datetime, event: AuditEvent) -> None:
    """Begin a session, and clear away everybody's that are over."""
    with store.writing() as connection:
        connection.execute(sessions.delete().where(sessions.c.expires_at <= event.at))
        connection.execute(sessions.insert().values(token_hash=token_hash, username=username, expires_at=expires_at))
        add_event(connection, event)


def user_of_token(store: Store, token_hash: str, now: datetime) -> UserRow | None:
    query = users.select().join(sessions).where(sessions.c.token_hash == token_hash, sessions.c.expires_at > now)
    with store.reading() as connection:
        row = connection.execute(query).first()
    return None if row is None else _user(row)


def end_session(store: Store, token_hash: str, event: AuditEvent) -> None:
    with store.writing() as connection:
        connection.execute(sessions.delete().where(sessions.c.token_hash == token_hash))
        add_event(connection, event)


def _user(row: Any) -> UserRow:
    return UserRow(row.username, row.role, tuple(row.schools), row.password_hash, row.created_at)
