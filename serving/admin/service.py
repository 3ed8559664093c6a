"""What an administrator does and sees: accounts, and how the service stands. No student stands here."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.assessment import ModelStatus
from models.triage import ZONE
from serving.access import Action, User, check_may
from serving.accounts import Account, create_link, create_user, list_accounts
from serving.keys import list_keys
from serving.model_status import model_status
from serving.platform.state import State
from serving.store import Run, newest_run, school_ids, service_state


@dataclass(frozen=True)
class Overview:
    """The model that serves, the list in force at each school, and counts of published runs, of records received by
    the API, and of keys in force."""

    model: ModelStatus
    lists: tuple[tuple[str, Run], ...]
    published: int
    entries: int
    keys: int


def read_accounts(state: State, user: User) -> tuple[Account, ...]:
    check_may(user, Action.MANAGE_USERS)
    return tuple(list_accounts(state.store))


def read_schools(state: State, user: User) -> tuple[str, ...]:
    """The schools that an account may be for."""
    check_may(user, Action.MANAGE_USERS)
    return tuple(school_ids(state.store))


def add_account(state: State, user: User, username: str, role: str, schools: Sequence[str]) -> str:
    """Make an account; the token of its one-time link. Raises `UserError` as `create_user` does."""
    check_may(user, Action.MANAGE_USERS)
    now = state.clock()
    create_user(state.store, username, role, schools, now, user.username)
    return create_link(state.store, username, now, user.username)


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
    )
