"""A suspension that a platform has sent goes on until something that knows of leave says otherwise."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.assessment import DataQuality
from serving.store import facts_of
from tests.api_state import Api, days_ago, make_api, record, today
from tests.factories import assessment, publish, student

NO_LEAVE = ("leave",)


@pytest.fixture
def api(tmp_path: Path) -> Api:
    api = make_api(tmp_path)
    api.key(schools=("A",))
    screen(api, 1, NO_LEAVE)
    return api


def screen(api: Api, number: int, missing: tuple[str, ...], **said: Any) -> None:
    """A list that is published now, after what was sent before."""
    found = assessment("S-1", as_of=today(), data_quality=DataQuality("ok", (), missing), instruments=(), **said)
    everyone = [student("S-1", "A")]
    at = datetime.now(UTC)
    publish(api.state.store, [found], students=everyone, as_of=today(), at=at, fingerprint=f"f{number}")


def send(api: Api, **fields: Any) -> None:
    answer = api.post("/score", record("S-1", **({"responses": None} | fields)))
    assert answer.status_code == 200, answer.text


def suspend(api: Api) -> None:
    send(api, leaves=[{"type": "suspension", "start_on": days_ago(9)}])


def report(api: Api) -> None:
    """A record that knows nothing of leave."""
    send(api, concerns=[{"kind": "mood_abnormal", "reported_on": days_ago(1), "source": "teacher"}])


def suspended_since(api: Api) -> date | None:
    said = facts_of(api.state.store, ["S-1"], today())["S-1"].assessment
    assert said is not None
    return said.suspended_since


def test_it_outlasts_screenings_and_records_that_know_nothing_of_leave(api: Api) -> None:
    suspend(api)
    assert suspended_since(api) == today() - timedelta(days=9)
    screen(api, 2, NO_LEAVE)
    report(api)
    report(api)
    screen(api, 3, NO_LEAVE)
    assert suspended_since(api) == today() - timedelta(days=9)


def test_a_screening_that_knows_of_leave_ends_it(api: Api) -> None:
    suspend(api)
    screen(api, 2, ())
    assert suspended_since(api) is None


def test_a_record_that_knows_of_leave_ends_it_for_later_screenings_too(api: Api) -> None:
    suspend(api)
    send(api, leaves=[])
    report(api)
    screen(api, 2, NO_LEAVE)
    assert suspended_since(api) is None


def test_records_of_one_request_count_in_their_order(api: Api) -> None:
    bodies = [record("S-1", responses=None, leaves=[{"type": "suspension", "start_on": days_ago(9)}])]
    bodies.append(record("S-1", responses=None, leaves=[]))
    assert api.post("/score_batch", {"records": bodies}).json()["errors"] == []
    report(api)
    screen(api, 2, NO_LEAVE)
    assert suspended_since(api) is None
