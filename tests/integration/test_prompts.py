"""Whoever enters an absence is told that somebody waits to speak with the student, and whom to tell: never why."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from data_schemas.codes import Tier
from runxin.cli.main import run
from serving.app import make_app
from serving.store import audit_rows
from tests.api_state import Api, make_api
from tests.crisis import roster
from tests.factories import NOW
from tests.http_client import Client
from tests.known_schools import make_known
from tests.sample_school import BLIND, CONFIRMED, DANGER, SCHOOL, SENT, SETTLED, whole_school

ABSENT: dict[str, Any] = {"event": "leave", "type": "sick", "start_on": "2026-11-20", "end_on": "2026-11-20"}
AGAIN = {"idempotency-key": "p-1"}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    made = make_api(tmp_path_factory.mktemp("home"))
    make_known(made.state.store, (SCHOOL, "school-02"))
    whole_school(made.state.store)
    roster(made.state.store, SCHOOL)
    return at(made, 0)


def at(api: Api, hours: float) -> Api:
    state = replace(api.state, clock=lambda: NOW + timedelta(hours=hours))
    return replace(api, state=state, client=Client(make_app(state)))


def entered(api: Api, student_id: str, by: str | None = "staff", key: str | None = None, **more: Any) -> dict[str, Any]:
    content = {"student_id": student_id, "events": [ABSENT]} | ({} if by is None else {"entered_by": by})
    answer = api.post("/events", content, key or api.key("events", "prompts", schools=(SCHOOL,)), **more)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def answered(api: Api, prompt_id: str, step: str, key: str) -> int:
    return api.post("/prompts", {"prompt_id": prompt_id, "step": step, "entered_by": "staff"}, key).status_code


@pytest.mark.parametrize("student_id", [DANGER, CONFIRMED, BLIND])
def test_staff_are_told_that_somebody_waits_and_whom_to_tell(api: Api, student_id: str) -> None:
    said = entered(api, student_id)
    prompt = said["prompt"]
    assert prompt["tell"]["zh"] == "值班心理教师 王老师，电话 13800000001"
    assert prompt["tell"]["zh"] in prompt["text"]["zh"]
    assert said["state"] is None


def test_a_prompt_is_the_same_whatever_it_is_about(api: Api) -> None:
    """Of a check of this hour, of a confirmed crisis and of a talk by lot nothing but its name differs."""
    found = [entered(at(api, 0.1), one)["prompt"] for one in (DANGER, CONFIRMED, BLIND)]
    assert len({json.dumps(one | {"prompt_id": ""}) for one in found}) == 1
    assert len({one["prompt_id"] for one in found}) == 3
    text = json.dumps(found, ensure_ascii=False)
    assert not [word for tier in Tier for word in (tier.zh, tier.code) if word in text]


@pytest.mark.parametrize("student_id", [SETTLED, SENT, "nobody"])
def test_where_nobody_waits_or_nobody_is_known_nothing_is_said(api: Api, student_id: str) -> None:
    assert entered(api, student_id)["prompt"] is None


@pytest.mark.parametrize("by", ["guardian", "student", "program", None])
def test_others_than_staff_are_told_nothing(api: Api, by: str | None) -> None:
    assert entered(api, DANGER, by)["prompt"] is None


def test_another_key_is_told_nothing(api: Api) -> None:
    assert entered(api, DANGER, key=api.key("events", "score", "explain", schools=(SCHOOL,)))["prompt"] is None
    assert entered(api, DANGER, key=api.key("events", "prompts", schools=("school-02",)))["prompt"] is None


def test_at_night_the_person_on_call_is_named(api: Api) -> None:
    assert entered(at(api, 10), CONFIRMED)["prompt"]["tell"]["zh"].endswith("赵老师，电话 13800000005")


def test_who_was_told_is_not_told_again_that_day_and_all_of_it_is_counted(
    api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tomorrow = at(api, 24)
    key = api.key("events", "prompts", schools=(SCHOOL,))
    first, second = (entered(tomorrow, CONFIRMED, key=key)["prompt"] for _ in range(2))
    assert first == second
    assert answered(tomorrow, first["prompt_id"], "could_not", key) == 200
    assert entered(tomorrow, CONFIRMED, key=key)["prompt"] is not None
    assert [answered(tomorrow, first["prompt_id"], "told", key) for _ in range(2)] == [200, 200]
    assert entered(tomorrow, CONFIRMED, key=key)["prompt"] is None
    danger = entered(tomorrow, DANGER, key=key)["prompt"]
    answered(tomorrow, danger["prompt_id"], "told", key)
    assert entered(tomorrow, DANGER, key=key)["prompt"] is not None, "nobody has answered for the danger"
    trail = [(row.action, row.detail) for row in audit_rows(api.state.store) if row.action.startswith("prompt")]
    assert ("prompt.answered", "told") in trail
    assert ("prompt.shown", "staff") in trail
    monkeypatch.setenv("RUNXIN_HOME", str(api.settings.home))
    assert run(["prompts", "--days", "9000", "--json"]) == 0
    (school,) = json.loads(capsys.readouterr().out.splitlines()[-1])["schools"]
    assert (school["school_id"], school["told"], school["could_not"]) == (SCHOOL, 2, 1)
    assert school["shown"] > school["prompts"] > 2


def test_an_event_that_is_sent_again_is_answered_with_the_same_prompt_and_counted_once(api: Api) -> None:
    later = at(api, 48)
    key = api.key("events", "prompts", schools=(SCHOOL,))
    shown = len([row for row in audit_rows(api.state.store) if row.action == "prompt.shown"])
    first, again = (entered(later, BLIND, key=key, headers=AGAIN) for _ in range(2))
    assert first == again
    assert first["prompt"] is not None
    assert len([row for row in audit_rows(api.state.store) if row.action == "prompt.shown"]) == shown + 1


def test_a_prompt_that_somebody_else_was_shown_is_not_there(api: Api) -> None:
    prompt_id = entered(api, DANGER)["prompt"]["prompt_id"]
    for name, key in (("e-" + "0" * 24, api.key("prompts")), (prompt_id, api.key("prompts", schools=("school-02",)))):
        assert answered(api, name, "told", key) == 404
    assert api.post("/prompts", {"prompt_id": "x", "step": "told", "entered_by": "staff"}).status_code == 422
