"""`POST /events`: what happened is read beside everything on record, filed once, and answered as `/score` answers."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from serving.app import make_app
from serving.jobs.state import CLOCK
from serving.jobs.store import Job, ensure_jobs, lease_job
from serving.replay import replay_assessment
from serving.store.tables import entries, evidence
from tests.api_state import Api, make_api, promote
from tests.crisis import Shift, roster, with_robots
from tests.http_client import Client
from tests.integration.test_withdrawn_runs import NOW, pupils, screen, sheet
from tests.receivers import hooks

SCHOOL = "sch-1"
ABSENT: dict[str, Any] = {"event": "leave", "type": "unexcused", "start_on": "2026-04-01", "end_on": "2026-04-01"}
MOOD: dict[str, Any] = {"event": "concern", "kind": "mood_abnormal", "reported_on": "2026-04-01", "source": "teacher"}
FAREWELL = MOOD | {"kind": "suicide_intent"}
ANSWERS = [3, 3, 3, 2, 3, 2, 3, 2, 0]
CALM = {"administered_on": "2026-03-20", **{f"item_{n}": said for n, said in enumerate(ANSWERS, 1)}}


@pytest.fixture
def api(tmp_path: Path) -> Api:
    return at_noon(tmp_path)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Api:
    """One at which nothing is recorded."""
    return at_noon(tmp_path_factory.mktemp("quiet"))


def at_noon(home: Path) -> Api:
    """Of the day after the school's screening."""
    made = make_api(home)
    state = replace(made.state, clock=lambda: NOW)
    return replace(made, state=state, client=Client(make_app(state)))


def absent(student_id: str, *days: str) -> list[dict[str, Any]]:
    row = {"student_id": student_id, "type": "unexcused"}
    return [row | {"start_on": day, "end_on": day, "recorded_on": day} for day in days]


def happened(api: Api, *events: dict[str, Any], key: str | None = None, **more: Any) -> dict[str, Any]:
    content = {"student_id": "P1", "school_id": SCHOOL, "events": list(events)} | more.pop("content", {})
    answer = api.post("/events", content, key or api.key(schools=(SCHOOL,)), **more)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def count(api: Api, table: sa.Table) -> int:
    with api.state.store.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_an_absence_counts_with_those_on_record(api: Api) -> None:
    """By itself a day of absence opens nothing; with the days that a screening knew it does."""
    key = api.key(schools=(SCHOOL,))
    days = ("2026-03-30", "2026-03-31")
    screen(api.state.store, "d", pupils(SCHOOL, "P1", "P2"), leaves=absent("P1", *days), responses__phq9=[])
    row = {name: value for name, value in ABSENT.items() if name != "event"}
    alone = {"student_id": "P2", "school_id": SCHOOL, "stage": "junior", "grade": 8, "sex": "female", "leaves": [row]}
    assert api.post("/score", alone, key).json()["floors"] == []
    said = happened(api, ABSENT, key=key)
    assert (said["student"], said["filed"], said["recorded"]) == ("on_list", ["leave"], True)
    assert "R17" in [one["id"] for one in said["state"]["floors"]]
    assert said["state"]["entry_id"] == said["entry_id"]


def test_the_sheet_on_record_stands_beside_a_report(api: Api) -> None:
    screen(api.state.store, "d", pupils(SCHOOL, "P1"), responses__phq9=[CALM | {"student_id": "P1"}], leaves=[])
    said = happened(api, MOOD)["state"]
    assert [(one["code"], one["total"]) for one in said["instruments"]] == [("phq9", 21.0)]
    assert "phq9" not in said["data_quality"]["missing"]
    assert len(said["leads"]) == 1


