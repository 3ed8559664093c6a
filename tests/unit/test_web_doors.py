"""Coming in and going out, forms, headers, and the administrator's page."""

import re

import pytest

from runxin.errors import Kind, UserError
from serving.web import make_web
from tests import sample_lists as scenes
from tests.http_client import Client
from tests.sample_desk import Records, sample_desk

PAGES = ("/", "/not-screened", "/retest", "/history", "/identity", "/students/S-1077", "/admin", "/account", "/help")


def fresh(base: str = "http://testserver") -> tuple[Client, Records]:
    desk, records = sample_desk(scenes.usual())
    return Client(make_web(desk), base), records


def token_of(html: str) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', html)
    assert found, "the page has a form with a token"
    return found[1]


def as_administrator() -> tuple[Client, Records]:
    client, records = fresh()
    client.get("/sign-in?link=link-admin")
    return client, records


@pytest.mark.parametrize("path", PAGES)
def test_without_a_session_every_page_leads_to_the_way_in(path: str) -> None:
    client, records = fresh()
    response = client.get(path)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/sign-in")
    assert records.read == []


def test_a_link_works_once() -> None:
    client, _ = fresh()
    assert client.get("/sign-in?link=link-counselor").status_code == 303
    assert "今日跟进" in client.get("/").text
    other, _ = fresh()
    other.get("/sign-in?link=link-counselor")
    again = other.get("/sign-in?link=link-counselor")
    assert again.status_code == 401
    assert "已经用过或已过期" in again.text


def test_a_link_followed_from_another_site_still_leads_in() -> None:
    # Browsers keep strict cookies back on such a request; a page of ours then asks again.
    client, _ = fresh()
    target = client.get("/sign-in?link=link-counselor").headers["location"]
    kept, client.cookies = client.cookies, type(client.cookies)()
    between = client.get(target)
    assert between.status_code == 200
    assert '<meta http-equiv="refresh" content="0;url=/">' in between.text
    client.cookies = kept
    assert client.get("/").status_code == 200


def test_the_password_way_in_comes_back_to_the_page_asked_for() -> None:
    client, _ = fresh()
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
def test_signing_in_never_leads_to_another_site(target: str) -> None:
    client, _ = fresh()
    form = client.get("/sign-in").text
    data = {"form_token": token_of(form), "username": "wang", "password": "four words in a row", "next": target}
    assert client.post("/sign-in", data).headers["location"] == "/"


def test_too_many_tries_are_told_on_the_form() -> None:
    client, _ = fresh()
    desk, _ = sample_desk(None)

    def throttled(_name: str, _password: str) -> str:
        raise UserError(Kind.REFUSED, "too many failed attempts")

    client = Client(make_web(type(desk)(**{**desk.__dict__, "sign_in": throttled})))
    data = {"form_token": token_of(client.get("/sign-in").text), "username": "wang", "password": "x"}
    response = client.post("/sign-in", data)
    assert response.status_code == 403
    assert "尝试次数太多" in response.text


def test_a_form_without_its_token_is_refused() -> None:
    client, records = as_administrator()
    token = token_of(client.get("/admin").text)
    data = {"username": "li", "role": "counselor", "schools": "school-01"}
    for wrong in ({}, {"form_token": ""}, {"form_token": "0" * 64}, {"form_token": "中"}):
        response = client.post("/admin/accounts", data | wrong)
        assert response.status_code == 403
        assert "表单已失效" in response.text
    other, _ = fresh()
    other.get("/sign-in?link=link-counselor")
    assert other.post("/account", {"form_token": "1" * 64}).status_code == 403
    assert records.accounts == []
    assert client.post("/admin/accounts", data | {"form_token": token}).status_code == 200


def test_tokens_differ_between_sessions_and_do_not_hold_the_session() -> None:
    first, records = as_administrator()
    second, _ = fresh()
    second.get("/sign-in?link=link-counselor")
    second.get("/sign-in?link=link-admin")
    one, other = token_of(first.get("/admin").text), token_of(second.get("/account").text)
    assert one != other
    assert not any(session in first.get("/admin").text for session in records.sessions)


def test_what_was_typed_outlives_the_session() -> None:
    client, records = as_administrator()
    token = token_of(client.get("/admin").text)
    records.sessions.clear()
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
    assert records.accounts == []


def test_signing_out_ends_the_session() -> None:
    client, records = fresh()
    client.get("/sign-in?link=link-counselor")
    token = token_of(client.get("/").text)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out", {"form_token": token}).headers["location"] == "/sign-in"
    assert records.sessions == {}
    assert client.get("/").status_code == 303


