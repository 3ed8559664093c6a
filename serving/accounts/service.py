"""Accounts: who there is, what they are, and by which link they come in first. How they come in is in `ways_in`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from runxin.errors import Kind, UserError, usage
from serving.access import Role, User, takes_schools
from serving.access.tokens import hash_token, new_token
from serving.accounts.passwords import check_password, hash_password
from serving.accounts.states import POSSIBLE, AccountMove, check_possible, status_of
from serving.accounts.store.sessions import count_sessions
from serving.accounts.store.users import (
    UserRow,
    add_link,
    add_user,
    disable_user,
    enable_user,
    find_user,
    keep_password_hash,
    list_users,
    move_user,
    shut_out,
)
from serving.accounts.ways_in import IDLE, TERMINAL, Visitor, begin_session, user_of
from serving.store import AuditEvent, Store, check_schools_known

LINK_HOURS = 24
USERNAME = re.compile(r"[\w.@-]{2,64}")


@dataclass(frozen=True)
class Account:
    """A user as administrators see one; `role` is a code, `schools` is empty for those who belong to none."""

    username: str
    role: str
    schools: tuple[str, ...]
    created_at: datetime
    has_password: bool
    disabled: bool = False

    def can(self, move: str) -> bool:
        """Whether the table of states lets an account in this one be treated so (a code of `AccountMove`)."""
        return status_of(self.has_password, self.disabled) in POSSIBLE[AccountMove.of(move)]


def create_user(
    store: Store, username: str, role: str, schools: Sequence[str], now: datetime, actor: str = "cli"
) -> User:
    """Make an account without a password; raises `UserError` where something does not fit or the name is taken."""
    check_account(store, username, role, schools)
    row = UserRow(username, role, tuple(dict.fromkeys(schools)), None, now)
    detail = _said(role, row.schools)
    if not add_user(store, row, AuditEvent(now, actor, "user.created", object_id=username, detail=detail)):
        raise usage(f"there is a user {username!r} already", fix=f"for a new link: runxin user link {username}")
    return user_of(row)


def check_account(store: Store, username: str, role: str, schools: Sequence[str]) -> None:
    """Raise `UserError` (usage) where name, role and schools do not fit together."""
    if not USERNAME.fullmatch(username):
        raise usage("a username has 2 to 64 letters, digits, '.', '_', '@' or '-'")
    if role not in Role.codes():
        raise usage(f"unknown role {role!r}", fix=f"the roles are {', '.join(Role.codes())}")
    of_schools = takes_schools(Role.of(role))
    if of_schools and not schools:
        raise usage(f"a {role} needs at least one school", fix="name it with --school")
    if schools and not of_schools:
        raise usage(f"the role {role} has no school of its own")
    check_schools_known(store, schools)


def move_account(store: Store, username: str, role: str, schools: Sequence[str], now: datetime, actor: str) -> None:
    """Give an account another role or other schools; it counts from the next page on. Raises `UserError`."""
    _in_state(store, username, AccountMove.MOVE)
    check_account(store, username, role, schools)
    kept = tuple(dict.fromkeys(schools))
    move_user(store, username, role, kept, AuditEvent(now, actor, "user.moved", None, username, _said(role, kept)))


def disable_account(store: Store, username: str, now: datetime, actor: str) -> None:
    """Let a leaver in no more: sessions, links and known browsers end at once. Raises `UserError` (not found)."""
    _in_state(store, username, AccountMove.DISABLE)
    disable_user(store, username, AuditEvent(now, actor, "user.disabled", object_id=username))


def enable_account(store: Store, username: str, now: datetime, actor: str) -> None:
    _in_state(store, username, AccountMove.ENABLE)
    enable_user(store, username, AuditEvent(now, actor, "user.enabled", object_id=username))


def end_sessions(store: Store, username: str, now: datetime, actor: str) -> None:
    """End every session of a user, and forget the browsers that know them. Raises `UserError` (not found)."""
    _in_state(store, username, AccountMove.END_SESSIONS)
    shut_out(store, username, AuditEvent(now, actor, "sessions.ended", object_id=username))


def open_sessions(store: Store, username: str, now: datetime) -> int:
    return count_sessions(store, username, now, IDLE)


def find_account(store: Store, username: str) -> Account | None:
    row = find_user(store, username)
    return None if row is None else _account(row)


def list_accounts(store: Store) -> list[Account]:
    """All accounts, by name."""
    return [_account(row) for row in list_users(store)]


def create_link(store: Store, username: str, now: datetime, actor: str = "cli") -> str:
    """The token of a link that signs this user in once within 24 hours; earlier unused links are void."""
    _in_state(store, username, AccountMove.LINK)
    token = new_token()
    event = AuditEvent(now, actor, "link.created", object_id=username)
    add_link(store, hash_token(token), username, now + timedelta(hours=LINK_HOURS), event)
    return token


def link_address(public_url: str, token: str) -> str:
    """Where a link leads: its host is the one that was configured, never what a request says."""
    return f"{public_url}/sign-in?link={token}"


def set_password(store: Store, username: str, password: str, now: datetime) -> None:
    """Set the user's password and end all sessions; raises `UserError` where it is too easy."""
    _known(store, username)
    check_password(password, username)
    event = AuditEvent(now, username, "password.set", object_id=username)
    keep_password_hash(store, username, hash_password(password), event)


def change_password(store: Store, user: User, password: str, now: datetime, visitor: Visitor = TERMINAL) -> str:
    """Set the own password, and a new session's token in place of all sessions; raises as `set_password` does."""
    set_password(store, user.username, password, now)
    return begin_session(store, user.username, now, visitor)


def _known(store: Store, username: str) -> UserRow:
    row = find_user(store, username)
    if row is None:
        raise UserError(Kind.NOT_FOUND, f"there is no user {username!r}", fix="runxin user list shows them")
    return row


def _in_state(store: Store, username: str, move: AccountMove) -> None:
    row = _known(store, username)
    check_possible(move, username, row.password_hash is not None, row.disabled_at is not None)


def _account(row: UserRow) -> Account:
    disabled = row.disabled_at is not None
    return Account(row.username, row.role, row.schools, row.created_at, row.password_hash is not None, disabled)


def _said(role: str, schools: Sequence[str]) -> str:
    return " ".join([role, *schools])
