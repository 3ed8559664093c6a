"""What stands in the store of accounts: each call changes its own rows alone, and leaves a line in the audit log."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from runxin.errors import Kind, UserError
from serving.accounts import ask_create, ask_enable, ask_move, create_user, decide, disable_account, list_requests
from serving.accounts.requests import ask_link
from serving.accounts.service import (
    Account,
    create_link,
    enable_account,
    end_sessions,
    find_account,
    move_account,
    open_sessions,
    set_password,
)
from serving.accounts.states import POSSIBLE, AccountMove, AccountStatus
from serving.accounts.store.factors import (
    count_recovery_codes,
    find_factor,
    propose_factor,
    put_in_force,
    remove_factor,
    use_step,
)
from serving.accounts.store.requests import AccountRequest, add_request, decide_request, open_requests
from serving.accounts.store.sessions import (
    add_session,
    confirm_session,
    count_sessions,
    drop_session,
    find_session,
    is_known_device,
    know_device,
)
from serving.accounts.ways_in import whose_link
from serving.store import AuditEvent, Store, audit_rows
from tests.factories import NOW
from tests.known_schools import make_known
from tests.new_stores import new_store

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
IDLE = 30 * MINUTE


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = new_store(tmp_path)
    make_known(store, ["school-01"])
    for name in ("ann", "bea"):
        create_user(store, name, "administrator", [], NOW)
    create_user(store, "wang", "counselor", ["school-01"], NOW)
    return store


def actions(store: Store) -> list[str]:
    return [event.action for event in audit_rows(store)]


def event(action: str, at: datetime = NOW) -> AuditEvent:
    return AuditEvent(at, "ann", action, object_id="wang")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda s: ask_create(s, "a b", "counselor", ["school-01"], NOW, "ann"), "2 to 64 letters"),
        (lambda s: ask_create(s, "li", "counselor", [], NOW, "ann"), "needs at least one school"),
        (lambda s: ask_create(s, "wang", "counselor", ["school-01"], NOW, "ann"), "there is a user 'wang' already"),
        (lambda s: ask_move(s, "wang", "counselor", ["school-99"], NOW, "ann"), "school-99"),
        (lambda s: ask_move(s, "wang", "teller", [], NOW, "ann"), "unknown role 'teller'"),
        (lambda s: move_account(s, "wang", "counselor", [], NOW, "ann"), "needs at least one school"),
    ],
)
def test_what_does_not_fit_is_refused_when_it_is_asked_for(
    store: Store, call: Callable[[Store], object], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        call(store)
    assert list_requests(store, NOW) == []


@pytest.mark.parametrize(
    "call",
    [
        lambda s: ask_move(s, "nobody", "counselor", ["school-01"], NOW, "ann"),
        lambda s: ask_link(s, "nobody", NOW, "ann"),
        lambda s: ask_enable(s, "nobody", NOW, "ann"),
        lambda s: move_account(s, "nobody", "counselor", ["school-01"], NOW, "ann"),
        lambda s: disable_account(s, "nobody", NOW, "ann"),
        lambda s: enable_account(s, "nobody", NOW, "ann"),
        lambda s: end_sessions(s, "nobody", NOW, "ann"),
    ],
)
def test_whom_nobody_knows_is_not_found(store: Store, call: Callable[[Store], object]) -> None:
    before = actions(store)
    with pytest.raises(UserError, match="there is no user 'nobody'") as raised:
        call(store)
    assert raised.value.kind is Kind.NOT_FOUND
    assert actions(store) == before


def test_an_account_says_what_may_be_done_with_it_as_the_table_has_it(store: Store) -> None:
    for disabled in (False, True):
        account = Account("wang", "counselor", ("school-01",), NOW, has_password=True, disabled=disabled)
        may = {move.code for move in AccountMove if account.can(move.code)}
        status = AccountStatus.DISABLED if disabled else AccountStatus.ACTIVE
        assert may == {move.code for move, states in POSSIBLE.items() if status in states}
        assert {"link", "enable"} & may == ({"enable"} if disabled else {"link"})


def test_who_sees_no_student_is_enabled_by_one(store: Store) -> None:
    create_user(store, "wei", "bureau", [], NOW)
    disable_account(store, "wei", NOW, "ann")
    assert ask_enable(store, "wei", NOW, "ann") is True
    found = find_account(store, "wei")
    assert found is not None
    assert not found.disabled


@pytest.mark.parametrize(("approved", "action"), [(True, "account.approved"), (False, "account.refused")])
def test_a_decision_is_in_the_audit_log_and_stands(store: Store, approved: bool, action: str) -> None:
    ask_create(store, "li", "counselor", ["school-01"], NOW, "ann")
    (asked,) = list_requests(store, NOW)
    assert "account.requested" in actions(store)
    decide(store, asked.request_id, approved, NOW, "bea")
    assert action in actions(store)
    with pytest.raises(UserError, match="no such request, or it was decided") as raised:
        decide(store, asked.request_id, approved, NOW, "bea")
    assert raised.value.kind is Kind.NOT_FOUND
    assert decide_request(store, asked.request_id, True, event("account.approved")) is False


def test_asking_again_replaces_what_waits_for_this_account_alone(store: Store) -> None:
    for number, name in enumerate(("li", "zhao", "li")):
        one = AccountRequest(f"r{number}", "create", name, "counselor", ("school-01",), "ann", NOW + number * MINUTE)
        add_request(store, one, event("account.requested"))
    assert [one.request_id for one in open_requests(store, NOW - DAY)] == ["r1", "r2"]
    assert decide_request(store, "r1", True, event("account.approved"))
    assert [one.request_id for one in open_requests(store, NOW - DAY)] == ["r2"]
    again = AccountRequest("r3", "create", "zhao", "counselor", ("school-01",), "ann", NOW)
    add_request(store, again, event("account.requested"))
    assert not decide_request(store, "r1", True, event("account.approved")), "what was decided is kept"


def test_a_second_factor_is_ones_own(store: Store) -> None:
    propose_factor(store, "ann", "OLD")
    propose_factor(store, "bea", "HERS")
    propose_factor(store, "ann", "NEW")
    ann, bea = find_factor(store, "ann"), find_factor(store, "bea")
    assert ann is not None
    assert bea is not None
    assert (ann.secret, bea.secret, ann.last_step) == ("NEW", "HERS", 0)
    assert use_step(store, "bea", 1)
    put_in_force(store, "ann", 7, ["a", "b"], event("second_factor.set"))
    put_in_force(store, "bea", 7, ["c"], event("second_factor.set"))
    put_in_force(store, "ann", 9, ["d", "e", "f"], event("second_factor.set"))
    assert [count_recovery_codes(store, name) for name in ("ann", "bea", "wang")] == [3, 1, 0]
    assert actions(store).count("second_factor.set") == 3
    remove_factor(store, "ann", event("second_factor.removed"))
    assert [count_recovery_codes(store, name) for name in ("ann", "bea")] == [0, 1]


def began(store: Store, token: str, name: str = "wang", at: datetime = NOW) -> None:
    with store.writing() as connection:
        add_session(connection, token, name, "password", at, at + 12 * HOUR, False)


def test_a_session_is_over_when_nobody_was_there_for_half_an_hour(store: Store) -> None:
    began(store, "t")
    assert find_session(store, "t", NOW + IDLE - MINUTE, IDLE) is not None
    assert find_session(store, "t", NOW + 2 * IDLE - 2 * MINUTE, IDLE) is not None, "a look keeps it open"
    assert find_session(store, "t", NOW + 3 * IDLE - 2 * MINUTE, IDLE) is None
    began(store, "u")
    assert find_session(store, "u", NOW + IDLE, IDLE) is None


def test_a_look_of_the_same_minute_writes_nothing(store: Store) -> None:
    began(store, "t")
    assert find_session(store, "t", NOW + MINUTE / 2, IDLE) is not None
    assert find_session(store, "t", NOW + IDLE, IDLE) is None
    began(store, "u")
    assert find_session(store, "u", NOW + MINUTE, IDLE) is not None
    assert find_session(store, "u", NOW + IDLE, IDLE) is not None


def test_sessions_are_counted_confirmed_and_dropped_each_by_itself(store: Store) -> None:
    for token, name in (("t", "wang"), ("u", "wang"), ("v", "ann")):
        began(store, token, name)
    assert [open_sessions(store, name, NOW) for name in ("wang", "ann", "bea")] == [2, 1, 0]
    assert count_sessions(store, "wang", NOW + IDLE, IDLE) == 0
    assert count_sessions(store, "wang", NOW + 12 * HOUR, 13 * HOUR) == 0
    confirm_session(store, "t", event("sign_in.confirmed", NOW + MINUTE))
    found = [find_session(store, token, NOW + MINUTE, IDLE) for token in "tuv"]
    assert [one and one.confirmed_at for one in found] == [NOW + MINUTE, NOW, NOW]
    with store.writing() as connection:
        drop_session(connection, "t")
    assert [find_session(store, token, NOW, IDLE) is None for token in "tuv"] == [True, False, False]


@pytest.mark.parametrize(
    ("end", "action"), [(disable_account, "user.disabled"), (end_sessions, "sessions.ended")], ids=["disabled", "ended"]
)
def test_whoever_is_shut_out_has_no_session_left_and_it_is_on_record(
    store: Store, end: Callable[..., None], action: str
) -> None:
    began(store, "t")
    began(store, "v", "ann")
    end(store, "wang", NOW, "ann")
    assert [find_session(store, token, NOW, IDLE) is None for token in "tv"] == [True, False]
    assert actions(store).count(action) == 1


def test_a_password_voids_the_own_links_and_nobody_elses(store: Store) -> None:
    links = {name: create_link(store, name, NOW) for name in ("wang", "ann")}
    assert actions(store).count("link.created") == 2
    set_password(store, "wang", "four words in a row", NOW)
    assert actions(store).count("password.set") == 1
    assert [whose_link(store, links[name], NOW) for name in ("wang", "ann")] == [None, "ann"]
    end_sessions(store, "wang", NOW, "ann")
    assert create_link(store, "wang", NOW), "an account with a password may have a link too"


def test_a_browser_is_forgotten_after_a_year(store: Store) -> None:
    year = timedelta(days=365)
    with store.writing() as connection:
        know_device(connection, "d", "wang", NOW)
        know_device(connection, "e", "ann", NOW + DAY)
    with store.writing() as connection:
        know_device(connection, "f", "bea", NOW + year - MINUTE)
    assert is_known_device(store, "d", "wang")
    with store.writing() as connection:
        know_device(connection, "f", "bea", NOW + year)
    assert [is_known_device(store, *one) for one in (("d", "wang"), ("e", "ann"), ("f", "bea"), ("f", "ann"))] == [
        False,
        True,
        True,
        False,
    ]
