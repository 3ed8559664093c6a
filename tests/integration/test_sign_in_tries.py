"""How often a password may be tried: tries side by side do not pass, and nobody is kept out by others' tries."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from runxin.errors import Kind, UserError
from serving.accounts import Visitor, create_link, create_user, passwords, set_password, sign_in, use_link, ways_in
from serving.accounts.passwords import check_password
from serving.accounts.store.tries import LONGEST_DELAY, Bucket
from serving.accounts.ways_in import FAILURES, FAILURES_OF_ALL, FAILURES_OF_DEVICE
from serving.platform.limits import WorkQueue
from serving.store import Store, audit_rows
from tests.factories import NOW
from tests.known_schools import make_known
from tests.new_stores import new_store

SECRET = "correct horse battery"
WRONG = "wrong password"
MINUTE = timedelta(minutes=1)
SCHOOL, HOME = Visitor("10.0.0.7", "browser at school"), Visitor("10.9.9.9", "browser at home")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Comparing costs nothing here; what is asked is how often it is done."""
    monkeypatch.setattr(ways_in, "matches", lambda stored, password: stored is not None and password == SECRET)
    store = new_store(tmp_path)
    make_known(store, ["school-01"])
    for name in ("wang", "li"):
        create_user(store, name, "counselor", ["school-01"], NOW)
        set_password(store, name, SECRET, NOW)
    return store


def attempt(store: Store, visitor: Visitor, name: str = "wang", password: str = WRONG, minutes: float = 0) -> str:
    try:
        sign_in(store, name, password, NOW + minutes * MINUTE, visitor)
    except UserError as error:
        return {Kind.UNAUTHENTICATED: "wrong", Kind.REFUSED: "wait"}[error.kind]
    return "in"


def attacker(number: int) -> Visitor:
    return Visitor(f"203.0.113.{number}", None)


