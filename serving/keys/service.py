"""API keys: made once, shown once, verified at every request."""

import hmac
from collections.abc import Sequence
from datetime import datetime

from runxin.errors import Kind, UserError, usage
from serving.access import SCOPES, Client
from serving.access.tokens import hash_token, new_token
from serving.keys.store import KeyRow, add_key, find_key, mark_revoked
from serving.store import AuditEvent, Store, check_schools_known

PREFIX = "rx_"
ID_LENGTH = 12


def create_key(
    store: Store,
    client: str,
    scopes: Sequence[str],
    now: datetime,
    schools: Sequence[str] | None = None,
    actor: str = "cli",
) -> str:
    """A new key for a platform; the text returned is kept nowhere. Raises `UserError` for an unknown scope or
    school."""
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
    row = KeyRow(hashed[:ID_LENGTH], hashed, client, kept, tuple(schools) if schools else None, now)
    add_key(store, row, AuditEvent(now, actor, "key.created", object_id=row.key_id, detail=f"{client}: {kept}"))
    return key


def verify_key(store: Store, key: str) -> Client:
    """Whose key it is; raises `UserError` (unauthenticated) for one that is unknown or revoked."""
    hashed = hash_token(key)
    row = find_key(store, hashed[:ID_LENGTH])
    if row is None or not hmac.compare_digest(row.key_hash, hashed) or row.revoked_at is not None:
        raise UserError(Kind.UNAUTHENTICATED, "invalid or revoked key", fix="runxin key create makes one")
    return Client(row.key_id, row.client, row.scopes, row.schools)


def revoke_key(store: Store, key_id: str, now: datetime, actor: str = "cli") -> None:
    """End a key for good; raises `UserError` where there is none of that id in force."""
    if not mark_revoked(store, key_id, AuditEvent(now, actor, "key.revoked", object_id=key_id)):
        raise UserError(Kind.NOT_FOUND, f"there is no key {key_id!r} in force", fix="runxin key list shows them")
