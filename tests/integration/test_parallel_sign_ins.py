"""Forty people at the door at once, over sockets, with passwords compared as they are in earnest."""

import re
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from runxin.settings import read_settings
from serving.accounts import create_user, passwords, set_password
from serving.app import make_web
from serving.startup import open_service
from serving.store import audit_rows
from tests.browser import running
from tests.factories import NOW
from tests.new_stores import new_store
from tests.sample_pages import make_state

CROWD = 40


def crowd(base: str, password: Callable[[int], str]) -> Counter[int]:
    """Answers to as many sign-ins, each from a browser of its own, sent at the same moment."""
    together = threading.Barrier(CROWD)

    def one(number: int) -> int:
        with httpx.Client(base_url=base, timeout=60) as browser:
            token = re.search(r'name="form_token" value="(\w+)"', browser.get("/sign-in").text)
            assert token
            form = {"form_token": token[1], "username": "wang", "password": password(number)}
            together.wait(30)
            return browser.post("/sign-in", data=form).status_code

    with ThreadPoolExecutor(CROWD) as pool:
        return Counter(pool.map(one, range(CROWD)))


def test_never_more_than_the_limit_is_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = new_store(tmp_path)
    create_user(store, "wang", "bureau", [], NOW)
    set_password(store, "wang", "four grey cats sleep", NOW)
    compared, hasher = [], passwords._hasher()

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            compared.append(threading.current_thread().name)
            return hasher.verify(stored, password)

    monkeypatch.setattr(passwords, "_hasher", Counting)
    with running(make_web(make_state(store, tmp_path, lambda: NOW))) as base:
        said = crowd(base, "wrong password {}".format)
        assert said == {401: 5, 403: 35}
        assert len(compared) == 5
        assert crowd(base, lambda _: "four grey cats sleep") == {403: CROWD}, "the right one waits as well"
    assert len(compared) == 5
    assert {name.rpartition("_")[0] for name in compared} == {"work-queue"}, "not in the threads that answer pages"
    assert Counter(event.action for event in audit_rows(store, 200))["sign_in.failed"] == 5


def test_the_service_keeps_checkpoints_while_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.startup.configure_logs", lambda folder: None)
    settings = read_settings({"RUNXIN_HOME": str(tmp_path)})

    def names() -> list[str]:
        return [thread.name for thread in threading.enumerate()]

    with open_service(settings):
        assert "audit-checkpoints" in names()
    assert "audit-checkpoints" not in names()
