"""Keys end, are followed by others, say when they were used, and may not ask without end."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.exceptions import HTTPException

from runxin.errors import UserError
from serving.health.ending_keys import ending_keys
from serving.keys import create_key, key_id_of, list_keys, revoke_key, rotate_key, verify_key
from serving.platform import rates
from serving.platform.rates import PER_MINUTE, WRONG_PER_MINUTE, Rates
from serving.store import Store, audit_rows
from tests.api_state import NOW, Api, make_api
from tests.new_stores import new_store

DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return new_store(tmp_path_factory.mktemp("home"))


@pytest.fixture
def api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    return make_api(tmp_path_factory.mktemp("home"))


def test_a_key_ends(store: Store) -> None:
    key = create_key(store, "city", ["score"], NOW, lasts=DAY)
    assert verify_key(store, key, NOW + DAY - timedelta(seconds=1)).client == "city"
    with pytest.raises(UserError, match="expired"):
        verify_key(store, key, NOW + DAY)


def test_the_next_key_holds_beside_the_old_one_for_a_while(store: Store) -> None:
    old = create_key(store, "city", ["score", "list"], NOW, per_minute=30)
    new = rotate_key(store, key_id_of(old), NOW, 14 * DAY, lasts=365 * DAY)
    before, after = (verify_key(store, key, NOW + 13 * DAY) for key in (old, new))
    assert (before.client, before.scopes, before.per_minute) == (after.client, after.scopes, after.per_minute)
    with pytest.raises(UserError, match="expired"):
        verify_key(store, old, NOW + 14 * DAY)
    assert verify_key(store, new, NOW + 14 * DAY).key_id == key_id_of(new)
    assert [row.replaces for row in list_keys(store)].count(key_id_of(old)) == 1
    assert next(one.action for one in audit_rows(store)) == "key.rotated"


def test_an_overlap_prolongs_no_key(store: Store) -> None:
    old = create_key(store, "city", ["score"], NOW, lasts=DAY)
    rotate_key(store, key_id_of(old), NOW, 14 * DAY)
    with pytest.raises(UserError, match="expired"):
        verify_key(store, old, NOW + 2 * DAY)


def test_what_is_over_has_no_next_one(store: Store) -> None:
    key = create_key(store, "city", ["score"], NOW)
    revoke_key(store, key_id_of(key), NOW)
    for key_id in (key_id_of(key), "nobody"):
        with pytest.raises(UserError, match=r"no key .* in force"):
            rotate_key(store, key_id, NOW, DAY)


def test_when_a_key_was_used_is_known_to_the_hour(store: Store) -> None:
    key = create_key(store, "city", ["score"], NOW)
    used = []
    for minutes in (0, 59, 60):
        verify_key(store, key, NOW + timedelta(minutes=minutes))
        used.append(list_keys(store)[0].last_used_at)
    assert used == [NOW, NOW, NOW + timedelta(hours=1)]


def test_a_key_may_ask_so_often_and_another_is_not_kept_waiting() -> None:
    now = [0.0]
    counted = Rates(lambda: now[0])
    for _ in range(PER_MINUTE // 6):
        counted.asked("busy", None)
    with pytest.raises(HTTPException) as refused:
        counted.asked("busy", None)
    assert (refused.value.status_code, refused.value.headers) == (429, {"Retry-After": "1"})
    counted.asked("another", None)
    now[0] += 1.0
    for _ in range(PER_MINUTE // 60):
        counted.asked("busy", None)
    with pytest.raises(HTTPException):
        counted.asked("busy", None)


def test_how_long_to_wait_is_said() -> None:
    counted = Rates(lambda: 0.0)
    counted.asked("slow", 2)
    with pytest.raises(HTTPException) as refused:
        counted.asked("slow", 2)
    assert refused.value.headers == {"Retry-After": "30"}
    assert "2 times a minute" in refused.value.detail


def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST", 3)
    counted = Rates(lambda: 0.0)
    for number in range(10):
        counted.asked(f"key-{number}", None)
    assert len(counted._left) <= 3


def test_a_limit_is_answered_as_a_problem(api: Api) -> None:
    key = create_key(api.state.store, "slow", ["model"], NOW, per_minute=1)
    answers = [api.get("/model", key) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 429]
    assert answers[1].json()["code"] == "too_many"
    assert 1 <= int(answers[1].headers["retry-after"]) <= 60
    assert api.get("/model").status_code == 200


def test_keys_that_do_not_hold_are_logged_and_held_up(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    whole: Any = api.client.app
    whole.router.default.api.app.state.rates = Rates(lambda: 0.0)  # nothing fills up meanwhile
    tried = [api.get("/model", f"rx_wrong-{number}") for number in range(WRONG_PER_MINUTE + 1)]
    assert [one.status_code for one in tried] == [401] * WRONG_PER_MINUTE + [429]
    assert tried[-1].json()["detail"] == "too many invalid or revoked keys came from this address"
    assert api.get("/model").status_code == 200, "a key that holds is let in"
    logged = capsys.readouterr().out
    assert logged.count("wrong_key") == WRONG_PER_MINUTE + 1
    assert "rx_wrong" not in logged


def test_a_key_in_use_that_ends_soon_is_told_of(store: Store) -> None:
    soon = create_key(store, "city", ["score"], NOW, lasts=29 * DAY)
    late = create_key(store, "town", ["score"], NOW, lasts=31 * DAY)
    create_key(store, "nobody asks with it", ["score"], NOW, lasts=DAY)
    for key in (soon, late):
        verify_key(store, key, NOW)
    (found,) = ending_keys(store, NOW)
    assert found.what == f"the key {key_id_of(soon)} of city ends on 2026-12-19"
    assert (found.part, found.stops) == ("keys", False)
    assert ending_keys(store, NOW + 60 * DAY) == []
