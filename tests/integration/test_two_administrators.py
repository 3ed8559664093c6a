"""What lets somebody see students, or decide who does, takes two people; a leaver is shut out by one."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from runxin.errors import Kind, UserError
from serving.access import Role, takes_two
from serving.accounts import (
    ask_create,
    ask_enable,
    ask_link,
    ask_move,
    create_link,
    create_user,
    decide,
    disable_account,
    end_sessions,
    find_account,
    list_requests,
    set_password,
    sign_in,
    use_link,
    user_of_session,
    verify_password,
)
from serving.store import Store, audit_rows
from tests.factories import NOW
from tests.http_client import Client
from tests.known_schools import make_known
from tests.new_stores import new_store
from tests.sample_pages import MakeSample, Sample, follow, with_passwords

pytestmark = pytest.mark.usefixtures("each_database")

SCHOOLS = ["school-01", "school-02"]
SECRET = "correct horse battery"
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Two administrators, and a counselor of one school."""
    store = new_store(tmp_path)
    make_known(store, SCHOOLS)
    for name in ("ann", "bea"):
        create_user(store, name, "administrator", [], NOW)
    create_user(store, "wang", "counselor", SCHOOLS[:1], NOW)
    return store


def waiting(store: Store) -> list[tuple[str, str]]:
    return [(one.kind, one.username) for one in list_requests(store, NOW)]


def decided(store: Store, actor: str, approved: bool = True) -> str | None:
    return decide(store, list_requests(store, NOW)[0].request_id, approved, NOW, actor)


def test_which_roles_take_two() -> None:
    assert {role.code for role in Role if takes_two(role)} == {"counselor", "supervisor", "principal", "administrator"}


@pytest.mark.parametrize(("role", "schools"), [("counselor", SCHOOLS), ("administrator", [])])
def test_nobody_makes_a_counselor_or_an_administrator_alone(store: Store, role: str, schools: list[str]) -> None:
    assert ask_create(store, "new", role, schools, NOW, "ann") is None
    assert find_account(store, "new") is None
    with pytest.raises(UserError, match="another administrator") as caught:
        decided(store, "ann")
    assert caught.value.kind is Kind.REFUSED
    token = decided(store, "bea")
    assert token is not None
    user, _ = use_link(store, token, NOW)
    assert (user.role.code, list(user.schools)) == (role, schools)
    assert waiting(store) == []
    made = next(event for event in audit_rows(store, 20) if event.action == "user.created")
    assert made.actor == "ann and bea"
    assert made.detail == " ".join([role, *schools])


@pytest.mark.parametrize(("role", "schools"), [("bureau", [])])
def test_who_sees_counts_alone_is_made_by_one(store: Store, role: str, schools: list[str]) -> None:
    token = ask_create(store, "new", role, schools, NOW, "ann")
    assert token is not None
    assert use_link(store, token, NOW)[0].role.code == role


def test_an_administrator_does_not_become_a_counselor_in_any_number_of_clicks(store: Store) -> None:
    assert ask_move(store, "ann", "counselor", SCHOOLS, NOW, "ann") is False
    with pytest.raises(UserError, match="another administrator"):
        decided(store, "ann")
    ask_create(store, "puppet", "administrator", [], NOW, "ann")
    ask_link(store, "wang", NOW, "ann")
    for one in list_requests(store, NOW):
        with pytest.raises(UserError, match="another administrator"):
            decide(store, one.request_id, True, NOW, "ann")
    assert find_account(store, "puppet") is None
    account = find_account(store, "ann")
    assert account is not None
    assert account.role == "administrator"


def test_whom_it_is_about_does_not_approve_it(store: Store) -> None:
    ask_move(store, "bea", "counselor", SCHOOLS, NOW, "ann")
    with pytest.raises(UserError, match="another administrator"):
        decided(store, "bea")


@pytest.mark.parametrize(("schools", "alone"), [(["school-01"], True), (["school-02"], False), (SCHOOLS, False)])
def test_schools_are_taken_away_by_one_and_given_by_two(store: Store, schools: list[str], alone: bool) -> None:
    assert ask_move(store, "wang", "counselor", schools, NOW, "ann") is alone
    if not alone:
        assert find_account(store, "wang").schools == ("school-01",)  # type: ignore[union-attr]
        assert decided(store, "bea") is None
    assert find_account(store, "wang").schools == tuple(schools)  # type: ignore[union-attr]


