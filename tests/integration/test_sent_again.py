"""A request that is sent again under one `Idempotency-Key` is recorded once and answered as the first time."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from serving.api import filing
from serving.store import erase_record
from serving.store.request_tables import first_answers, sent_requests
from serving.store.tables import entries
from tests.api_state import Api, days_ago, make_api, phq9, record

DANGER = {"responses": [phq9([1, 0, 1, 0, 0, 0, 0, 0, 3], days_ago=0)]}
AGAIN = "idempotency-replayed"


@pytest.fixture
def api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    return make_api(tmp_path_factory.mktemp("home"))


def sent(api: Api, key: str, name: str, path: str = "/score", content: Any = None) -> httpx.Response:
    return api.post(path, content or record(**DANGER), key, headers={"idempotency-key": name})


def recorded(api: Api) -> int:
    with api.state.store.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(entries)) or 0


def test_the_first_answer_is_given_again_and_no_clock_moves(api: Api) -> None:
    key = api.key()
    first, again = sent(api, key, "a-1"), sent(api, key, "a-1")
    assert first.status_code == 200
    assert AGAIN not in first.headers
    assert again.content == first.content
    assert again.headers[AGAIN] == "true"
    assert first.json()["floors"][0]["acknowledge_by"] is not None
    assert recorded(api) == 1


def test_another_name_or_another_platform_is_another_request(api: Api) -> None:
    key = api.key()
    sent(api, key, "a-1")
    assert AGAIN not in sent(api, key, "a-2").headers
    assert AGAIN not in sent(api, api.key(), "a-1").headers
    assert recorded(api) == 3


def test_a_name_stands_for_one_request(api: Api) -> None:
    key = api.key()
    sent(api, key, "a-1")
    other = sent(api, key, "a-1", content=record("S-2"))
    assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert sent(api, key, "a-1", "/score_batch", {"records": []}).status_code == 422
    assert sent(api, key, "with a blank").status_code == 422
    assert recorded(api) == 1


def test_a_batch_is_given_again_with_its_errors(api: Api) -> None:
    key, content = api.key(), {"records": [record("S-1"), {"student_id": "S-2"}, record("S-3")]}
    first, again = (sent(api, key, "b", "/score_batch", content) for _ in range(2))
    assert again.json() == first.json()
    assert again.headers[AGAIN] == "true"
    assert [one["index"] for one in again.json()["errors"]] == [1]
    assert recorded(api) == 2


def test_outcomes_are_given_again(api: Api) -> None:
    row = {"student_id": "S-1", "school_id": "A", "observed_on": days_ago(1), "kind": "interview", "level": 1}
    key = api.key()
    first, again = (sent(api, key, "o", "/outcomes", {"outcomes": [row]}) for _ in range(2))
    assert first.json()["recorded"] == 1
    assert again.content == first.content
    assert again.headers[AGAIN] == "true"


def test_what_was_recorded_is_answered_where_the_answer_was_lost(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the process was killed between the two: nothing is recorded again, and the clock is that of the first."""
    key = api.key()

    def killed(*_given: object) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(filing, "keep_answer", killed)
        assert sent(api, key, "k").status_code == 500
    early = sent(api, key, "k")
    assert (early.status_code, early.headers["retry-after"], early.json()["code"]) == (409, "1", "conflict")
    with api.state.store.writing() as connection:
        connection.execute(sent_requests.update().values(received_at=api.state.clock() - timedelta(days=1)))
    late = sent(api, key, "k")
    assert late.status_code == 200
    assert late.headers[AGAIN] == "true"
    assert late.json()["recorded"]
    assert late.json()["student_id"] == "S-1077"
    assert [one["id"] for one in late.json()["floors"]] == [one["id"] for one in sent(api, key, "k2").json()["floors"]]
    assert late.content == sent(api, key, "k").content
    assert recorded(api) == 2


def test_what_was_answered_goes_with_the_student(api: Api) -> None:
    key = api.key(schools=("A",))
    sent(api, key, "e")
    erase_record(api.state.store, "S-1077 (A)", api.state.clock(), "test")
    with api.state.store.reading() as connection:
        assert connection.execute(first_answers.select()).all() == []
    again = sent(api, key, "e")
    assert (again.status_code, again.json()["code"]) == (410, "gone")


def test_answers_are_kept_for_a_week(api: Api) -> None:
    key = api.key()
    sent(api, key, "old")
    with api.state.store.writing() as connection:
        connection.execute(sent_requests.update().values(received_at=api.state.clock() - timedelta(days=8)))
    sent(api, key, "new")
    with api.state.store.reading() as connection:
        assert len(connection.execute(sent_requests.select()).all()) == 1
        assert len(connection.execute(first_answers.select()).all()) == 1


def test_a_dry_run_has_nothing_to_keep(api: Api) -> None:
    key = api.key()
    for _ in range(2):
        assert AGAIN not in sent(api, key, "d", "/score?dry_run=true").headers
    assert json.loads(sent(api, key, "d").content)["recorded"]