def test_the_model_scores_what_is_on_record_together_with_what_happened(api: Api) -> None:
    """As it would, were all of it sent at once."""
    promote(api)
    policy = api.state.policy  # nobody is drawn by lot: of who is blind no figure is told
    state = replace(
        api.state, policy=policy.model_copy(update={"list": policy.list.model_copy(update={"audit_slots": 0})})
    )
    api = replace(api, state=state, client=Client(make_app(state)))
    key = api.key(schools=(SCHOOL,))
    screen(api.state.store, "d", pupils(SCHOOL, "P1"), responses__phq9=[CALM | {"student_id": "P1"}], leaves=[])
    alone = {"student_id": "P1", "school_id": SCHOOL, "stage": "junior", "grade": 8, "sex": "female"}
    sheet_sent = {"instrument": "phq9", "administered_on": "2026-03-20", "answers": ANSWERS}
    row = {name: value for name, value in ABSENT.items() if name != "event"}
    without = api.post("/score?dry_run=true", alone | {"leaves": [row]}, key).json()
    whole = api.post("/score?dry_run=true", alone | {"responses": [sheet_sent], "leaves": [row]}, key).json()
    said = happened(api, ABSENT, key=key)["state"]
    assert said["margin"] == whole["margin"] != without["margin"]
    assert said["model"]["status"] == "ok"


def test_nothing_that_somebody_has_assessed_opens_anew(api: Api) -> None:
    """Nor is anything on file filed again: the same evidence would begin its clock anew."""
    key = api.key(schools=(SCHOOL,))
    screen(api.state.store, "d", pupils(SCHOOL, "P1"), responses__phq9=[sheet("P1")], leaves=[])
    before = count(api, evidence)
    happened(api, ABSENT, key=key)
    assert count(api, evidence) == before
    talk = {"student_id": "P1", "observed_on": "2026-04-01", "kind": "interview", "level": 0, "interviewer": "I-1"}
    open_now = [one["evidence"] for one in happened(api, ABSENT, key=key)["state"]["floors"]]
    assert open_now
    row = talk | {"second_interviewer": "I-2", "assessed": open_now}
    assert api.post("/outcomes", {"outcomes": [row]}, key).json()["evidence_closed"] == len(open_now)
    after = happened(api, {**ABSENT, "type": "sick"}, key=key)["state"]
    assert after["floors"] == []
    assert count(api, evidence) == before


def test_events_are_joined_with_earlier_events(api: Api) -> None:
    key = api.key(schools=(SCHOOL,))
    screen(api.state.store, "d", pupils(SCHOOL, "P1"), leaves=[], responses__phq9=[])
    for day in ("2026-03-30", "2026-03-31"):
        assert happened(api, ABSENT | {"start_on": day, "end_on": day}, key=key)["state"]["floors"] == []
    assert "R17" in [one["id"] for one in happened(api, ABSENT, key=key)["state"]["floors"]]


def test_a_suspension_a_return_and_a_return_from_hospital(api: Api) -> None:
    key = api.key(schools=(SCHOOL,))
    screen(api.state.store, "d", pupils(SCHOOL, "P1"), leaves=[], responses__phq9=[])
    away = {"event": "suspension", "start_on": "2026-03-02"}
    assert happened(api, away, key=key)["state"]["floors"] == []
    back = happened(api, {"event": "resumption", "returned_on": "2026-04-01"}, key=key)["state"]
    assert [one["id"] for one in back["floors"]] == ["R16"]
    home = happened(api, {"event": "discharge", "returned_on": "2026-04-01"}, key=key, content={"student_id": "P9"})
    assert [one["id"] for one in home["state"]["floors"]] == ["R16"]


def test_of_a_stranger_everything_is_kept_and_danger_answered_for(api: Api) -> None:
    ensure_jobs(api.state.store, [Job(CLOCK, CLOCK, every=timedelta(hours=1))], NOW + timedelta(minutes=10))
    assert lease_job(api.state.store, "w", NOW, timedelta(minutes=1)) is None
    said = happened(api, FAREWELL, content={"student_id": "X-7"})
    assert said["student"] == "identity_to_check"
    assert said["state"]["tier"]["code"] == "crisis"
    assert said["state"]["urgent"]["acknowledge_by"] is not None
    assert lease_job(api.state.store, "w", NOW, timedelta(minutes=1)) is not None, "the clock looks now, not later"


def test_danger_in_an_event_rings_when_the_worker_turns_next(tmp_path: Path) -> None:
    """And not at the next look of the clock, which is seconds away."""
    with hooks() as hook:
        api = make_api(tmp_path)
        with_robots(tmp_path, hook)
        roster(api.state.store)
        at_work = Shift(api.state.store, tmp_path, hook=hook)
        api = replace(api, client=Client(make_app(replace(api.state, clock=lambda: at_work.now))))
        at_work.step()
        hook.received.clear()
        at_work.now += timedelta(seconds=1)
        today = {"reported_on": at_work.now.date().isoformat()}
        happened(api, FAREWELL | today, key=api.key(schools=("school-01",)), content={"school_id": "school-01"})
        at_work.step()
        assert [text.splitlines()[1].partition("（")[0] for text in at_work.texts()] == ["P1 (school-01) R11"]