def test_a_counselor_goes_to_the_bureau_by_one_and_becomes_nobody_who_answers_for_others_so(store: Store) -> None:
    assert ask_move(store, "wang", "administrator", [], NOW, "ann") is False
    assert ask_move(store, "wang", "principal", SCHOOLS[:1], NOW, "ann") is False
    assert ask_move(store, "wang", "bureau", [], NOW, "ann") is True


def test_a_move_holds_at_once_in_sessions_that_are_open(store: Store) -> None:
    _, token = use_link(store, create_link(store, "wang", NOW), NOW)
    ask_move(store, "wang", "bureau", [], NOW, "ann")
    user = user_of_session(store, token, NOW)
    assert user is not None
    assert (user.role, user.schools) == (Role.BUREAU, ())


def test_a_link_to_somebody_who_sees_students_takes_two(store: Store) -> None:
    create_user(store, "zhou", "bureau", [], NOW)
    assert ask_link(store, "zhou", NOW, "ann") is not None
    assert ask_link(store, "wang", NOW, "ann") is None
    token = decided(store, "bea")
    assert token is not None
    assert use_link(store, token, NOW)[0].username == "wang"


def test_a_request_is_refused_withdrawn_or_past_its_time(store: Store) -> None:
    ask_link(store, "wang", NOW, "ann")
    request = list_requests(store, NOW)[0].request_id
    assert decided(store, "ann", approved=False) is None
    with pytest.raises(UserError, match="no such request"):
        decide(store, request, True, NOW, "bea")
    ask_link(store, "wang", NOW, "ann")
    ask_move(store, "wang", "counselor", SCHOOLS, NOW, "ann")
    assert waiting(store) == [("move", "wang")], "the newest for an account counts"
    late = list_requests(store, NOW)[0].request_id
    with pytest.raises(UserError, match="no such request") as caught:
        decide(store, late, True, NOW + 7 * DAY, "bea")
    assert caught.value.kind is Kind.NOT_FOUND


def test_a_leaver_is_shut_out_at_once_by_every_way(store: Store) -> None:
    set_password(store, "wang", SECRET, NOW)
    _, session = sign_in(store, "wang", SECRET, NOW)
    link = create_link(store, "wang", NOW)
    disable_account(store, "wang", NOW, "ann")
    assert user_of_session(store, session, NOW) is None
    with pytest.raises(UserError, match="was used or is past"):
        use_link(store, link, NOW)
    for way in (sign_in, verify_password):
        with pytest.raises(UserError, match="the name or the password is wrong"):
            way(store, "wang", SECRET, NOW)
    with pytest.raises(UserError, match="is disabled"):
        create_link(store, "wang", NOW)
    assert ask_enable(store, "wang", NOW, "ann") is False, "to let back in takes two"
    decided(store, "bea")
    assert sign_in(store, "wang", SECRET, NOW)[0].username == "wang"
    assert {"user.disabled", "user.enabled"} <= {event.action for event in audit_rows(store, 20)}


def test_sessions_are_ended_from_outside(store: Store) -> None:
    tokens = [use_link(store, create_link(store, "wang", NOW), NOW)[1] for _ in range(3)]
    end_sessions(store, "wang", NOW, "ann")
    assert [user_of_session(store, token, NOW) for token in tokens] == [None] * 3


# --- on the pages


@pytest.fixture
def pages(sample: MakeSample) -> Sample:
    made = with_passwords(sample())
    create_user(made.store, "bea", "administrator", [], made.state.clock())
    return made


def form(client: Client, path: str = "/admin") -> dict[str, str]:
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', client.get(path).text)
    assert found
    return {"form_token": found[1]}


