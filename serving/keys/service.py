"""API keys: made once, shown once, verified at every request."""

import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from runxin.errors import Kind, UserError, usage
from serving.access import SCOPES, Client
from serving.access.tokens import hash_token, new_token
from serving.keys.store import KeyRow, add_key, find_key, mark_revoked, mark_used
from serving.store import AuditEvent, Store, check_schools_known

PREFIX = "rx_"
ID_LENGTH = 12
USED_TO_THE = timedelta(hours=1)


def create_key(
    store: Store,
    client: str,
    scopes: Sequence[str],
    now: datetime,
    schools: Sequence[str] | None = None,
    actor: str = "cli",
    *,
    lasts: timedelta | None = None,
    per_minute: int | None = None,
) -> str:
    """A new key for a platform; the text returned is kept nowhere. It `lasts` for ever unless said, and may ask as
    often as any (`serving.platform.rates`). Raises `UserError` for an unknown scope or school."""
    if not client.strip():
        raise usage("a key needs the name of its client")
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise usage(f"unknown scope {unknown[0]!r}", fix=f"the scopes are {', '.join(SCOPES)}")
    if not scopes:
        raise usage("a key needs at least one scope", fix=f"the scopes are {', '.join(SCOPES)}")
    check_schools_known(store, schools or ())
    key = PREFIX + new_token()
    hashed = hash_token(key)
    kept = tuple(scope for scope in SCOPES if scope in scopes)
    row = KeyRow(
        hashed[:ID_LENGTH],
        hashed,
        client,
        kept,
        tuple(schools) if schools else None,
        now,
        expires_at=None if lasts is None else now + lasts,
        per_minute=per_minute,
    )
    add_key(store, row, AuditEvent(now, actor, "key.created", object_id=row.key_id, detail=f"{client}: {kept}"))
    return key


def rotate_key(
    store: Store,
    key_id: str,
    now: datetime,
    overlap: timedelta,
    actor: str = "cli",
    *,
    lasts: timedelta | None = None,
) -> str:
    """A new key that may do what an old one may, which holds for the `overlap` more; returned once, as `create_key`
    does. Raises `UserError` where there is no such key in force."""
    old = find_key(store, key_id)
    if old is None or not _in_force(old, now):
        raise UserError(Kind.NOT_FOUND, f"there is no key {key_id!r} in force", fix="runxin key list shows them")
    key = PREFIX + new_token()
    hashed = hash_token(key)
    row = replace(
        old,
        key_id=hashed[:ID_LENGTH],
        key_hash=hashed,
        created_at=now,
        expires_at=None if lasts is None else now + lasts,
        replaces=old.key_id,
        last_used_at=None,
    )
    event = AuditEvent(now, actor, "key.rotated", object_id=row.key_id, detail=f"{old.client}: replaces {old.key_id}")
    add_key(store, row, event, now + overlap)
    return key


def _in_force(row: KeyRow, now: datetime) -> bool:
    return row.revoked_at is None and (row.expires_at is None or now < row.expires_at)


def key_id_of(key: str) -> str:
    """By what a key is named where it is not shown: the beginning of its hash."""
    return hash_token(key)[:ID_LENGTH]


def verify_key(store: Store, key: str, now: datetime) -> Client:
    """Whose key it is; raises `UserError` (unauthenticated) for one that is unknown, revoked or over."""
    hashed = hash_token(key)
    row = find_key(store, hashed[:ID_LENGTH])
    if row is None or not hmac.compare_digest(row.key_hash, hashed) or not _in_force(row, now):
        raise UserError(Kind.UNAUTHENTICATED, "invalid, expired or revoked key", fix="runxin key create makes one")
    if row.last_used_at is None or now - row.last_used_at >= USED_TO_THE:
        mark_used(store, row.key_id, now)
    return Client(row.key_id, row.client, row.scopes, row.schools, row.per_minute)


def revoke_key(store: Store, key_id: str, now: datetime, actor: str = "cli") -> None:
    """End a key for good; raises `UserError` where there is none of that id in force."""
    if not mark_revoked(store, key_id, AuditEvent(now, actor, "key.revoked", object_id=key_id)):
        raise UserError(Kind.NOT_FOUND, f"there is no key {key_id!r} in force", fix="runxin key list shows them")