def test_of_another_schools_student_nothing_is_read(api: Api) -> None:
    screen(api.state.store, "d", pupils(SCHOOL, "P1"), responses__phq9=[sheet("P1")], leaves=[])
    said = happened(api, MOOD, key=api.key(schools=("sch-2",)), content={"school_id": "sch-2"})
    assert said["student"] == "identity_to_check"
    assert (said["state"]["floors"], said["state"]["instruments"]) == ([], [])


def test_a_key_without_the_scope_to_score_is_told_what_was_filed_and_no_more(api: Api) -> None:
    screen(api.state.store, "d", pupils(SCHOOL, "P1"), responses__phq9=[sheet("P1")], leaves=[])
    said = happened(api, FAREWELL, ABSENT, key=api.key("events", "explain", schools=(SCHOOL,)))
    assert said == {
        "student_id": "P1",
        "recorded": True,
        "entry_id": said["entry_id"],
        "student": "on_list",
        "filed": ["concern", "leave"],
        "state": None,
        "prompt": None,
    }


def test_sent_again_it_is_recorded_once_and_answered_as_the_first_time(api: Api) -> None:
    key, name = api.key(schools=(SCHOOL,)), {"idempotency-key": "e-1"}
    first, again = happened(api, FAREWELL, key=key, headers=name), happened(api, FAREWELL, key=key, headers=name)
    assert again == first
    assert count(api, entries) == 1


def test_who_a_student_is_is_read_with_what_follows(api: Api) -> None:
    key = api.key(schools=(SCHOOL,))
    said = {"event": "roster", "stage": "senior", "grade": 10, "birth_date": "2010-05-01", "boarding": True}
    happened(api, said, key=key, content={"student_id": "X-7"})
    happened(api, MOOD, key=key, content={"student_id": "X-7"})
    with api.state.store.reading() as connection:
        rows = connection.execute(entries.select().order_by(entries.c.received_at, entries.c.entry_id)).all()
    assert {(row.stage, row.grade) for row in rows} == {("senior", 10)}


def test_what_was_joined_is_assessed_again_alike(api: Api) -> None:
    screen(api.state.store, "d", pupils(SCHOOL, "P1"), responses__phq9=[sheet("P1")], leaves=absent("P1", "2026-03-31"))
    entry_id = happened(api, ABSENT)["entry_id"]
    replayed = replay_assessment(api.state.store, api.settings.models, entry_id, NOW, "test")
    assert replayed.outcome == "identical", replayed.differences


@pytest.mark.parametrize(
    ("events", "field", "code"),
    [
        ([], "events", "too_few"),
        ([{"event": "birthday"}], "events[0]", "unknown_code"),
        ([{"type": "sick"}], "events[0]", "missing"),
        ([MOOD, {"event": "leave", "start_on": "2026-04-01"}], "events[1].type", "missing"),
        ([{"event": "leave", "type": "suspension", "start_on": "2026-04-01"}], "events[0].type", None),
        ([{"event": "discharge", "returned_on": "2026-04-02"}], "events[0].returned_on", None),
        ([MOOD, MOOD | {"reported_on": "2026-04-02"}], "events[1].reported_on", None),
        ([MOOD, {"event": "sheet", "instrument": "x", "administered_on": "2026-04-01", "answers": [1]}], None, None),
        ([{"event": "roster", "stage": "junior", "grade": 2}], "events[0].grade", None),
    ],
)
def test_a_field_at_fault_is_named_as_it_was_sent(quiet: Api, events: Any, field: str | None, code: str | None) -> None:
    answer = quiet.post("/events", {"student_id": "P1", "events": events}, quiet.key("events"))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    (error,) = answer.json()["errors"]
    assert error["field"] == (field or "events[1].instrument")
    assert error.get("code") == code
    assert "birthday" not in json.dumps(answer.json())
    assert count(quiet, entries) == 0
