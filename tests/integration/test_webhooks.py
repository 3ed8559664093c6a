"""Platforms that are told what changes, over a receiver on this machine: signed, in order, again until it is taken."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from runxin.cli.main import run
from runxin.errors import Kind, UserError
from runxin.settings import read_settings
from serving.changes import webhooks
from serving.changes.webhooks import add_webhook, remove_webhook, replay_webhook, webhook_states
from serving.channels import hook as hooking
from serving.jobs.work import MOST_ATTEMPTS
from serving.keys import create_key, key_id_of, revoke_key, rotate_key
from serving.store import Store, audit_rows, erase_record
from serving.work import Work, make_work
from tests.factories import NOW, assessment, publish, student, tell, word
from tests.known_schools import make_known
from tests.new_stores import new_store
from tests.receivers import Hooks, hooks

SECRET = "a secret that is long enough"
HERE, THERE = "school-01", "school-02"


@dataclass
class City:
    """A store with a student of each school, a platform's receiver, and the worker; time is the test's."""

    store: Store
    home: Path
    hook: Hooks
    now: datetime = NOW
    work: Work = field(init=False)

    def __post_init__(self) -> None:
        self.work = make_work(self.store, read_settings({"RUNXIN_HOME": str(self.home)}), lambda: self.now)

    def key(self, *schools: str, scopes: tuple[str, ...] = ("changes",)) -> str:
        return key_id_of(create_key(self.store, "city", scopes, NOW, schools or None))

    def told(self, *schools: str) -> str:
        """A webhook of the schools."""
        url = f"{self.hook.url}/told?of=1"
        made = add_webhook(self.store, self.key(*schools), url, self.now, "cli", private=True, secret=SECRET)
        return made.webhook_id

    def step(self, seconds: float = 5) -> None:
        self.now += timedelta(seconds=seconds)
        self.work.worker.run_until_idle()

    def bodies(self) -> list[dict[str, Any]]:
        return [one.content for one in self.hook.received]


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    with new_store(tmp_path) as store, hooks() as hook:
        make_known(store, (HERE, THERE))
        them = [student("S-1"), student("S-2", THERE)]
        publish(store, [assessment("S-1"), assessment("S-2")], students=them)
        yield City(store, tmp_path, hook)


def test_an_address_is_told_ids_and_codes_of_its_schools_under_a_signature(city: City) -> None:
    webhook_id = city.told(HERE)
    tell(city.store, word("S-1"))
    tell(city.store, word("S-2"))
    city.step()
    (one,) = city.hook.received
    assert one.path == "/told?of=1"
    assert set(one.content) == {"message_id", "webhook_id", "changes", "cursor"}
    assert one.content["changes"] == [{"id": "S-1", "code": "word"}]
    assert (one.content["webhook_id"], one.content["message_id"]) == (webhook_id, one.message_id)
    signed = dict(part.split("=", 1) for part in one.headers[hooking.SIGNATURE].split(","))
    assert signed["t"] == str(round(city.now.timestamp()))
    body = json.dumps(one.content).encode()
    assert signed["v1"] == hmac.new(SECRET.encode(), signed["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    city.step()
    assert len(city.hook.received) == 1, "nothing is said twice"


def test_an_address_that_is_down_is_told_in_order_once_it_is_up(city: City) -> None:
    city.told(HERE)
    city.hook.answers["/told"] = (503, {})
    tell(city.store, word("S-1"))
    city.step()
    tell(city.store, word("S-1", on=NOW.date() - timedelta(days=1)))
    city.step()
    assert len({one.message_id for one in city.hook.received}) == 1, "one at a time"
    del city.hook.answers["/told"]
    city.hook.received.clear()
    for _ in range(3):
        city.step(60)
    assert [len(one["changes"]) for one in city.bodies()] == [1, 1]


def test_what_was_given_up_is_sent_again_when_somebody_asks(city: City) -> None:
    webhook_id = city.told(HERE)
    city.hook.answers["/told"] = (500, {})
    tell(city.store, word("S-1"))
    for _ in range(MOST_ATTEMPTS + 1):
        city.step(1900)
    (state,) = webhook_states(city.store, city.now)
    assert (state.given_up, state.waits, state.failed) == (1, 0, "answered_500")
    assert len(city.hook.received) == MOST_ATTEMPTS
    del city.hook.answers["/told"]
    assert replay_webhook(city.store, webhook_id, city.now, "cli") == 1
    city.step()
    assert city.bodies()[-1]["changes"] == [{"id": "S-1", "code": "word"}]
    assert len({one.message_id for one in city.hook.received}) == 1, "by its id the receiver tells a repeat"
    trail = [row.action for row in audit_rows(city.store) if row.action.startswith("webhook")]
    assert trail == ["webhook.replayed", "webhook.added"]


def test_of_who_was_erased_meanwhile_nothing_goes_out(city: City) -> None:
    city.told(HERE)
    city.hook.answers["/told"] = (503, {})
    tell(city.store, word("S-1"))
    city.step()
    erase_record(city.store, "S-1", city.now, "test")
    del city.hook.answers["/told"]
    city.hook.received.clear()
    for _ in range(2):
        city.step(60)
    assert "S-1" not in json.dumps(city.bodies())
    assert [one["changes"] for one in city.bodies()] == [[{"id": None, "code": "list"}]]


def test_it_follows_the_key_into_its_next_and_ends_with_it(city: City) -> None:
    old = city.key(HERE)
    add_webhook(city.store, old, f"{city.hook.url}/told", city.now, "cli", private=True, secret=SECRET)
    new = key_id_of(rotate_key(city.store, old, city.now, timedelta(seconds=1)))
    tell(city.store, word("S-1"))
    city.step()
    assert len(city.hook.received) == 1
    revoke_key(city.store, new, city.now)
    tell(city.store, word("S-1", on=NOW.date() - timedelta(days=1)))
    city.step()
    assert len(city.hook.received) == 1
    assert [one.tells for one in webhook_states(city.store, city.now)] == [False]


def test_one_that_was_removed_is_told_no_more(city: City) -> None:
    webhook_id = city.told()
    remove_webhook(city.store, webhook_id, city.now, "cli")
    tell(city.store, word("S-1"))
    city.step()
    assert city.hook.received == []
    with pytest.raises(UserError, match="there is no webhook"):
        remove_webhook(city.store, webhook_id, city.now, "cli")


def test_an_address_that_is_not_https_is_refused(city: City) -> None:
    key = city.key()
    urls = (
        "http://example.org/x",
        "ftp://example.org",
        "https://user@example.org/",
        "https://",
        "x",
        "http://10.0.0.1/",
    )
    for url in urls:
        with pytest.raises(UserError, match="https"):
            add_webhook(city.store, key, url, NOW, "cli")


def test_a_key_needs_the_scope_and_the_secret_a_length(city: City) -> None:
    with pytest.raises(UserError, match="no scope changes") as refused:
        add_webhook(city.store, city.key(scopes=("list",)), "https://example.org", NOW, "cli")
    assert refused.value.kind is Kind.REFUSED
    with pytest.raises(UserError, match="no key"):
        add_webhook(city.store, "none", "https://example.org", NOW, "cli")
    with pytest.raises(UserError, match="too short"):
        add_webhook(city.store, city.key(), "https://example.org", NOW, "cli", secret="short")


def test_neither_address_nor_secret_is_read_from_the_database(city: City) -> None:
    city.told(HERE)
    content = b"".join(file.read_bytes() for file in city.home.glob("*.db*"))
    assert content
    assert city.hook.url.encode() not in content
    assert SECRET.encode() not in content
    assert SECRET not in repr(webhooks.kept.list_webhooks(city.store))


def test_by_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path))

    def say(*words: str) -> tuple[int, dict[str, Any]]:
        code = run([*words, "--json"])
        return code, json.loads(capsys.readouterr().out.splitlines()[-1])

    key = say("key", "create", "--client", "city", "--scopes", "changes")[1]["key_id"]
    code, made = say("webhook", "add", "https://platform.example/told", "--key", key)
    assert (code, len(made["secret"]) >= 32) == (0, True)
    (row,) = say("webhook", "list")[1]["webhooks"]
    assert row == {
        "webhook_id": made["webhook_id"],
        "key_id": key,
        "tells": True,
        "sent": 0,
        "waits": 0,
        "given_up": 0,
        "failed": None,
    }
    assert say("webhook", "replay", row["webhook_id"]) == (0, {"webhook_id": row["webhook_id"], "messages": 0})
    (tmp_path / "secret").write_text(SECRET + "\n", "utf-8")
    given = ("--secret-file", str(tmp_path / "secret"), "--private")
    assert "secret" not in say("webhook", "add", "http://127.0.0.1:9/", "--key", key, *given)[1]
    assert say("webhook", "remove", row["webhook_id"])[0] == 0
    assert say("webhook", "remove", row["webhook_id"])[0] == Kind.NOT_FOUND.exit_code
