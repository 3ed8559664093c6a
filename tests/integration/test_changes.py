"""`GET /changes`: ids and codes in order, for the key's schools, with none missed whoever writes meanwhile."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from serving.app import make_app
from serving.changes.cursor import KEPT
from serving.changes.store import changes_after, newest_change, remove_changes
from serving.store import Store, erase_record
from tests.api_state import Api, make_api
from tests.factories import NOW, assessment, floor, publish, student, tell, word
from tests.http_client import Client
from tests.known_schools import make_known
from tests.new_stores import new_store

HERE, THERE = "school-01", "school-02"
MOOD: dict[str, Any] = {"event": "concern", "kind": "mood_abnormal", "reported_on": "2026-11-20", "source": "teacher"}


@pytest.fixture
def api(tmp_path: Path) -> Api:
    made = make_api(tmp_path)
    make_known(made.state.store, (HERE, THERE))
    publish(
        made.state.store, [assessment(one) for one in ("S-1", "S-2")], students=[student("S-1"), student("S-2", THERE)]
    )
    return made


def read(api: Api, key: str, since: str | None = None, **more: int) -> dict[str, Any]:
    query = "&".join([*([f"since={since}"] if since else []), *(f"{name}={value}" for name, value in more.items())])
    answer = api.get(f"/changes?{query}", key)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def pairs(said: dict[str, Any]) -> list[tuple[str | None, str]]:
    return [(one["id"], one["code"]) for one in said["changes"]]


def test_each_school_reads_its_own_in_order_and_goes_on_from_there(api: Api) -> None:
    here, there, everywhere = api.key("changes", schools=(HERE,)), api.key("changes", schools=(THERE,)), api.key()
    start = {key: read(api, key)["cursor"] for key in (here, there, everywhere)}
    sent = api.post("/events", {"student_id": "S-1", "events": [MOOD]}, everywhere)
    assert sent.status_code == 200
    tell(api.state.store, word("S-2"))
    first = [("S-1", "record"), ("S-1", "evidence")]
    assert pairs(read(api, here, start[here])) == first
    assert pairs(read(api, there, start[there])) == [("S-2", "word")]
    assert pairs(read(api, everywhere, start[everywhere])) == [*first, ("S-2", "word")]
    after = read(api, here, start[here])
    assert not after["more"]
    assert pairs(read(api, here, after["cursor"])) == []


def test_a_part_at_a_time_is_the_whole(api: Api) -> None:
    key = api.key("changes")
    since = read(api, key)["cursor"]
    for one in range(5):
        tell(api.state.store, word(f"S-{one % 2 + 1}", on=NOW.date() - timedelta(days=one)))
    whole, parts = pairs(read(api, key, since)), []
    assert len(whole) == 5
    more = True
    while more:
        said = read(api, key, since, limit=2)
        parts += pairs(said)
        since, more = said["cursor"], said["more"]
    assert parts == whole


def test_a_stranger_is_told_to_the_school_that_speaks_by_the_id_that_was_sent(api: Api) -> None:
    here, there = api.key("changes", "events", schools=(HERE,)), api.key("changes", schools=(THERE,))
    start = {key: read(api, key)["cursor"] for key in (here, there)}
    assert api.post("/events", {"student_id": "X-9", "events": [MOOD]}, here).status_code == 200
    assert {name for name, _ in pairs(read(api, here, start[here]))} == {"X-9"}
    assert pairs(read(api, there, start[there])) == []


def test_a_list_is_told_to_everybody_and_of_who_was_erased_nothing_is_left(api: Api) -> None:
    key = api.key("changes", schools=(HERE,))
    tell(api.state.store, word("S-1"))
    since = read(api, key)["cursor"]
    erase_record(api.state.store, "S-1", NOW, "test")
    assert ("S-1", "word") not in pairs(read(api, key))
    assert pairs(read(api, key, since)) == [(None, "list")]


def test_a_cursor_is_good_for_as_long_as_changes_are_kept(api: Api) -> None:
    key, store = api.key("changes"), api.state.store
    cursor = read(api, key)["cursor"]
    now = datetime.now(UTC)
    remove_changes(store, now - KEPT)
    assert pairs(read(api, key)) != []
    remove_changes(store, now + timedelta(minutes=1))
    assert pairs(read(api, key)) == []
    tell(store, word("S-1"))
    assert pairs(read(api, key, cursor)) == [("S-1", "word")], "a number that was removed is not given again"
    late = replace(api.state, clock=lambda: now + KEPT + timedelta(days=2))
    old = replace(api, client=Client(make_app(late))).get(f"/changes?since={cursor}", key)
    assert (old.status_code, old.json()["code"]) == (410, "gone")


def test_a_cursor_of_before_a_backup_was_brought_back_is_gone(api: Api) -> None:
    answer = api.get(f"/changes?since=999999-{datetime.now(UTC):%Y%m%d}", api.key("changes"))
    assert (answer.status_code, answer.json()["code"]) == (410, "gone")


def test_what_is_no_cursor_is_refused(api: Api) -> None:
    key = api.key("changes")
    for since in ("", "x", "12", "12-20261301", "-1-20261101", "1-99991231"):
        answer = api.get(f"/changes?since={since}", key)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "since"), since


@pytest.mark.usefixtures("each_database")
class TestManyWriters:
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with new_store(tmp_path) as opened:
            yield opened

    def test_who_reads_on_misses_nothing(self, store: Store) -> None:
        """Numbers come to be seen in their order: a reader that always goes on from the last one has them all."""
        publish(store, [assessment("S-1", floors=(floor(),))], students=[student("S-1")])
        begin = newest_change(store)
        days = [NOW.date() - timedelta(days=one) for one in range(24)]
        seen: list[int] = []
        with ThreadPoolExecutor(4) as writers:
            jobs = [writers.submit(tell, store, word("S-1", on=day)) for day in days]
            after = begin
            while not all(job.done() for job in jobs):
                found, after = changes_after(store, after, None, 100)
                seen += [one.seq for one in found]
            for job in jobs:
                job.result()
        found, _ = changes_after(store, after, None, 100)
        seen += [one.seq for one in found]
        everything, _ = changes_after(store, begin, None, 100)
        assert len(everything) == len(days)
        assert seen == [one.seq for one in everything]
