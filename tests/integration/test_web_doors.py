"""Coming in and going out, forms, headers, and the administrator's page."""

import re

import pytest

from data_schemas.codes import Tier
from models.triage import QUEUES
from models.triage.queues import BESIDE
from runxin.errors import Kind, UserError
from serving.accounts import list_accounts, verify_password
from tests.factories import assessment, publish, student
from tests.http_client import Client
from tests.sample_pages import MakeSample, Sample, follow, with_passwords

MADE = ("admin", "wang")
QUEUE_PAGES = tuple(queue.path for queue in QUEUES if queue.band == BESIDE)
PAGES = ("/", "/week", "/to-complete", "/students", *QUEUE_PAGES, "/students/S-1077", "/admin", "/account", "/help")


@pytest.fixture
def pages(sample: MakeSample) -> Sample:
    """A student at each of two schools."""
    made = sample()
    publish(
        made.store,
        [assessment("S-1077", Tier.PRIORITY), assessment("S-2", Tier.PRIORITY)],
        students=[student("S-1077"), student("S-2", "school-02")],
    )
    return made


def accounts(pages: Sample) -> dict[str, tuple[str, ...]]:
    """Schools of the accounts that were made since."""
    return {one.username: one.schools for one in list_accounts(pages.state.store) if one.username not in MADE}


def another(pages: Sample) -> Client:
    """Another browser at the same pages."""
    return Client(pages.client.app)


def token_of(html: str) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', html)
    assert found, "the page has a form with a token"
    return found[1]


@pytest.mark.parametrize("path", PAGES)
def test_without_a_session_every_page_leads_to_the_way_in(path: str, pages: Sample) -> None:
    response = pages.client.get(path)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/sign-in")
    assert pages.read() == []


def test_the_password_way_in_comes_back_to_the_page_asked_for(pages: Sample) -> None:
    client = with_passwords(pages).client
    place = client.get("/students/S-1077?lang=zh").headers["location"]
    form = client.get(place).text
    data = {"form_token": token_of(form), "username": "wang", "password": "wrong", "next": "/students/S-1077"}
    wrong = client.post("/sign-in", data)
    assert wrong.status_code == 401
    assert 'value="wang"' in wrong.text, "the name that was typed is kept"
    right = client.post("/sign-in", data | {"password": "four words in a row"})
    assert (right.status_code, right.headers["location"]) == (303, "/students/S-1077")
    assert client.get("/students/S-1077").status_code == 200


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org", "/\\example.org", "javascript:x", "x"])
def test_signing_in_never_leads_to_another_site(target: str, pages: Sample) -> None:
    client = with_passwords(pages).client
    form = client.get("/sign-in").text
    data = {"form_token": token_of(form), "username": "wang", "password": "four words in a row", "next": target}
    assert client.post("/sign-in", data).headers["location"] == "/"


def test_too_many_tries_are_told_on_the_form(pages: Sample) -> None:
    client = with_passwords(pages).client
    data = {"form_token": token_of(client.get("/sign-in").text), "username": "wang", "password": "x"}
    assert [client.post("/sign-in", data).status_code for _ in range(5)] == [401] * 5
    response = client.post("/sign-in", data | {"password": "four words in a row"})
    assert response.status_code == 403
    assert "尝试次数太多" in response.text


def test_a_form_without_its_token_is_refused(pages: Sample) -> None:
    client = pages.enter("admin")
    token = token_of(client.get("/admin").text)
    data = {"username": "li", "role": "counselor", "schools": "school-01"}
    for wrong in ({}, {"form_token": ""}, {"form_token": "0" * 64}, {"form_token": "中"}):
        response = client.post("/admin/accounts", data | wrong)
        assert response.status_code == 403
        assert "表单已失效" in response.text
    other = pages.enter("wang", another(pages))
    assert other.post("/account", {"form_token": "1" * 64}).status_code == 403
    assert accounts(pages) == {}
    assert client.post("/admin/accounts", data | {"form_token": token, "role": "principal"}).status_code == 200


def test_tokens_differ_between_sessions_and_do_not_hold_the_session(pages: Sample) -> None:
    first, second = pages.enter("admin"), another(pages)
    pages.enter("wang", second)
    pages.enter("admin", second)
    one, other = token_of(first.get("/admin").text), token_of(second.get("/account").text)
    assert one != other
    sessions = [client.cookies["runxin_session"] for client in (first, second)]
    assert not any(session in first.get("/admin").text for session in sessions)


def test_what_was_typed_outlives_the_session(pages: Sample) -> None:
    client = pages.enter("admin")
    token = token_of(client.get("/admin").text)
    with_passwords(pages)  # a new password ends every session
    data = {"form_token": token, "username": "li", "role": "counselor", "schools": "school-02"}
    ended = client.post("/admin/accounts", data)
    assert ended.status_code == 401
    assert "登录已过期" in ended.text
    fields = dict(re.findall(r'name="((?:kept_)?\w+)" value="([^"]*)"', ended.text))
    assert fields["next"] == "/admin"
    back = client.post("/sign-in", fields | {"username": "admin", "password": "another four words here"})
    page = client.get(back.headers["location"]).text
    assert 'name="username" value="li"' in page
    assert 'value="counselor" required checked' in page
    assert 'value="school-02" checked' in page
    assert accounts(pages) == {}


