"""API keys, kept as hashes; a key's id is the beginning of its hash."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from serving.keys.tables import api_keys
from serving.store.audit import AuditEvent, add_event
from serving.store.database import Store

_BY_ID = api_keys.select().where(api_keys.c.key_id == sa.bindparam("key_id"))  # asked at every request


@dataclass(frozen=True)
class KeyRow:
    """`schools` is None where the key holds for every school. It ends at `expires_at`, None for never; `replaces` is
    the key whose place it takes. `last_used_at` is true to the hour; `per_minute` is how often it may ask, None for as
    often as any."""

    key_id: str
    key_hash: str
    client: str
    scopes: tuple[str, ...]
    schools: tuple[str, ...] | None
    created_at: datetime
    revoked_at: datetime | None = None
    expires_at: datetime | None = None
    replaces: str | None = None
    last_used_at: datetime | None = None
    per_minute: int | None = None


def add_key(store: Store, key: KeyRow, event: AuditEvent, old_ends: datetime | None = None) -> None:
    """Keep a key; the one that it replaces ends at `old_ends`, where it would not end before."""
    with store.writing() as connection:
        connection.execute(
            api_keys.insert().values(
                key_id=key.key_id,
                key_hash=key.key_hash,
                client=key.client,
                scopes=list(key.scopes),
                schools=None if key.schools is None else list(key.schools),
                created_at=key.created_at,
                expires_at=key.expires_at,
                replaces=key.replaces,
                per_minute=key.per_minute,
            )
        )
        if key.replaces is not None and old_ends is not None:
            ends = api_keys.c.expires_at.is_(None) | (api_keys.c.expires_at > old_ends)
            old = api_keys.update().where(api_keys.c.key_id == key.replaces, ends)
            connection.execute(old.values(expires_at=old_ends))
        add_event(connection, event)


def find_key(store: Store, key_id: str) -> KeyRow | None:
    with store.reading() as connection:
        row = connection.execute(_BY_ID, {"key_id": key_id}).first()
    return None if row is None else _key(row)


def list_keys(store: Store) -> list[KeyRow]:
    with store.reading() as connection:
        return [_key(row) for row in connection.execute(api_keys.select().order_by(api_keys.c.created_at))]


def mark_used(store: Store, key_id: str, at: datetime) -> None:
    with store.writing() as connection:
        connection.execute(api_keys.update().where(api_keys.c.key_id == key_id).values(last_used_at=at))


def mark_revoked(store: Store, key_id: str, event: AuditEvent) -> bool:
    """False where there is no such key in force."""
    in_force = (api_keys.c.key_id == key_id) & api_keys.c.revoked_at.is_(None)
    with store.writing() as connection:
        if connection.execute(api_keys.update().where(in_force).values(revoked_at=event.at)).rowcount == 0:
            return False
        add_event(connection, event)
    return True


def _key(row: Any) -> KeyRow:
    return KeyRow(
        row.key_id,
        row.key_hash,
        row.client,
        tuple(row.scopes),
        None if row.schools is None else tuple(row.schools),
        row.created_at,
        row.revoked_at,
        row.expires_at,
        row.replaces,
        row.last_used_at,
        row.per_minute,
    )
