"""Signing in by OpenID Connect, over sockets, at a provider that runs beside the tests."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest

from runxin.errors import Kind, UserError
from runxin.settings import Oidc, read_settings
from serving.accounts import create_user, disable_account, second_factor
from serving.accounts.oidc import Pending, begin, finish
from serving.app import make_web
from serving.platform import State
from serving.store import audit_rows
from tests.browser import running
from tests.factories import NOW
from tests.http_client import Client
from tests.new_stores import new_store
from tests.oidc_server import CLIENT, SECRET, Provider
from tests.sample_pages import make_state


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    with running(made.app()) as address:
        made.issuer = address
        yield made


@pytest.fixture
def state(provider: Provider, tmp_path: Path) -> State:
    store = new_store(tmp_path)
    create_user(store, "wang", "bureau", [], NOW)
    return replace(make_state(store, tmp_path, lambda: NOW), oidc=Oidc(provider.issuer, CLIENT, SECRET))


def through(client: Client, where: str = "/sign-in/oidc?next=%2Fhelp") -> httpx.Response:
    """To the provider and back, as a browser goes."""
    away = client.get(where)
    assert away.status_code == 303
    with httpx.Client() as browser:
        back = browser.get(away.headers["location"])
    assert back.status_code == 307
    return client.get(back.headers["location"].removeprefix("http://127.0.0.1:3000"))


def test_who_is_vouched_for_and_has_an_account_is_in(state: State, provider: Provider) -> None:
    client = Client(make_web(state))
    assert 'href="/sign-in/oidc?next=%2F"' in client.get("/sign-in").text
    inside = through(client)
    assert inside.status_code == 200
    assert 'content="0;url=/help"' in inside.text
    assert client.get("/help").status_code == 200
    assert [(event.actor, event.action, event.detail) for event in audit_rows(state.store, 1)] == [
        ("wang", "sign_in.done", "oidc")
    ]
    asked = parse_qs(urlsplit(provider.asked[0]).query)
    assert (asked["code_challenge_method"], asked["prompt"]) == (["S256"], ["login"])
    assert asked["redirect_uri"] == ["http://127.0.0.1:3000/sign-in/oidc/back"]


def test_what_comes_along_is_for_that_journey_only(state: State) -> None:
    client = Client(make_web(state))
    (kept,) = client.get("/sign-in/oidc").headers.get_list("set-cookie")
    assert "Path=/sign-in/oidc" in kept
    assert "HttpOnly" in kept
    assert "SameSite=lax" in kept


@pytest.mark.parametrize(
    ("claims", "lies"),
    [
        ({"preferred_username": "nobody-here"}, {}),
        ({"preferred_username": ""}, {}),
        ({"preferred_username": ["wang"]}, {}),
        ({}, {"key": True}),
        ({}, {"declined": True}),
        ({}, {"claims": {"iss": "https://elsewhere.example"}}),
        ({}, {"claims": {"aud": "another"}}),
        ({}, {"claims": {"aud": ["another", CLIENT], "azp": "another"}}),
        ({}, {"claims": {"nonce": "another"}}),
        ({}, {"claims": {"exp": 1_000_000_000}}),
    ],
)
def test_whoever_is_not_vouched_for_is_not_in(
    claims: dict[str, object], lies: dict[str, object], state: State, provider: Provider
) -> None:
    provider.claims |= claims
    provider.lies |= lies
    client = Client(make_web(state))
    refused = through(client)
    assert (refused.status_code, "没有登录成功" in refused.text) == (401, True)
    assert client.get("/help").status_code == 303


def test_a_disabled_account_is_not_let_in(state: State) -> None:
    disable_account(state.store, "wang", NOW, "admin")
    assert through(Client(make_web(state))).status_code == 401


def test_an_answer_counts_once_and_in_the_browser_that_asked(state: State) -> None:
    client, other = Client(make_web(state)), Client(make_web(state))
    away = client.get("/sign-in/oidc")
    with httpx.Client() as browser:
        back = browser.get(away.headers["location"]).headers["location"].removeprefix("http://127.0.0.1:3000")
    assert other.get(back).status_code == 401, "a stranger's answer, which would sign the visitor in as somebody else"
    other.get("/sign-in/oidc")
    assert other.get(back).status_code == 401
    assert client.get(back).status_code == 200
    client.cookies.clear()
    assert client.get(back).status_code == 401


def test_the_second_factor_is_asked_for_here_too(state: State) -> None:
    second_factor.propose(state.store, "wang")
    found = second_factor.find_factor(state.store, "wang")
    assert found is not None
    at = NOW - timedelta(minutes=2)
    second_factor.accept(state.store, "wang", pyotp.TOTP(found.secret).at(at), at)
    client = Client(make_web(state))
    assert 'content="0;url=/sign-in/code?next=%2Fhelp"' in through(client).text
    assert client.get("/help").status_code == 303


def test_an_email_counts_where_the_provider_has_verified_it(state: State, provider: Provider) -> None:
    create_user(state.store, "li@example.org", "bureau", [], NOW)
    assert state.oidc is not None
    by_mail = replace(state, oidc=replace(state.oidc, claim="email"))
    provider.claims |= {"email": "li@example.org"}
    assert through(Client(make_web(by_mail))).status_code == 401
    provider.claims |= {"email_verified": True}
    assert through(Client(make_web(by_mail))).status_code == 200


def test_a_description_of_another_issuer_is_not_followed(state: State, provider: Provider) -> None:
    provider.lies["issuer"] = "https://elsewhere.example"
    client = Client(make_web(state))
    assert client.get("/sign-in/oidc").status_code == 503


def test_a_provider_that_is_away_is_told_and_passwords_go_on() -> None:
    away = Oidc("http://127.0.0.1:9", CLIENT, SECRET)
    for ask in (
        lambda: begin(away, "http://127.0.0.1:3000/back", "/"),
        lambda: finish(away, "http://127.0.0.1:3000/back", Pending("s", "n", "v", "/"), {"code": "c", "state": "s"}),
    ):
        with pytest.raises(UserError, match="does not answer") as caught:
            ask()
        assert caught.value.kind is Kind.UNAVAILABLE


def test_without_configuration_there_is_no_such_way(tmp_path: Path) -> None:
    client = Client(make_web(make_state(new_store(tmp_path), tmp_path)))
    for path in ("/sign-in/oidc", "/sign-in/oidc/back?code=c&state=s"):
        assert client.get(path).status_code == 404
    assert "/sign-in/oidc" not in client.get("/sign-in").text


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"state": "s"}', "x"])
def test_what_a_browser_kept_and_is_none_is_none(text: str) -> None:
    assert Pending.of_text(text) is None


def configured(home: Path, text: str, **environment: str) -> Oidc | None:
    (home / "runxin.toml").write_text(text, "utf-8")
    return read_settings({"RUNXIN_HOME": str(home), **environment}).oidc


def test_the_secret_comes_from_a_file_or_the_environment_and_is_not_shown(tmp_path: Path) -> None:
    table = '[oidc]\nissuer = "https://id.example.org"\nclient_id = "runxin"\n'
    (tmp_path / "oidc.secret").write_text("from a file\n")
    by_file = configured(tmp_path, table + 'client_secret_file = "oidc.secret"\nname = "统一身份认证"\n')
    assert by_file == Oidc("https://id.example.org", "runxin", "from a file", name="统一身份认证")
    by_variable = configured(tmp_path, table, RUNXIN_OIDC_CLIENT_SECRET="given")
    assert by_variable is not None
    assert by_variable.client_secret == "given"
    assert "given" not in repr(by_variable)


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ('issuer = "http://id.example.org"\nclient_id = "c"', "https address"),
        ('issuer = "https://id.example.org"', "needs a client_id"),
        ('issuer = "https://id.example.org"\nclient_id = "c"\nclient_secret = "in clear"', "cannot be read"),
        ('issuer = "https://id.example.org"\nclient_id = "c"\nclient_secret_file = "none"', "No such file"),
        ('issuer = "https://id.example.org"\nclient_id = 5', "cannot be read"),
    ],
)
def test_a_configuration_that_does_not_fit_is_told(table: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=fault):
        configured(tmp_path, f"[oidc]\n{table}\n")
