"""Ways in: a one-time link, or a password once it is set; then a second factor where there is one, and a session."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from runxin.errors import Kind, UserError, refused
from serving.access import Role, Session, User
from serving.access.tokens import hash_token, new_token
from serving.accounts.passwords import matches
from serving.accounts.second_factor import has_second_factor
from serving.accounts.store.sessions import (
    SessionRow,
    add_session,
    confirm_session,
    drop_session,
    end_session,
    find_session,
    is_known_device,
    know_device,
)
from serving.accounts.store.tries import Bucket, forgive, reserve_try
from serving.accounts.store.users import UserRow, find_user, link_owner, take_link
from serving.store import AuditEvent, Store, add_event, write_audit

SESSION_HOURS = 12
IDLE = timedelta(hours=1)
CODE_MINUTES = 10  # between the first factor and the second
FRESH = timedelta(minutes=10)  # how long who has shown who they are may do what is sensitive
FAILURES = 5  # tries at one account from one address before each further one is held up
FAILURES_OF_ALL = 20  # the same from anywhere, by browsers in which the user has never been
FAILURES_OF_DEVICE = 10  # in a browser in which the user has been


@dataclass(frozen=True)
class Visitor:
    """Where a try comes from: an address, and the token that the browser has kept since somebody signed in there."""

    address: str = "terminal"
    device: str | None = None


TERMINAL = Visitor()


def sign_in(store: Store, username: str, password: str, now: datetime, visitor: Visitor = TERMINAL) -> tuple[User, str]:
    """Sign in by password: the user and a session's token; raises as `verify_password` does."""
    row, buckets = _verified(store, username, password, now, visitor)
    return user_of(row), _begin(store, row, visitor, now, "password", buckets)


def verify_password(store: Store, username: str, password: str, now: datetime, visitor: Visitor = TERMINAL) -> User:
    """Who gives this password, without beginning a session.

    Raises `UserError`: unauthenticated in the same words whatever was wrong, refused where one must wait.
    """
    row, buckets = _verified(store, username, password, now, visitor)
    with store.writing() as connection:
        forgive(connection, buckets)
    return user_of(row)


def _verified(
    store: Store, username: str, password: str, now: datetime, visitor: Visitor
) -> tuple[UserRow, tuple[Bucket, ...]]:
    """Whose password it is, and with what the try was counted: before it is made, so that none beside it passes."""
    buckets = _buckets(store, username, visitor)
    if not reserve_try(store, buckets, now):
        raise refused("too many failed attempts", fix="wait, longer after each one, or ask for a sign-in link")
    row = find_user(store, username)
    stored = row.password_hash if row is not None and row.disabled_at is None else None
    if not matches(stored, password) or row is None:
        # What was typed as a name may be a password: only a name is kept.
        known = None if row is None else username
        write_audit(store, AuditEvent(now, "anonymous", "sign_in.failed", object_id=known))
        raise UserError(Kind.UNAUTHENTICATED, "the name or the password is wrong")
    return row, buckets


def _buckets(store: Store, username: str, visitor: Visitor) -> tuple[Bucket, ...]:
    """What a try is counted with.

    Who has signed in with this browser before is held up by what is tried in it alone, so that nobody is kept out by
    others; everybody else by what came from the same address for the same account, and from anywhere for the account.
    One address is never closed to all accounts: a school is behind it.
    """
    name = username.casefold()
    if visitor.device is not None and is_known_device(store, hash_token(visitor.device), username):
        return (Bucket.of(FAILURES_OF_DEVICE, "device", name, visitor.device),)
    if visitor == TERMINAL:
        return (Bucket.of(FAILURES, "terminal", name),)
    return Bucket.of(FAILURES, "from", name, visitor.address), Bucket.of(FAILURES_OF_ALL, "account", name)


def whose_link(store: Store, token: str, now: datetime) -> str | None:
    """Whom a link would let in; to ask does not use it up."""
    return link_owner(store, hash_token(token), now)


