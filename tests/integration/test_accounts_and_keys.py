"""Ways in: one-time links, passwords, sessions, keys; none of their secrets is kept in clear."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from data_schemas.codes import Tier
from runxin.errors import Kind, UserError
from serving.access import Role, User
from serving.accounts import (
    Account,
    change_password,
    create_link,
    create_user,
    list_accounts,
    set_password,
    sign_in,
    sign_out,
    use_link,
    user_of_session,
    verify_password,
)
from serving.keys import create_key, list_keys, revoke_key, verify_key
from serving.store import UNASSIGNED, Store, audit_rows, keep_names
from serving.student.service import open_student
from serving.today.service import open_list
from tests.factories import NOW, assessment, publish, student, tell, word
from tests.known_schools import make_known
from tests.new_stores import new_store
from tests.sample_pages import make_state

SECRET = "correct horse battery"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = new_store(tmp_path)
    make_known(store, ["school-01"])
    create_user(store, "wang", "counselor", ["school-01"], NOW)
    return store


def test_a_link_signs_in_once(store: Store) -> None:
    token = create_link(store, "wang", NOW)
    user, session = use_link(store, token, NOW)
    assert user == User("wang", Role.COUNSELOR, ("school-01",))
    assert user_of_session(store, session, NOW) == user
    with pytest.raises(UserError, match="was used") as caught:
        use_link(store, token, NOW)
    assert caught.value.kind is Kind.UNAUTHENTICATED


def test_a_link_holds_for_a_day_and_a_newer_one_voids_it(store: Store) -> None:
    old = create_link(store, "wang", NOW)
    new = create_link(store, "wang", NOW)
    with pytest.raises(UserError, match="was used"):
        use_link(store, old, NOW)
    with pytest.raises(UserError, match="past its time"):
        use_link(store, new, NOW + timedelta(hours=24))


def test_a_session_ends_after_twelve_hours_or_at_sign_out(store: Store) -> None:
    _, session = use_link(store, create_link(store, "wang", NOW), NOW)
    for minutes in range(0, 12 * 60, 59):
        assert user_of_session(store, session, NOW + minutes * MINUTE) is not None
    assert user_of_session(store, session, NOW + timedelta(hours=12)) is None
    sign_out(store, session, NOW)
    assert user_of_session(store, session, NOW) is None
    assert user_of_session(store, "no such token", NOW) is None


def test_a_password_works_once_it_is_set_and_ends_other_sessions(store: Store) -> None:
    with pytest.raises(UserError, match="name or the password"):
        sign_in(store, "wang", SECRET, NOW)
    _, before = use_link(store, create_link(store, "wang", NOW), NOW)
    set_password(store, "wang", SECRET, NOW)
    assert user_of_session(store, before, NOW) is None
    user, session = sign_in(store, "wang", SECRET, NOW)
    assert user_of_session(store, session, NOW) == user


@pytest.mark.parametrize(
    ("password", "fault"), [("short", "at least 10"), ("wang@school", "not the username"), ("", "at least 10")]
)
def test_an_easy_password_is_refused(store: Store, password: str, fault: str) -> None:
    create_user(store, "Wang@School", "counselor", ["school-01"], NOW)
    with pytest.raises(UserError, match=fault):
        set_password(store, "Wang@School", password, NOW)


def test_wrong_name_and_wrong_password_read_the_same(store: Store) -> None:
    set_password(store, "wang", SECRET, NOW)
    said = set()
    for name in ("wang", "nobody"):
        with pytest.raises(UserError) as caught:
            sign_in(store, name, "wrong password", NOW)
        said.add((caught.value.kind, str(caught.value)))
    assert said == {(Kind.UNAUTHENTICATED, "the name or the password is wrong")}


@pytest.mark.parametrize(
    ("name", "role", "schools", "fault"),
    [
        ("wang", "counselor", ["school-01"], "already"),
        ("li", "teacher", ["school-01"], "unknown role"),
        ("li", "principal", [], "a principal needs at least one school"),
        ("li", "bureau", ["school-01"], "has no school of its own"),
        ("li", "counselor", [], "at least one school"),
        ("li", "administrator", ["school-01"], "has no school of its own"),
        ("l i", "administrator", [], "2 to 64"),
    ],
)
def test_an_account_that_does_not_fit_is_refused(
    store: Store, name: str, role: str, schools: list[str], fault: str
) -> None:
    with pytest.raises(UserError, match=fault) as caught:
        create_user(store, name, role, schools, NOW)
    assert caught.value.kind is Kind.USAGE


def test_an_account_and_a_key_are_of_schools_that_are_known(store: Store) -> None:
    made = create_user(store, "li", "counselor", ["school-01", "school-01"], NOW)
    assert made == User("li", Role.COUNSELOR, ("school-01",))
    with pytest.raises(UserError, match="no school 'school-02'"):
        create_user(store, "zhao", "counselor", ["school-01", "school-02"], NOW)
    with pytest.raises(UserError, match="no school 'school-02'"):
        create_key(store, "city", ["score"], NOW, schools=["school-02"])
    assert ([account.username for account in list_accounts(store)], list_keys(store)) == (["li", "wang"], [])


def test_accounts_are_listed_by_name_with_whether_they_have_a_password(store: Store) -> None:
    create_user(store, "chen", "bureau", [], NOW + MINUTE)
    set_password(store, "wang", SECRET, NOW)
    assert list_accounts(store) == [
        Account("chen", "bureau", (), NOW + MINUTE, has_password=False),
        Account("wang", "counselor", ("school-01",), NOW, has_password=True),
    ]


def test_a_password_is_long_enough_with_ten_characters(store: Store) -> None:
    with pytest.raises(UserError, match="at least 10"):
        set_password(store, "wang", "ninechars", NOW)
    set_password(store, "wang", "ten chars.", NOW)
    assert verify_password(store, "wang", "ten chars.", NOW).username == "wang"


def test_a_changed_password_ends_all_sessions_but_the_new_one(store: Store) -> None:
    user, before = use_link(store, create_link(store, "wang", NOW), NOW)
    session = change_password(store, user, SECRET, NOW)
    assert (user_of_session(store, before, NOW), user_of_session(store, session, NOW)) == (None, user)
    assert verify_password(store, "wang", SECRET, NOW) == user


@pytest.mark.parametrize("name", ["nobody", "wang"])
def test_who_has_no_password_is_let_in_by_none(store: Store, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even by the one against which such a guess is compared, so that it takes as long as any other."""
    monkeypatch.setattr("serving.accounts.passwords._nobody", lambda: PasswordHasher().hash(SECRET))
    with pytest.raises(UserError, match="the name or the password is wrong") as caught:
        verify_password(store, name, SECRET, NOW)
    assert caught.value.kind is Kind.UNAUTHENTICATED