def test_signing_out_ends_the_session(pages: Sample) -> None:
    client = pages.enter()
    session = client.cookies["runxin_session"]
    token = token_of(client.get("/").text)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out", {"form_token": token}).headers["location"] == "/sign-in"
    assert client.get("/").status_code == 303
    client.cookies.set("runxin_session", session)
    assert client.get("/").status_code == 303, "the session itself has ended, not the cookie alone"


def test_a_password_is_set_and_the_visitor_stays_in(pages: Sample) -> None:
    client = pages.enter()
    data = {"form_token": token_of(client.get("/account").text)}
    for first, again, said in (
        ("short", "short", "至少要 10 个字符"),
        ("long enough 1", "long enough 2", "两次输入不一样"),
        ("password123", "password123", "太常见"),
    ):
        refused = client.post("/account", data | {"new_password": first, "repeat_password": again})
        assert refused.status_code == 422
        assert said in refused.text
    done = client.post("/account", data | {"new_password": "grey cats sleep", "repeat_password": "grey cats sleep"})
    assert done.status_code == 303
    assert "密码已设置" in client.get(done.headers["location"]).text
    verify_password(pages.state.store, "wang", "grey cats sleep", pages.state.clock())


def test_an_account_is_made_with_a_link_shown_once(pages: Sample) -> None:
    client = pages.enter("admin")
    data = {"form_token": token_of(client.get("/admin").text), "username": "li", "role": "bureau"}
    made = client.post("/admin/accounts", data)
    link = re.search(r"http://127.0.0.1:3000(/sign-in\?link=[\w-]+)", made.text)
    assert link
    assert accounts(pages) == {"li": ()}
    assert link[1] not in client.get("/admin").text
    assert follow(another(pages), link[1]).status_code == 303
    assert made.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"username": " "}, "请填写用户名"),
        ({"role": "chief"}, "请选择角色"),
        ({"schools": []}, "至少要有一所学校"),
        ({"role": "administrator"}, "不用选学校"),
    ],
)
def test_an_account_that_does_not_fit_is_told_and_what_was_typed_is_kept(
    fields: dict[str, object], said: str, pages: Sample
) -> None:
    client = pages.enter("admin")
    data = {"form_token": token_of(client.get("/admin").text), "username": "li", "role": "counselor"}
    refused = client.post("/admin/accounts", data | {"schools": ["school-01"]} | fields)
    assert refused.status_code == 422
    assert said in refused.text
    assert accounts(pages) == {}


def test_students_and_administration_are_kept_apart(pages: Sample) -> None:
    admin = pages.enter("admin")
    assert admin.get("/").headers["location"] == "/admin"
    assert admin.get("/students/S-1077").status_code == 403
    assert "S-1077" not in admin.get("/admin").text
    counselor = pages.enter("wang", another(pages))
    assert counselor.get("/admin").status_code == 403
    token = token_of(counselor.get("/").text)
    assert counselor.post("/admin/accounts", {"form_token": token, "username": "x"}).status_code == 403
    assert pages.read() == []


def test_headers_are_strict_on_every_answer(pages: Sample) -> None:
    client = pages.enter()
    for path in (*PAGES, "/sign-in", "/nowhere", "/static/app.css", "/static/nowhere"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self'"), path
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        if not path.startswith("/static/app"):
            assert headers["cache-control"] == "no-store", path


def test_cookies_are_closed_to_scripts_and_other_sites(sample: MakeSample) -> None:
    for base, secure in (("http://testserver", False), ("https://testserver", True)):
        pages = sample(base=base)
        client = pages.client
        set_by = [client.get("/sign-in"), follow(client, pages.link("wang")), client.get("/?lang=en")]
        cookies = [cookie for response in set_by for cookie in response.headers.get_list("set-cookie")]
        assert {cookie.split("=")[0] for cookie in cookies} == {
            "runxin_form",
            "runxin_session",
            "runxin_device",
            "runxin_lang",
        }
        for cookie in cookies:
            assert "httponly" in cookie.lower()
            assert "samesite=strict" in cookie.lower()
            assert ("secure" in cookie.lower()) is secure or 'runxin_form=""' in cookie


def test_static_files_last_under_their_hash_only(pages: Sample) -> None:
    client = pages.client
    address = re.search(r'href="(/static/app\.css\?v=\w+)"', client.get("/sign-in").text)
    assert address
    assert "immutable" in client.get(address[1]).headers["cache-control"]
    assert client.get("/static/app.css?v=old").headers["cache-control"] == "no-cache"
    for path in ("/static/../words.toml", "/static/%2e%2e/words.toml", "/static/"):
        assert client.get(path).status_code == 404


def test_a_form_that_is_too_large_is_refused(pages: Sample) -> None:
    client = pages.client
    assert client.post("/sign-in", {"username": "x" * 20_000}).status_code == 413


def test_an_unavailable_store_and_a_bug_show_a_page_with_the_hotlines(
    pages: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = pages.enter()
    for error, status, said in (
        (UserError(Kind.UNAVAILABLE, "away"), 503, "暂时不可用"),
        (RuntimeError("secret detail"), 500, "程序出错"),
    ):

        def fail(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr("serving.app.session_of", fail)
        response = client.get("/")
        assert response.status_code == status
        assert said in response.text
        assert "96111" in response.text
        assert "secret detail" not in response.text
        assert "content-security-policy" in response.headers
        assert response.headers["cache-control"] == "no-store"
