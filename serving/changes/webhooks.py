"""Platforms that are told what changes: added, listed and ended by the operator, and told by `runxin work`."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from models.triage import ZONE
from runxin.errors import Kind, UserError, refused, usage
from serving.access import client_can
from serving.access.roles import Client
from serving.changes import store as kept
from serving.changes.cursor import KEPT, Cursor
from serving.changes.store import CHANGED, Webhook
from serving.channels.config import may_be_sent_to
from serving.channels.hook import Hook, send_signed
from serving.channels.letter import NotSent
from serving.jobs.store import Message, Sending, last_sendings
from serving.keys import KeyRow, list_keys
from serving.store import AuditEvent, Store

MOST = 500  # changes in one message
SCOPE = "changes"


@dataclass(frozen=True)
class WebhookState:
    """A webhook, whether it is told of anything (its key may be over), and how its messages of the last month stand."""

    hook: Webhook
    tells: bool
    sent: int
    waits: int
    given_up: int
    failed: str | None


def add_webhook(
    store: Store, key_id: str, url: str, now: datetime, actor: str, *, private: bool = False, secret: str | None = None
) -> Webhook:
    """Tell an address of what changes at a key's schools from now on. The secret is made where none is given. Raises
    `UserError`: usage for an address that is not https, not found and refused for the key."""
    if not may_be_sent_to(url):
        raise usage("a webhook needs an https address", fix="http is for this machine alone")
    if secret is not None and len(secret) < 16:
        raise usage("the secret is too short", fix="at least 16 characters, or leave it out to have one made")
    key = _standing(list_keys(store), key_id, now)
    if key is None:
        raise UserError(Kind.NOT_FOUND, f"there is no key {key_id!r} in force", fix="runxin key list shows them")
    if not client_can(_client(key), SCOPE):
        raise refused(f"this key has no scope {SCOPE}", fix="make a key with it: runxin key create --scopes …")
    hook = Webhook(
        uuid4().hex[:12], key.key_id, url, secret or secrets.token_urlsafe(32), private, kept.newest_change(store), now
    )
    kept.add_webhook(store, hook, AuditEvent(now, actor, "webhook.added", object_id=hook.webhook_id, detail=key.key_id))
    return hook


def remove_webhook(store: Store, webhook_id: str, now: datetime, actor: str) -> None:
    """Raises `UserError` (not found)."""
    if not kept.end_webhook(store, webhook_id, now, AuditEvent(now, actor, "webhook.removed", object_id=webhook_id)):
        raise _unknown(webhook_id)


def replay_webhook(store: Store, webhook_id: str, now: datetime, actor: str) -> int:
    """Send once more what was given up; says how many messages. Raises `UserError` (not found)."""
    if all(one.webhook_id != webhook_id or one.ended_at is not None for one in kept.list_webhooks(store)):
        raise _unknown(webhook_id)
    return kept.try_again(store, webhook_id, now, AuditEvent(now, actor, "webhook.replayed", object_id=webhook_id))


def webhook_states(store: Store, now: datetime) -> list[WebhookState]:
    """Those that have not ended."""
    keys, messages = list_keys(store), last_sendings(store, [CHANGED], now - KEPT)
    return [
        _state(
            hook,
            _standing(keys, hook.key_id, now) is not None,
            [one for one in messages if one.about == hook.webhook_id],
        )
        for hook in kept.list_webhooks(store)
        if hook.ended_at is None
    ]


def put_out_changes(store: Store, now: datetime) -> int:
    """Have every webhook told of what is new; says of how many there was something."""
    hooks = [one for one in kept.list_webhooks(store) if one.ended_at is None]
    keys = list_keys(store) if hooks else []
    told = 0
    for hook in hooks:
        key = _standing(keys, hook.key_id, now)
        if key is not None and client_can(_client(key), SCOPE):
            told += kept.queue_changes(store, hook, key.schools, MOST, now)
    return told


def send_changes(store: Store, message: Message, now: datetime) -> None:
    """Send one message: what it tells is looked up now, so that of who was erased nothing goes out. Raises
    `NotSent`."""
    hook = next((one for one in kept.list_webhooks(store) if one.webhook_id == message.about), None)
    key = None if hook is None or hook.ended_at is not None else _standing(list_keys(store), hook.key_id, now)
    if hook is None or key is None:
        raise NotSent("nothing_left", for_good=True)
    after, until = message.body["after"], message.body["until"]
    found, _ = kept.changes_after(store, after, key.schools, MOST, until)
    if not found:
        raise NotSent("nothing_left", for_good=True)
    content = {
        "message_id": message.message_id,
        "webhook_id": hook.webhook_id,
        "changes": [{"id": one.id, "code": one.code} for one in found],
        "cursor": str(Cursor(until, found[-1].made_at.astimezone(ZONE).date())),
    }
    send_signed(Hook(hook.url, hook.secret, hook.private), message.message_id, json.dumps(content).encode(), now)


def _standing(keys: Sequence[KeyRow], key_id: str, now: datetime) -> KeyRow | None:
    """The key of that id, or the one in force that took its place."""
    by_id, following = (
        {one.key_id: one for one in keys},
        {one.replaces: one for one in keys if one.replaces is not None},
    )
    key = by_id.get(key_id)
    while key is not None and not (key.revoked_at is None and (key.expires_at is None or now < key.expires_at)):
        key = following.get(key.key_id)
    return key


def _client(key: KeyRow) -> Client:
    return Client(key.key_id, key.client, key.scopes, key.schools)


def _state(hook: Webhook, tells: bool, messages: Sequence[Sending]) -> WebhookState:
    count = {state: sum(one.state == state for one in messages) for state in ("sent", "waits", "given_up")}
    failed = next((one.failed for one in messages if one.failed is not None), None)
    return WebhookState(hook, tells, count["sent"], count["waits"], count["given_up"], failed)


def _unknown(webhook_id: str) -> UserError:
    return UserError(Kind.NOT_FOUND, f"there is no webhook {webhook_id!r}", fix="runxin webhook list shows them")