def use_link(store: Store, token: str, now: datetime, visitor: Visitor = TERMINAL) -> tuple[User, str]:
    """Sign in by a link: the user and a session's token. Raises `UserError` for one unknown, used or past its time."""
    username = take_link(store, hash_token(token), now)
    row = None if username is None else find_user(store, username)
    if row is None or row.disabled_at is not None:
        raise UserError(Kind.UNAUTHENTICATED, "this link was used or is past its time", fix="ask for a new one")
    return user_of(row), _begin(store, row, visitor, now, "link")


def enter_vouched(store: Store, username: str, now: datetime, visitor: Visitor) -> str:
    """A session's token for whom another service vouches; raises `UserError` where no such account may come in."""
    row = find_user(store, username)
    if row is None or row.disabled_at is not None:
        raise UserError(Kind.UNAUTHENTICATED, "there is no account of this name here", fix="ask an administrator")
    return _begin(store, row, visitor, now, "oidc")


def finish_with_code(store: Store, token: str, visitor: Visitor, now: datetime) -> str:
    """The whole session in place of the half one, once its code was right; a new token, so that the old one is worth
    nothing."""
    found = _row(store, token, now)
    if found is None:
        raise UserError(Kind.UNAUTHENTICATED, "no session")
    new = new_token()
    with store.writing() as connection:
        drop_session(connection, found.token_hash)
        add_session(
            connection,
            hash_token(new),
            found.user.username,
            found.way,
            now,
            now + timedelta(hours=SESSION_HOURS),
            False,
        )
        if visitor.device is not None:
            know_device(connection, hash_token(visitor.device), found.user.username, now)
        event = AuditEvent(now, found.user.username, "sign_in.done", object_id=found.user.username, detail="code")
        add_event(connection, event)
    return new


def session_of(store: Store, token: str, now: datetime) -> Session | None:
    """Whose session it is; None where it is unknown, ended, past its 12 hours or an hour idle."""
    found = _row(store, token, now)
    if found is None:
        return None
    fresh = found.confirmed_at > now - FRESH
    has_password = found.user.password_hash is not None
    return Session(user_of(found.user), found.way, fresh, found.awaits_code, has_password)


def user_of_session(store: Store, token: str, now: datetime) -> User | None:
    """Who is in by this token, both factors given; None for everybody else."""
    found = session_of(store, token, now)
    return None if found is None or found.awaits_code else found.user


def confirm(store: Store, token: str, now: datetime) -> None:
    """The person of this session has shown again who they are."""
    user = user_of_session(store, token, now)
    if user is not None:
        confirm_session(store, hash_token(token), AuditEvent(now, user.username, "sign_in.confirmed"))


def sign_out(store: Store, token: str, now: datetime) -> None:
    user = user_of_session(store, token, now)
    actor = "anonymous" if user is None else user.username
    end_session(store, hash_token(token), AuditEvent(now, actor, "sign_out"))


def begin_session(store: Store, username: str, now: datetime, visitor: Visitor = TERMINAL) -> str:
    """A new session's token for who has just set a password, in place of all that ended by it."""
    row = find_user(store, username)
    assert row is not None
    return _begin(store, row, visitor, now, "password", second=False)


def user_of(row: UserRow) -> User:
    return User(row.username, Role.of(row.role), row.schools)


def _row(store: Store, token: str, now: datetime) -> SessionRow | None:
    return find_session(store, hash_token(token), now, IDLE)


def _begin(
    store: Store,
    row: UserRow,
    visitor: Visitor,
    now: datetime,
    way: str,
    buckets: tuple[Bucket, ...] = (),
    second: bool = True,
) -> str:
    token, awaits = new_token(), second and has_second_factor(store, row.username)
    lasts = timedelta(minutes=CODE_MINUTES) if awaits else timedelta(hours=SESSION_HOURS)
    with store.writing() as connection:
        forgive(connection, buckets)
        add_session(connection, hash_token(token), row.username, way, now, now + lasts, awaits)
        if visitor.device is not None and not awaits:
            know_device(connection, hash_token(visitor.device), row.username, now)
        if not awaits:
            add_event(connection, AuditEvent(now, row.username, "sign_in.done", object_id=row.username, detail=way))
    return token