def test_who_signed_out_is_on_record_and_nobody_where_no_session_was(store: Store) -> None:
    _, session = use_link(store, create_link(store, "wang", NOW), NOW)
    for _ in range(2):
        sign_out(store, session, NOW)
    events = [event for event in audit_rows(store, 9) if event.action == "sign_out"]
    assert [event.actor for event in events] == ["anonymous", "wang"], "the newest first"


def test_links_and_passwords_of_nobody_are_not_found(store: Store) -> None:
    for act in (lambda: create_link(store, "nobody", NOW), lambda: set_password(store, "nobody", SECRET, NOW)):
        with pytest.raises(UserError, match="no user") as caught:
            act()
        assert caught.value.kind is Kind.NOT_FOUND


def test_a_key_is_verified_until_it_is_revoked(store: Store) -> None:
    key = create_key(store, "city", ["explain", "score", "score"], NOW, schools=["school-01"])
    client = verify_key(store, key, NOW)
    assert key.startswith("rx_")
    assert (client.client, client.scopes, client.schools) == ("city", ("score", "explain"), ("school-01",))
    for wrong in (key[:-1], key + "x", "", "rx_", "\ud800"):
        with pytest.raises(UserError, match="invalid, expired or revoked key") as caught:
            verify_key(store, wrong, NOW)
        assert caught.value.kind is Kind.UNAUTHENTICATED
    revoke_key(store, client.key_id, NOW)
    with pytest.raises(UserError, match="invalid, expired or revoked key"):
        verify_key(store, key, NOW)
    assert [row.revoked_at for row in list_keys(store)] == [NOW]
    with pytest.raises(UserError, match="no key") as caught:
        revoke_key(store, client.key_id, NOW)
    assert caught.value.kind is Kind.NOT_FOUND