def test_a_password_is_set_and_the_visitor_stays_in() -> None:
    client, records = fresh()
    client.get("/sign-in?link=link-counselor")
    data = {"form_token": token_of(client.get("/account").text)}
    for first, again, said in (
        ("short", "short", "至少要 10 个字符"),
        ("long enough 1", "long enough 2", "两次输入不一样"),
        ("1234567890", "1234567890", "too common"),
    ):
        refused = client.post("/account", data | {"new_password": first, "repeat_password": again})
        assert refused.status_code == 422
        assert said in refused.text
    done = client.post("/account", data | {"new_password": "long enough 1", "repeat_password": "long enough 1"})
    assert done.status_code == 303
    assert "密码已设置" in client.get(done.headers["location"]).text
    assert records.passwords["wang"][0] == "long enough 1"


def test_an_account_is_made_with_a_link_shown_once() -> None:
    client, records = as_administrator()
    data = {"form_token": token_of(client.get("/admin").text), "username": "li", "role": "counselor"}
    made = client.post("/admin/accounts", data | {"schools": ["school-01", "school-02"]})
    assert "http://testserver/sign-in?link=link-li" in made.text
    assert records.accounts[0].school_ids == ("school-01", "school-02")
    assert "link-li" not in client.get("/admin").text
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
def test_an_account_that_does_not_fit_is_told_and_what_was_typed_is_kept(fields: dict[str, object], said: str) -> None:
    client, records = as_administrator()
    data = {"form_token": token_of(client.get("/admin").text), "username": "li", "role": "counselor"}
    refused = client.post("/admin/accounts", data | {"schools": ["school-01"]} | fields)
    assert refused.status_code == 422
    assert said in refused.text
    assert records.accounts == []


def test_students_and_administration_are_kept_apart() -> None:
    admin, records = as_administrator()
    assert admin.get("/").headers["location"] == "/admin"
    assert admin.get("/students/S-1077").status_code == 403
    assert "S-1077" not in admin.get("/admin").text
    counselor, _ = fresh()
    counselor.get("/sign-in?link=link-counselor")
    assert counselor.get("/admin").status_code == 403
    token = token_of(counselor.get("/").text)
    assert counselor.post("/admin/accounts", {"form_token": token, "username": "x"}).status_code == 403
    assert records.read == []


def test_headers_are_strict_on_every_answer() -> None:
    client, _ = fresh()
    client.get("/sign-in?link=link-counselor")
    for path in (*PAGES, "/sign-in", "/nowhere", "/static/app.css", "/static/nowhere"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self'"), path
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        if not path.startswith("/static/app"):
            assert headers["cache-control"] == "no-store", path


def test_cookies_are_closed_to_scripts_and_other_sites() -> None:
    for base, secure in (("http://testserver", False), ("https://testserver", True)):
        client, _ = fresh(base)
        set_by = [client.get("/sign-in"), client.get("/sign-in?link=link-counselor"), client.get("/?lang=en")]
        cookies = [cookie for response in set_by for cookie in response.headers.get_list("set-cookie")]
        assert {cookie.split("=")[0] for cookie in cookies} == {"runxin_form", "runxin_session", "runxin_lang"}
        for cookie in cookies:
            assert "httponly" in cookie.lower()
            assert "samesite=strict" in cookie.lower()
            assert ("secure" in cookie.lower()) is secure or 'runxin_form=""' in cookie


def test_static_files_last_under_their_hash_only() -> None:
    client, _ = fresh()
    address = re.search(r'href="(/static/app\.css\?v=\w+)"', client.get("/sign-in").text)
    assert address
    assert "immutable" in client.get(address[1]).headers["cache-control"]
    assert client.get("/static/app.css?v=old").headers["cache-control"] == "no-cache"
    for path in ("/static/../words.toml", "/static/%2e%2e/words.toml", "/static/"):
        assert client.get(path).status_code == 404


def test_a_form_that_is_too_large_is_refused() -> None:
    client, _ = fresh()
    assert client.post("/sign-in", {"username": "x" * 20_000}).status_code == 413


def test_an_unavailable_store_and_a_bug_show_a_page_with_the_hotlines() -> None:
    desk, _ = sample_desk(None)
    for error, status, said in (
        (UserError(Kind.UNAVAILABLE, "away"), 503, "暂时不可用"),
        (RuntimeError("secret detail"), 500, "程序出错"),
    ):

        def fail(_token: str, error: Exception = error) -> None:
            raise error

        client = Client(make_web(type(desk)(**{**desk.__dict__, "visitor": fail})))
        client.cookies.set("runxin_session", "x")
        response = client.get("/")
        assert response.status_code == status
        assert said in response.text
        assert "96111" in response.text
        assert "secret detail" not in response.text
        assert "content-security-policy" in response.headers
        assert response.headers["cache-control"] == "no-store"
