"""A platform's view of the follow-up list and of the model."""

from pathlib import Path
from typing import Any

import pytest

from data_schemas.codes import Tier
from models.triage import QUEUES
from models.triage.queues import IMMEDIATE, REVIEW
from serving.store import audit_rows
from serving.today.export import list_json
from tests import sample_lists as scenes
from tests.api_state import Api, make_api, phq9, promote, record
from tests.factories import blind_entry, entry, follow_up_list


@pytest.fixture
def api(tmp_path: Path) -> Api:
    return make_api(tmp_path)


def queues_of(answer: Any) -> dict[str, list[dict[str, Any]]]:
    return {queue["code"]: queue["entries"] for queue in answer.json()["queues"]}


def test_an_entry_is_on_the_list(api: Api) -> None:
    key = api.key(schools=("A",))
    said = api.post("/score", record("S-9", responses=[phq9([1, 1, 1, 1, 1, 1, 1, 1, 2])]), key).json()
    answer = api.get("/follow_up_list?school_id=A", key)
    assert answer.status_code == 200
    queues = queues_of(answer)
    assert tuple(queues) == tuple(queue.code for queue in QUEUES)
    for code in ("immediate", "identity"):
        (line,) = queues[code]
        assert (line["student_id"], line["tier"], line["blind"]) == ("S-9 (A)", said["tier"], False)
        assert "R02" in line["floors"]
    assert answer.json()["notice"]["zh"].startswith("筛查结果不是诊断")


def test_a_read_of_the_list_is_in_the_trail(api: Api) -> None:
    key = api.key(schools=("A",))
    api.post("/score", record(), key)
    assert api.get("/follow_up_list?school_id=A", key).status_code == 200
    event = audit_rows(api.state.store, 1)[0]
    assert (event.actor, event.action, event.purpose, event.object_id) == ("city", "list.read", "follow_up", "A")


def test_a_key_of_one_school_does_not_read_the_list_of_another(api: Api) -> None:
    assert api.get("/follow_up_list?school_id=A", api.key("list", schools=("B",))).status_code == 403


def test_a_school_without_anything_is_not_found(api: Api) -> None:
    answer = api.get("/follow_up_list?school_id=nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_limit_cuts_no_danger_and_no_confirmed_crisis() -> None:
    urgent = tuple(entry(f"U-{n}", Tier.CRISIS, IMMEDIATE) for n in range(3))
    review = tuple(entry(f"V-{n}", Tier.CRISIS, REVIEW, source="human", confirmed=True) for n in range(3))
    week = tuple(entry(f"W-{n}", rank=n + 1) for n in range(5))
    shown = list_json(follow_up_list(immediate=urgent, review=review, week=week), 2)
    lengths = {one["code"]: (one["count"], len(one["entries"])) for one in shown["queues"]}
    assert (lengths["immediate"], lengths["review"], lengths["week"]) == ((3, 3), (3, 3), (5, 2))


def test_a_danger_of_this_morning_is_told_beside_the_talk_that_is_overdue() -> None:
    urgent = entry("U-1", Tier.CRISIS, IMMEDIATE, also_due=scenes.CHECK, due=scenes.LATE)
    shown = list_json(follow_up_list(immediate=(urgent,), week=(entry("W-1"),)))
    lines = {line["student_id"]: line for queue in shown["queues"] for line in queue["entries"]}
    assert lines["U-1"]["also_due"]["what"] == {"zh": "30 分钟内响应", "en": "respond within 30 minutes"}
    assert (lines["U-1"]["also_due"]["overdue"], lines["U-1"]["due"]["overdue"]) == (False, True)
    assert lines["W-1"]["also_due"] is None


@pytest.mark.parametrize("queue", [one.code for one in QUEUES])
def test_of_a_blind_student_nothing_is_told_in_any_queue(queue: str) -> None:
    shown = list_json(follow_up_list(**{queue: (blind_entry(queue=queue),)}), 10)
    (line,) = next(one["entries"] for one in shown["queues"] if one["code"] == queue)
    told = {name: line[name] for name in ("tier", "tier_source", "why", "undecided", "suspended", "lacks")}
    assert (line["blind"], set(told.values()), line["floors"]) == (True, {None}, [])
    assert line["assessment_id"] is None


def test_sentences_need_the_explain_scope_and_names_are_never_given(api: Api) -> None:
    key = api.key(schools=("A",))
    api.post("/score", record("S-9", responses=[phq9([1, 1, 1, 1, 1, 1, 1, 1, 2])]), key)
    full = queues_of(api.get("/follow_up_list?school_id=A", key))["immediate"][0]
    bare = queues_of(api.get("/follow_up_list?school_id=A", api.key("list", schools=("A",))))["immediate"][0]
    assert full["why"]
    assert (bare["why"], bare["due"]["why"]) == (None, None)
    assert {**full, "why": None, "due": {**full["due"], "why": None}} == bare
    assert "name" not in full


def test_the_model_says_where_it_comes_from(api: Api) -> None:
    assert api.get("/model").json()["status"] == "none"
    promote(api, "4", "synthetic")
    said = api.get("/model", api.key("model")).json()
    assert (said["status"], said["version"], said["data_origin"]) == ("ok", "4", "synthetic")
    assert said["notice"]["synthetic"] is True
    assert said["metrics"]["auroc"]["value"] == 0.8
    assert {"name": "phq9_total", "group": "questionnaire"} in said["features"]


def test_metrics_name_no_address_that_names_someone(api: Api) -> None:
    api.get("/students/S-1077")
    api.post("/score", record())
    text = api.client.get("/metrics").text
    assert 'runxin_requests_total{method="POST",route="/score",status="200"} 1.0' in text
    assert 'route="pages"' in text
    assert "S-1077" not in text