@pytest.mark.parametrize("visitor", [SCHOOL, attacker(1), Visitor()])
def test_forty_tries_side_by_side_are_five(store: Store, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    monkeypatch.setattr(ways_in, "matches", lambda stored, password: tried.append(password))
    with ThreadPoolExecutor(40) as pool:
        said = list(pool.map(lambda _: attempt(store, visitor), range(40)))
    assert len(tried) == FAILURES
    assert sorted(said) == ["wait"] * 35 + ["wrong"] * 5


def test_the_right_password_waits_too_and_then_lets_in(store: Store) -> None:
    assert [attempt(store, SCHOOL) for _ in range(5)] == ["wrong"] * 5
    assert attempt(store, SCHOOL, password=SECRET, minutes=0.99) == "wait"
    assert attempt(store, SCHOOL, password=SECRET, minutes=1) == "in"


def test_delays_double_up_to_an_hour_and_are_forgotten_after_a_day(store: Store) -> None:
    waits, minutes = [], 0.0
    for _ in range(5):
        attempt(store, SCHOOL)
    for _ in range(8):
        begun = minutes
        while attempt(store, SCHOOL, minutes=minutes) == "wait":
            minutes += 1
        waits.append(minutes - begun)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    day = 24 * 60 + minutes
    assert [attempt(store, SCHOOL, minutes=day) for _ in range(6)] == ["wrong"] * 5 + ["wait"]
    assert Bucket("x", 5).closed_for(10**6) == LONGEST_DELAY


def test_a_success_forgives_what_came_the_same_way(store: Store) -> None:
    for _ in range(3):
        assert [attempt(store, SCHOOL) for _ in range(4)] == ["wrong"] * 4
        assert attempt(store, SCHOOL, password=SECRET) == "in"


def test_a_browser_in_which_somebody_has_been_is_not_held_up_by_others(store: Store) -> None:
    """A thousand tries from everywhere, from the same address too: whom they are meant to keep out comes in."""
    use_link(store, create_link(store, "wang", NOW), NOW, SCHOOL)
    others = [attempt(store, attacker(number), minutes=number / 100) for number in range(200)]
    others += [attempt(store, Visitor(SCHOOL.address, f"pupil {number}"), minutes=3) for number in range(20)]
    assert others.count("wrong") <= FAILURES_OF_ALL + 5
    assert attempt(store, SCHOOL, password=SECRET, minutes=3) == "in"
    assert attempt(store, HOME, password=SECRET, minutes=3) == "wait", "a browser that nobody knows is held up"
    assert use_link(store, create_link(store, "wang", NOW), NOW, HOME)[0].username == "wang", "a link always leads in"
    assert attempt(store, HOME, password=SECRET, minutes=3) == "in"


def test_a_stolen_browser_has_a_limit_of_its_own(store: Store) -> None:
    use_link(store, create_link(store, "wang", NOW), NOW, SCHOOL)
    assert [attempt(store, SCHOOL) for _ in range(12)] == ["wrong"] * FAILURES_OF_DEVICE + ["wait"] * 2


def test_a_browser_knows_its_own_people_only(store: Store) -> None:
    use_link(store, create_link(store, "wang", NOW), NOW, SCHOOL)
    assert [attempt(store, SCHOOL, "li") for _ in range(6)] == ["wrong"] * 5 + ["wait"]


def test_a_school_behind_one_address_is_not_locked_as_one(store: Store) -> None:
    for pupil in range(300):
        attempt(store, Visitor("10.0.0.7", None), f"made-up-{pupil}")
    for _ in range(40):
        attempt(store, Visitor("10.0.0.7", None), "li")
    assert attempt(store, Visitor("10.0.0.7", "new"), "wang", SECRET) == "in"


def test_tries_from_everywhere_at_one_account_have_a_limit(store: Store) -> None:
    said = [attempt(store, attacker(number)) for number in range(100)]
    assert said.count("wrong") == FAILURES_OF_ALL


def test_names_in_other_letters_are_the_same_account(store: Store) -> None:
    said = [attempt(store, SCHOOL, name) for name in ("wang", "WANG", "Wang", "wAng", "waNg", "wanG")]
    assert said == ["wrong"] * 5 + ["wait"]


def test_what_was_typed_as_a_name_is_not_kept_where_it_is_none(store: Store) -> None:
    attempt(store, SCHOOL, SECRET)
    attempt(store, SCHOOL, "wang")
    failed = [event.object_id for event in audit_rows(store, 10) if event.action == "sign_in.failed"]
    assert failed == ["wang", None]


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("password123", "common"),
        ("1234567890", "common"),
        ("qwertyuiop", "common"),
        ("woaini1314520", "common"),
        ("abcdefghij", "common"),
        ("aaaaaaaaaaaaaaaa", "common"),
        ("wangwei.1985", "common"),
        ("runxin2026", "common"),
        ("short", "at least 10"),
        ("x" * 201, "at most 200"),
        ("WANGWEI.CN", "not the username"),
    ],
)
def test_a_common_or_guessable_password_is_refused(password: str, fault: str) -> None:
    with pytest.raises(UserError, match=fault) as caught:
        check_password(password, "wangwei.cn" if fault == "not the username" else "wangwei")
    assert caught.value.kind is Kind.USAGE


@pytest.mark.parametrize("password", ["four grey cats sleep", "ten chars.", "润心心理辅导站登录密码", "x7#kQ2!vLm"])
def test_a_password_that_is_hard_to_guess_is_taken(password: str) -> None:
    check_password(password, "wangwei")


def test_a_queue_does_one_thing_at_a_time_and_sends_away_who_finds_it_full() -> None:
    """The loop goes on meanwhile: that is what answers `/livez`."""
    go, at_once, most = Event(), 0, 0

    def work() -> int:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        go.wait(5)
        at_once -= 1
        return 1

    async def crowd() -> list[object]:
        queue = WorkQueue(waiting=3)
        tasks = [asyncio.create_task(queue.run(work)) for _ in range(40)]
        for _ in range(3):
            await asyncio.sleep(0)
        assert sum(task.done() for task in tasks) == 36, "the loop was not held up"
        go.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    said = asyncio.run(crowd())
    assert (said.count(1), most) == (4, 1)
    refused = [error for error in said if isinstance(error, UserError)]
    assert {(error.kind, error.message) for error in refused} == {
        (Kind.UNAVAILABLE, "too many people are doing this at once")
    }


def test_whoever_is_disabled_or_nobody_takes_as_long_as_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []

    class Hasher:
        def verify(self, stored: str, password: str) -> bool:
            compared.append(stored)
            return True

        def hash(self, password: str) -> str:
            return "nobody's"

    monkeypatch.setattr(passwords, "_hasher", Hasher)
    passwords._nobody.cache_clear()
    assert passwords.matches(None, "x") is False
    assert passwords.matches("wang's", "x") is True
    assert compared == ["nobody's", "wang's"]
    passwords._nobody.cache_clear()