def test_one_asks_on_the_page_and_the_other_is_given_the_link(pages: Sample) -> None:
    ann, bea = pages.enter("admin"), pages.enter("bea", Client(pages.client.app))
    asked = ann.post("/admin/accounts", form(ann) | {"username": "li", "role": "counselor", "schools": "school-01"})
    assert "须由另一位管理员批准" in asked.text
    assert "link=" not in asked.text
    assert 'value="approve"' not in ann.get("/admin").text
    request = re.search(r'name="request" value="(\w+)"', bea.get("/admin").text)
    assert request
    own = ann.post("/admin/requests", form(ann) | {"request": request[1], "act": "approve"})
    assert own.status_code == 403
    approved = bea.post("/admin/requests", form(bea) | {"request": request[1], "act": "approve"})
    link = re.search(r"http://127.0.0.1:3000(/sign-in\?link=[\w-]+)", approved.text)
    assert link
    assert follow(Client(pages.client.app), link[1]).status_code == 303


def test_an_account_is_changed_on_its_page(pages: Sample) -> None:
    ann = pages.enter("admin")
    wang = pages.enter("wang", Client(pages.client.app))
    there = "/admin/accounts/wang"
    assert "wang" in ann.get(there).text
    assert ann.get("/admin/accounts/nobody").status_code == 404
    said = ann.post(there, form(ann, there) | {"act": "sessions"})
    assert said.headers["location"] == f"{there}?done=sessions_ended"
    assert wang.get("/").status_code == 303
    ann.post(there, form(ann, there) | {"act": "disable"})
    assert "已停用" in ann.get("/admin").text
    assert ann.post(there, form(ann, there) | {"act": "enable"}).headers["location"] == f"{there}?done=asked"
    moved = form(ann, there) | {"act": "move", "role": "counselor"}
    assert ann.post(there, moved).status_code == 422
    assert ann.post(there, moved | {"role": "bureau"}).headers["location"] == f"{there}?done=moved"
    assert ann.post(there, form(ann, there) | {"act": "x"}).status_code == 400


@pytest.mark.parametrize("act", ["link", "disable", "enable", "move"])
def test_nobody_changes_their_own_account(act: str, pages: Sample) -> None:
    ann = pages.enter("admin")
    data = form(ann) | {"act": act, "role": "counselor", "schools": "school-01"}
    assert ann.post("/admin/accounts/admin", data).status_code == 403
    assert list_requests(pages.store, pages.state.clock()) == []


def test_what_is_sensitive_asks_once_more_who_it_is(sample: MakeSample, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten minutes after signing in; what was typed comes back."""
    pages = with_passwords(sample())
    ann = pages.enter("admin")
    monkeypatch.setattr("serving.accounts.ways_in.FRESH", timedelta(0))
    data = {"username": "li", "role": "principal", "schools": "school-01"}
    asked = ann.post("/admin/accounts", form(ann) | data)
    assert "请再确认一次身份" in asked.text
    assert find_account(pages.store, "li") is None
    fields = dict(re.findall(r'name="((?:kept_)?\w+)" value="([^"]*)"', asked.text))
    wrong = ann.post("/confirm", fields | {"password": "wrong"})
    assert (wrong.status_code, "密码或验证码不对" in wrong.text) == (401, True)
    monkeypatch.undo()
    back = ann.post("/confirm", fields | {"password": "another four words here"})
    assert back.headers["location"].startswith("/admin?username=li")
    assert 'value="li"' in ann.get(back.headers["location"]).text
    assert [row.action for row in audit_rows(pages.store, 1)] == ["sign_in.confirmed"]


def test_the_own_password_is_changed_by_who_knows_it(pages: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    client = pages.enter("wang")
    monkeypatch.setattr("serving.accounts.ways_in.FRESH", timedelta(0))
    data = form(client, "/account") | {"new_password": "grey cats sleep", "repeat_password": "grey cats sleep"}
    refused = client.post("/account", data | {"old_password": "wrong"})
    assert (refused.status_code, "现在的密码不对" in refused.text) == (422, True)
    assert client.post("/account", data | {"old_password": "four words in a row"}).status_code == 303


def test_everybody_signs_themselves_out_everywhere(pages: Sample) -> None:
    client, other = pages.enter("wang"), pages.enter("wang", Client(pages.client.app))
    client.post("/account/sessions", form(client, "/account"))
    assert (client.get("/").status_code, other.get("/").status_code) == (303, 303)
