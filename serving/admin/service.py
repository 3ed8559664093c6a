"""What an administrator does and sees: accounts, and how the service stands. No student stands here."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.assessment import ModelStatus
from models.triage import ZONE
from runxin.errors import Kind, UserError, refused
from serving import accounts
from serving.access import Action, User, check_may
from serving.accounts import Account, AccountRequest
from serving.keys import list_keys
from serving.model_status import model_status
from serving.platform.state import State
from serving.reading.service import ReadingAlert, alerts_for
from serving.store import Run, known_school_ids, newest_run, school_ids, service_state


@dataclass(frozen=True)
class Overview:
    """The model that serves, the list in force at each school, and counts of published runs, of records received by
    the API, and of keys in force; alerts of bulk reading, which name no student."""

    model: ModelStatus
    lists: tuple[tuple[str, Run], ...]
    published: int
    entries: int
    keys: int
    alerts: tuple[ReadingAlert, ...] = ()


@dataclass(frozen=True)
class AccountState:
    """One account, with how many sessions are open and whether a second factor is asked for."""

    account: Account
    sessions: int
    second_factor: bool


def read_accounts(state: State, user: User) -> tuple[Account, ...]:
    check_may(user, Action.MANAGE_USERS)
    return tuple(accounts.list_accounts(state.store))


def read_account(state: State, user: User, username: str) -> AccountState:
    """Raises `UserError` (not found) where there is none of that name."""
    check_may(user, Action.MANAGE_USERS)
    account = accounts.find_account(state.store, username)
    if account is None:
        raise UserError(Kind.NOT_FOUND, "there is no such account")
    sessions = accounts.open_sessions(state.store, username, state.clock())
    return AccountState(account, sessions, accounts.has_second_factor(state.store, username))


def read_requests(state: State, user: User) -> tuple[AccountRequest, ...]:
    """What waits for a second administrator."""
    check_may(user, Action.MANAGE_USERS)
    return tuple(accounts.list_requests(state.store, state.clock()))


def read_schools(state: State, user: User) -> tuple[str, ...]:
    """The schools that an account may be for."""
    check_may(user, Action.MANAGE_USERS)
    return tuple(sorted(known_school_ids(state.store)))


def add_account(state: State, user: User, username: str, role: str, schools: Sequence[str]) -> str | None:
    """Make an account; its one-time link, or None where a second administrator is to approve it first. Raises
    `UserError` as `create_user` does."""
    check_may(user, Action.MANAGE_USERS)
    return _link(state, accounts.ask_create(state.store, username, role, schools, state.clock(), user.username))


def decide_request(state: State, user: User, request_id: str, approved: bool) -> str | None:
    """Decide what another administrator asked for; a one-time link where there is one to hand over."""
    check_may(user, Action.MANAGE_USERS)
    return _link(state, accounts.decide(state.store, request_id, approved, state.clock(), user.username))


def renew_link(state: State, user: User, username: str) -> str | None:
    """A new one-time link, or None where a second administrator is to approve it first."""
    _check_other(user, username)
    return _link(state, accounts.ask_link(state.store, username, state.clock(), user.username))


def move(state: State, user: User, username: str, role: str, schools: Sequence[str]) -> bool:
    """Another role or other schools; False where a second administrator is to approve it first."""
    _check_other(user, username)
    return accounts.ask_move(state.store, username, role, schools, state.clock(), user.username)


def disable(state: State, user: User, username: str) -> None:
    _check_other(user, username)
    accounts.disable_account(state.store, username, state.clock(), user.username)


def enable(state: State, user: User, username: str) -> bool:
    """False where a second administrator is to approve it first."""
    _check_other(user, username)
    return accounts.ask_enable(state.store, username, state.clock(), user.username)


def end_sessions(state: State, user: User, username: str) -> None:
    check_may(user, Action.MANAGE_USERS)
    accounts.end_sessions(state.store, username, state.clock(), user.username)


def read_overview(state: State, user: User) -> Overview:
    check_may(user, Action.SEE_SERVICE)
    counts = service_state(state.store)
    today = state.clock().astimezone(ZONE).date()
    runs = [(school_id, newest_run(state.store, school_id, today)) for school_id in school_ids(state.store)]
    return Overview(
        model=model_status(state),
        lists=tuple((school_id, run) for school_id, run in runs if run is not None),
        published=counts.runs,
        entries=counts.entries,
        keys=sum(key.revoked_at is None for key in list_keys(state.store)),
        alerts=alerts_for(state, user),
    )


def _check_other(user: User, username: str) -> None:
    """Nobody changes what they themselves may do, or locks themselves out."""
    check_may(user, Action.MANAGE_USERS)
    if username == user.username:
        raise refused("another administrator has to do this for your own account")


def _link(state: State, token: str | None) -> str | None:
    return None if token is None else accounts.link_address(state.public_url, token)
