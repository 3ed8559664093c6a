"""A platform's view of the follow-up list and of the model."""

from pathlib import Path

import pytest

from data_schemas.codes import Tier
from serving.api.follow_up import list_given
from serving.followup import Section
from serving.store import audit_rows
from tests.api_state import Api, make_api, phq9, promote, record
from tests.factories import entry, follow_up_list


@pytest.fixture
def api(tmp_path: Path) -> Api:
    return make_api(tmp_path)


def test_an_entry_is_on_the_list(api: Api) -> None:
    api.post("/score", record("S-9", responses=[phq9([1, 1, 1, 1, 1, 1, 1, 1, 2])]))
    answer = api.get("/follow_up_list?school_id=A")
    assert answer.status_code == 200
    lines = [line for line in answer.json()["entries"] if line["student_id"] == "S-9"]
    assert lines, "the student is on no line"
    assert lines[0]["tier"] == "crisis"
    assert "R02" in lines[0]["floors"]
    assert answer.json()["notice"]["zh"].startswith("筛查结果不是诊断")


def test_a_read_of_the_list_is_in_the_trail(api: Api) -> None:
    api.post("/score", record())
    assert api.get("/follow_up_list?school_id=A").status_code == 200
    event = audit_rows(api.state.store, 1)[0]
    assert (event.actor, event.action, event.purpose, event.object_id) == ("city", "list.read", "follow_up", "A")


def test_a_key_of_one_school_does_not_read_the_list_of_another(api: Api) -> None:
    assert api.get("/follow_up_list?school_id=A", api.key("list", schools=("B",))).status_code == 403


def test_a_school_without_anything_is_not_found(api: Api) -> None:
    answer = api.get("/follow_up_list?school_id=nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_limit_does_not_cut_immediate_checks() -> None:
    urgent = tuple(entry(f"U-{n}", Tier.CRISIS, Section.IMMEDIATE) for n in range(3))
    week = tuple(entry(f"W-{n}", rank=n + 1) for n in range(5))
    shown = list_given(follow_up_list(immediate=urgent, week=week), 1, explain=True)
    assert [line.student_id for line in shown.entries] == ["U-0", "U-1", "U-2"]
    shown = list_given(follow_up_list(immediate=urgent, week=week), 4, explain=True)
    assert [line.student_id for line in shown.entries] == ["U-0", "U-1", "U-2", "W-0"]


def test_a_blind_audit_shows_neither_tier_nor_reasons() -> None:
    line = list_given(follow_up_list(week=(entry(slot="audit"),)), 10, explain=True).entries[0]
    assert (line.tier, line.tier_source, line.floors, line.why) == (None, None, (), None)


def test_sentences_need_the_explain_scope() -> None:
    shown = follow_up_list(week=(entry(),))
    assert list_given(shown, 10, explain=True).entries[0].why
    assert list_given(shown, 10, explain=False).entries[0].why is None


def test_names_are_never_given() -> None:
    assert "name" not in list_given(follow_up_list(week=(entry(),)), 10, True).entries[0].model_dump()


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
