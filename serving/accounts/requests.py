"""What takes two people: whatever lets somebody see students, or decide who does. One administrator asks, another
approves, and only who approves is given the link; so nobody becomes a counselor, or another administrator, alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from runxin.errors import Kind, UserError, refused, usage
from serving.access import Role, takes_two
from serving.accounts.service import (
    Account,
    check_account,
    create_link,
    create_user,
    enable_account,
    find_account,
    move_account,
)
from serving.accounts.states import AccountMove, check_possible
from serving.accounts.store.requests import AccountRequest, add_request, decide_request, open_requests
from serving.store import AuditEvent, Store

CREATE, MOVE, LINK, ENABLE = "create", "move", "link", "enable"
OPEN_FOR = timedelta(days=7)


def ask_create(store: Store, username: str, role: str, schools: Sequence[str], now: datetime, actor: str) -> str | None:
    """Make an account and its link's token, or None where another administrator is to approve it first.

    Raises `UserError` as `create_user` does.
    """
    check_account(store, username, role, schools)
    if find_account(store, username) is not None:
        raise usage(f"there is a user {username!r} already")
    if takes_two(Role.of(role)):
        _ask(store, CREATE, username, role, schools, now, actor)
        return None
    create_user(store, username, role, schools, now, actor)
    return create_link(store, username, now, actor)


def ask_move(store: Store, username: str, role: str, schools: Sequence[str], now: datetime, actor: str) -> bool:
    """Give an account another role or other schools; False where another administrator is to approve it first. Schools
    are taken away by one."""
    account = _account(store, username, AccountMove.MOVE)
    check_account(store, username, role, schools)
    before = {account.role: account.schools}.get(role)
    less = before is not None and set(schools) <= set(before)
    if takes_two(Role.of(role)) and not less:
        _ask(store, MOVE, username, role, schools, now, actor)
        return False
    move_account(store, username, role, schools, now, actor)
    return True


def ask_link(store: Store, username: str, now: datetime, actor: str) -> str | None:
    """A new link's token, or None where another administrator is to approve it first: who holds it is that user."""
    account = _account(store, username, AccountMove.LINK)
    if takes_two(Role.of(account.role)):
        _ask(store, LINK, username, account.role, account.schools, now, actor)
        return None
    return create_link(store, username, now, actor)


def ask_enable(store: Store, username: str, now: datetime, actor: str) -> bool:
    """Let a user in again; False where another administrator is to approve it first."""
    account = _account(store, username, AccountMove.ENABLE)
    if takes_two(Role.of(account.role)):
        _ask(store, ENABLE, username, account.role, account.schools, now, actor)
        return False
    enable_account(store, username, now, actor)
    return True


def list_requests(store: Store, now: datetime) -> list[AccountRequest]:
    """What waits for a second person, for a week at most."""
    return open_requests(store, now - OPEN_FOR)


def decide(store: Store, request_id: str, approved: bool, now: datetime, actor: str) -> str | None:
    """Approve or refuse what somebody else asked for; the link's token where there is one to hand over.

    Raises `UserError`: not found, refused to who asked or whom it is about, usage where it fits no more.
    """
    one = next((one for one in list_requests(store, now) if one.request_id == request_id), None)
    if one is None:
        raise UserError(Kind.NOT_FOUND, "there is no such request, or it was decided")
    if approved and actor in (one.asked_by, one.username):
        raise refused("another administrator has to approve this")
    action = "account.approved" if approved else "account.refused"
    if not decide_request(store, request_id, approved, _event(one, action, now, actor)):
        raise UserError(Kind.NOT_FOUND, "there is no such request, or it was decided")
    return _carry_out(store, one, now, actor) if approved else None


def _carry_out(store: Store, one: AccountRequest, now: datetime, actor: str) -> str | None:
    by = f"{one.asked_by} and {actor}"
    if one.kind == CREATE:
        create_user(store, one.username, one.role, one.schools, now, by)
        return create_link(store, one.username, now, by)
    if one.kind == LINK:
        return create_link(store, one.username, now, by)
    if one.kind == MOVE:
        move_account(store, one.username, one.role, one.schools, now, by)
    else:
        enable_account(store, one.username, now, by)
    return None


def _ask(store: Store, kind: str, username: str, role: str, schools: Sequence[str], now: datetime, actor: str) -> None:
    kept = tuple(dict.fromkeys(schools))
    one = AccountRequest(uuid4().hex, kind, username, role, kept, actor, now)
    add_request(store, one, _event(one, "account.requested", now, actor))


def _event(one: AccountRequest, action: str, now: datetime, actor: str) -> AuditEvent:
    return AuditEvent(now, actor, action, object_id=one.username, detail=" ".join([one.kind, one.role, *one.schools]))


def _account(store: Store, username: str, move: AccountMove) -> Account:
    account = find_account(store, username)
    if account is None:
        raise UserError(Kind.NOT_FOUND, f"there is no user {username!r}")
    check_possible(move, username, account.has_password, account.disabled)
    return account