def test_an_unknown_scope_is_refused_with_the_known_ones(store: Store) -> None:
    with pytest.raises(UserError, match="score, explain, list, model, dry_run") as caught:
        create_key(store, "city", ["score", "write"], NOW)
    assert caught.value.kind is Kind.USAGE
    with pytest.raises(UserError, match="at least one scope"):
        create_key(store, "city", [], NOW)
    with pytest.raises(UserError, match="name of its client"):
        create_key(store, " ", ["score"], NOW)


def test_no_secret_is_kept_in_clear(store: Store, tmp_path: Path) -> None:
    set_password(store, "wang", SECRET, NOW)
    link = create_link(store, "wang", NOW)
    _, session = sign_in(store, "wang", SECRET, NOW)
    key = create_key(store, "city", ["score"], NOW)
    store.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("runxin.db*"))
    for secret in (SECRET, link, session, key, key.removeprefix("rx_")):
        assert secret.encode() not in kept


def test_a_read_of_a_record_is_allowed_first_and_leaves_a_trace(store: Store, tmp_path: Path) -> None:
    state = make_state(store, tmp_path, lambda: NOW)
    publish(
        store,
        [assessment("S-1", Tier.PRIORITY), assessment("S-2", Tier.PRIORITY)],
        students=[student("S-1"), student("S-2", "school-02")],
    )
    keep_names(store, {"S-1": "甲"}, NOW, "cli")
    wang = User("wang", Role.COUNSELOR, ("school-01",))
    file = open_student(state, wang, "S-1")
    assert (file.student.name, file.assessment) == ("甲", assessment("S-1", Tier.PRIORITY))
    trace = audit_rows(store, 1)[0]
    assert (trace.actor, trace.action, trace.purpose, trace.object_id) == ("wang", "student.read", "follow_up", "S-1")
    said = set()
    for elsewhere in ("S-2", "nobody"):
        with pytest.raises(UserError) as caught:
            open_student(state, wang, elsewhere)
        said.add((caught.value.kind, caught.value.message))
    assert said == {(Kind.REFUSED, "you may see a student's record at your own schools only")}
    assert audit_rows(store, 1)[0] == trace, "what was refused was not read"
    with pytest.raises(ValueError, match="not a purpose"):
        open_student(state, wang, "S-1", purpose="curiosity")


def test_reading_a_list_leaves_a_trace_and_shows_names(store: Store, tmp_path: Path) -> None:
    state = make_state(store, tmp_path, lambda: NOW)
    publish(store, [assessment("S-1", Tier.PRIORITY)])
    keep_names(store, {"S-1": "甲"}, NOW, "cli")
    wang = User("wang", Role.COUNSELOR, ("school-01",))
    listed = open_list(state, wang, "school-01")
    assert listed is not None
    assert [entry.student.name for entry in listed.queue("week")] == ["甲"]
    assert (audit_rows(store, 1)[0].action, audit_rows(store, 1)[0].object_id) == ("list.read", "school-01")
    with pytest.raises(UserError, match="at your own schools only"):
        open_list(state, wang, "school-02")


def test_every_counselor_reads_a_student_without_a_school(store: Store, tmp_path: Path) -> None:
    tell(store, word("S-9"), school=UNASSIGNED)
    state = make_state(store, tmp_path, lambda: NOW)
    for name, school in (("wang", "school-01"), ("zhao", "school-02")):
        assert open_student(state, User(name, Role.COUNSELOR, (school,)), "S-9").student.school_id == UNASSIGNED
    with pytest.raises(UserError, match="only a counselor or a supervisor may see a student's record"):
        open_student(state, User("li", Role.PRINCIPAL, ("school-01",)), "S-9")


def test_a_password_is_kept_with_argon2id_at_the_cost_of_rfc_9106() -> None:
    """64 MiB, three passes, four lanes (RFC 9106, the second choice); these tests themselves run at less."""
    code = f"from serving.accounts.passwords import hash_password; print(hash_password({SECRET!r}))"
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
