"""Two-step sign-in: what is asked, what lets in once, and what gets nobody further."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
import pytest

from runxin.errors import Kind, UserError
from serving.accounts import (
    Visitor,
    create_link,
    create_user,
    drop,
    second_factor,
    set_password,
    sign_in,
    use_link,
    user_of_session,
    ways_in,
)
from serving.accounts.second_factor import RECOVERY_CODES, accept, check_code, propose
from serving.store import Store, audit_rows
from tests.factories import NOW
from tests.http_client import Client
from tests.new_stores import new_store
from tests.sample_pages import MakeSample, Sample, follow, with_passwords

SECRET = "correct horse battery"
STEP = timedelta(seconds=30)
BROWSER = Visitor("10.0.0.7", "browser")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = new_store(tmp_path)
    create_user(store, "admin", "administrator", [], NOW)
    return store


def code_at(store: Store, at: datetime, name: str = "admin") -> str:
    found = second_factor.find_factor(store, name)
    assert found is not None
    return pyotp.TOTP(found.secret).at(at)


def enrolled(store: Store, name: str = "admin") -> tuple[str, ...]:
    """Recovery codes of who has just turned it on, a minute ago."""
    propose(store, name)
    return accept(store, name, code_at(store, NOW - 2 * STEP, name), NOW - 2 * STEP)


def test_it_is_in_force_once_a_code_has_come_back(store: Store) -> None:
    first = propose(store, "admin")
    assert propose(store, "admin").secret == first.secret, "a page that is loaded again shows the same"
    assert not second_factor.has_second_factor(store, "admin")
    with pytest.raises(UserError, match="wrong"):
        accept(store, "admin", "000000", NOW)
    codes = accept(store, "admin", code_at(store, NOW), NOW)
    assert len(set(codes)) == RECOVERY_CODES
    assert all(re.fullmatch(r"[0-9a-f]{4}(-[0-9a-f]{4}){3}", one) for one in codes)
    assert second_factor.has_second_factor(store, "admin")
    with pytest.raises(UserError, match="already"):
        propose(store, "admin")
    assert "<svg" in first.picture
    assert "style" not in first.picture


@pytest.mark.parametrize("way", ["password", "link"])
def test_the_first_factor_alone_is_nobody(store: Store, way: str) -> None:
    set_password(store, "admin", SECRET, NOW)
    enrolled(store)
    if way == "link":
        _, token = use_link(store, create_link(store, "admin", NOW), NOW, BROWSER)
    else:
        _, token = sign_in(store, "admin", SECRET, NOW, BROWSER)
    assert user_of_session(store, token, NOW) is None
    assert not ways_in.is_known_device(store, ways_in.hash_token("browser"), "admin")
    assert "sign_in.done" not in [event.action for event in audit_rows(store, 10)]
    check_code(store, "admin", code_at(store, NOW), NOW)
    whole = ways_in.finish_with_code(store, token, BROWSER, NOW)
    assert user_of_session(store, whole, NOW) is not None
    assert user_of_session(store, token, NOW) is None, "the half session is worth nothing any more"
    assert ways_in.is_known_device(store, ways_in.hash_token("browser"), "admin")


def test_a_half_session_lasts_ten_minutes(store: Store) -> None:
    set_password(store, "admin", SECRET, NOW)
    enrolled(store)
    _, token = sign_in(store, "admin", SECRET, NOW, BROWSER)
    assert ways_in.session_of(store, token, NOW + timedelta(minutes=10)) is None


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_telephones_clock_may_be_half_a_minute_off(store: Store, steps: int, right: bool) -> None:
    propose(store, "admin")
    early = NOW - 20 * STEP
    accept(store, "admin", code_at(store, early), early)
    code = code_at(store, NOW + steps * STEP)
    if right:
        check_code(store, "admin", code, NOW)
        return
    with pytest.raises(UserError) as caught:
        check_code(store, "admin", code, NOW)
    assert caught.value.kind is Kind.UNAUTHENTICATED


def test_a_code_works_once_and_none_before_it_after_it(store: Store) -> None:
    enrolled(store)
    code, before = code_at(store, NOW), code_at(store, NOW - STEP)
    check_code(store, "admin", code, NOW)
    for again in (code, before):
        with pytest.raises(UserError, match="wrong, or was used"):
            check_code(store, "admin", again, NOW)


def test_one_code_side_by_side_lets_one_in(store: Store) -> None:
    enrolled(store)
    code = code_at(store, NOW)

    def tries(_: int) -> bool:
        try:
            check_code(store, "admin", code, NOW)
        except UserError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(tries, range(8))) == 1


def test_guesses_have_a_limit(store: Store) -> None:
    enrolled(store)
    said = []
    for number in range(8):
        with pytest.raises(UserError) as caught:
            check_code(store, "admin", f"{number:06}", NOW)
        said.append(caught.value.kind)
    assert said == [Kind.UNAUTHENTICATED] * 5 + [Kind.REFUSED] * 3
    with pytest.raises(UserError, match="too many"):
        check_code(store, "admin", code_at(store, NOW), NOW)


def test_guesses_before_a_right_one_count_no_more_after_it(store: Store) -> None:
    enrolled(store)
    for step in range(2):
        for _ in range(4):
            with pytest.raises(UserError, match="wrong"):
                check_code(store, "admin", "000000", NOW + step * STEP)
        check_code(store, "admin", code_at(store, NOW + step * STEP), NOW + step * STEP)


def test_where_no_factor_is_in_force_no_code_is_right(store: Store) -> None:
    for refused in (lambda: accept(store, "admin", "000000", NOW), lambda: check_code(store, "admin", "000000", NOW)):
        with pytest.raises(UserError, match="wrong"):
            refused()
    propose(store, "admin")
    with pytest.raises(UserError, match="wrong"):
        check_code(store, "admin", code_at(store, NOW), NOW)
    enrolled(store)
    with pytest.raises(UserError, match="wrong"):
        accept(store, "admin", code_at(store, NOW), NOW)


def test_a_code_ends_the_half_session_and_is_on_record(store: Store) -> None:
    enrolled(store)
    _, half = use_link(store, create_link(store, "admin", NOW), NOW, BROWSER)
    assert user_of_session(store, half, NOW) is None
    whole = ways_in.finish_with_code(store, half, BROWSER, NOW)
    assert (audit_rows(store, 1)[0].action, audit_rows(store, 1)[0].detail) == ("sign_in.done", "code")
    found = user_of_session(store, whole, NOW)
    assert found is not None
    assert found.username == "admin"
    assert ways_in.session_of(store, half, NOW) is None
    with pytest.raises(UserError, match="no session"):
        ways_in.finish_with_code(store, half, BROWSER, NOW)


def test_who_has_just_set_a_password_is_in_without_another_code(store: Store) -> None:
    enrolled(store)
    found = user_of_session(store, ways_in.begin_session(store, "admin", NOW, BROWSER), NOW)
    assert found is not None
    assert found.username == "admin"


def test_a_recovery_code_stands_in_once_however_it_is_written(store: Store) -> None:
    codes = enrolled(store)
    check_code(store, "admin", f" {codes[0].upper().replace('-', ' ')} ", NOW)
    with pytest.raises(UserError, match="wrong"):
        check_code(store, "admin", codes[0], NOW)
    check_code(store, "admin", codes[1], NOW)
    assert second_factor.recovery_codes_left(store, "admin") == RECOVERY_CODES - 2
    assert [event.action for event in audit_rows(store, 2)] == ["recovery_code.used"] * 2


def test_another_persons_recovery_code_is_none(store: Store) -> None:
    create_user(store, "other", "administrator", [], NOW)
    codes = enrolled(store)
    enrolled(store, "other")
    with pytest.raises(UserError, match="wrong"):
        check_code(store, "other", codes[0], NOW)


def test_it_is_taken_away_by_name_and_on_record(store: Store) -> None:
    enrolled(store)
    drop(store, "admin", NOW, "cli:root")
    assert not second_factor.has_second_factor(store, "admin")
    assert (audit_rows(store, 1)[0].actor, audit_rows(store, 1)[0].action) == ("cli:root", "second_factor.removed")
    with pytest.raises(UserError, match="no second factor"):
        drop(store, "admin", NOW, "cli:root")


def token_of(html: str) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', html)
    assert found
    return found[1]


@pytest.fixture
def pages(sample: MakeSample) -> Sample:
    return with_passwords(sample())


def test_the_pages_turn_it_on_and_ask_for_it(pages: Sample) -> None:
    client = pages.enter("wang")
    shown = client.get("/account/second-factor")
    assert "<svg" in shown.text
    early = pages.state.clock()
    code = code_at(pages.store, early - STEP, "wang")
    wrong = client.post("/account/second-factor", {"form_token": token_of(shown.text), "code": "12"})
    assert (wrong.status_code, "验证码不对" in wrong.text) == (422, True)
    done = client.post("/account/second-factor", {"form_token": token_of(shown.text), "code": code})
    recovery = re.findall(r"<code>([0-9a-f-]{19})</code>", done.text)
    assert len(recovery) == RECOVERY_CODES
    assert recovery[0] not in client.get("/account").text

    other = Client(client.app)
    form = {"form_token": token_of(other.get("/sign-in").text), "username": "wang", "password": "four words in a row"}
    half = other.post("/sign-in", form | {"next": "/help"})
    assert half.headers["location"] == "/sign-in/code?next=%2Fhelp"
    assert other.get("/").headers["location"] == "/sign-in", "who is half in sees nothing"
    page = other.get(half.headers["location"])
    data = {"form_token": token_of(page.text), "next": "/help"}
    assert other.post("/sign-in/code", data | {"code": "000000"}).status_code == 401
    whole = other.post("/sign-in/code", data | {"code": code_at(pages.store, early, "wang")})
    assert (whole.status_code, whole.headers["location"]) == (303, "/help")
    assert other.get("/").status_code == 200


def test_who_was_never_asked_for_a_code_is_sent_to_the_way_in(pages: Sample) -> None:
    assert pages.client.get("/sign-in/code").headers["location"] == "/sign-in"
    client = pages.enter("wang")
    assert client.get("/sign-in/code").headers["location"] == "/sign-in"
    assert follow(client, "/sign-in?link=made-up").status_code == 401
