"""Accounts and ways in: a one-time link, or a password once it is set; then a session kept here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from runxin.errors import Kind, UserError, refused, usage
from serving.access import Role, User, takes_schools
from serving.access.tokens import hash_token, new_token
from serving.accounts.store import (
    UserRow,
    add_link,
    add_session,
    add_user,
    end_session,
    find_user,
    keep_password_hash,
    list_users,
    take_link,
    user_of_token,
)
from serving.store import AuditEvent, Store, check_schools_known, events_of, write_audit

LINK_HOURS = 24
SESSION_HOURS = 12
FAILURES = 5
FAILURE_WINDOW = timedelta(minutes=15)
PASSWORD_LENGTH = 10
USERNAME = re.compile(r"[\w.@-]{2,64}")


@dataclass(frozen=True)
class Account:
    """A user as administrators see one; `role` is a code, `schools` is empty for those who belong to none."""

    username: str
    role: str
    schools: tuple[str, ...]
    created_at: datetime
    has_password: bool


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    """A hash to compare with where there is none, so that an unknown name takes as long as a wrong password."""
    return _hasher().hash(new_token())


def create_user(
    store: Store, username: str, role: str, schools: Sequence[str], now: datetime, actor: str = "cli"
) -> User:
    """Make an account without a password; raises `UserError` where something does not fit or the name is taken."""
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
    row = UserRow(username, role, tuple(dict.fromkeys(schools)), None, now)
    if not add_user(store, row, AuditEvent(now, actor, "user.created", object_id=username, detail=role)):
        raise usage(f"there is a user {username!r} already", fix=f"for a new link: runxin user link {username}")
    return _user(row)


def list_accounts(store: Store) -> list[Account]:
    """All accounts, by name."""
    return [
        Account(row.username, row.role, row.schools, row.created_at, row.password_hash is not None)
        for row in list_users(store)
    ]


def create_link(store: Store, username: str, now: datetime, actor: str = "cli") -> str:
    """The token of a link that signs this user in once within 24 hours; earlier unused links are void."""
    if find_user(store, username) is None:
        raise UserError(Kind.NOT_FOUND, f"there is no user {username!r}", fix="runxin user list shows them")
    token = new_token()
    event = AuditEvent(now, actor, "link.created", object_id=username)
    add_link(store, hash_token(token), username, now + timedelta(hours=LINK_HOURS), event)
    return token


def use_link(store: Store, token: str, now: datetime) -> tuple[User, str]:
    """Sign in by a link: the user and a session's token. Raises `UserError` for one unknown, used or past its time."""
    username = take_link(store, hash_token(token), now)
    row = None if username is None else find_user(store, username)
    if row is None:
        raise UserError(Kind.UNAUTHENTICATED, "this link was used or is past its time", fix="ask for a new one")
    return _user(row), _begin(store, row.username, now, "link")


def sign_in(store: Store, username: str, password: str, now: datetime) -> tuple[User, str]:
    """Sign in by password: the user and a session's token; raises as `verify_password` does."""
    user = verify_password(store, username, password, now)
    return user, _begin(store, username, now, "password")


def verify_password(store: Store, username: str, password: str, now: datetime) -> User:
    """Who gives this password, without beginning a session.

    Raises `UserError`: unauthenticated in the same words whether the name or the password is wrong, refused
    after 5 failures within 15 minutes.
    """
    recent = events_of(store, username, ("sign_in.failed", "sign_in.done"), now - FAILURE_WINDOW)
    since_success: list[AuditEvent] = []
    for event in recent:
        since_success = [] if event.action == "sign_in.done" else [*since_success, event]
    if len(since_success) >= FAILURES:
        raise refused("too many failed attempts", fix="wait 15 minutes, or ask for a sign-in link")
    row = find_user(store, username)
    stored = row.password_hash if row is not None else None
    try:
        _hasher().verify(stored or _nobody(), password)
    except VerifyMismatchError:
        write_audit(store, AuditEvent(now, "anonymous", "sign_in.failed", object_id=username))
        raise UserError(Kind.UNAUTHENTICATED, "the name or the password is wrong") from None
    if row is None or stored is None:  # the password of nobody was guessed
        raise UserError(Kind.UNAUTHENTICATED, "the name or the password is wrong")
    return _user(row)


def set_password(store: Store, username: str, password: str, now: datetime) -> None:
    """Set the user's password and end all sessions; raises `UserError` where it is too easy."""
    if find_user(store, username) is None:
        raise UserError(Kind.NOT_FOUND, f"there is no user {username!r}")
    if len(password) < PASSWORD_LENGTH:
        raise usage(f"a password has at least {PASSWORD_LENGTH} characters")
    if password.casefold() == username.casefold():
        raise usage("a password is not the username")
    event = AuditEvent(now, username, "password.set", object_id=username)
    keep_password_hash(store, username, _hasher().hash(password), event)


def change_password(store: Store, user: User, password: str, now: datetime) -> str:
    """Set the own password, and a new session's token in place of all sessions; raises as `set_password` does."""
    set_password(store, user.username, password, now)
    return _begin(store, user.username, now, "password")


def user_of_session(store: Store, token: str, now: datetime) -> User | None:
    """Whose session it is; None where it is unknown, ended or past its 12 hours."""
    row = user_of_token(store, hash_token(token), now)
    return None if row is None else _user(row)


def sign_out(store: Store, token: str, now: datetime) -> None:
    row = user_of_token(store, hash_token(token), now)
    actor = "anonymous" if row is None else row.username
    end_session(store, hash_token(token), AuditEvent(now, actor, "sign_out"))


def _begin(store: Store, username: str, now: datetime, way: str) -> str:
    token = new_token()
    event = AuditEvent(now, username, "sign_in.done", object_id=username, detail=way)
    add_session(store, hash_token(token), username, now + timedelta(hours=SESSION_HOURS), event)
    return token


def _user(row: UserRow) -> User:
    return User(row.username, Role.of(row.role), row.schools)
