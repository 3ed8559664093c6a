"""扶助与课程: hints from circumstances alone, what was asked for, and who may see it."""

import re
from html import unescape
from pathlib import Path

import pytest

from serving.store import NewEntry, Store, record_entry
from serving.store.plan_tables import subsidy_steps
from tests import sample_school as school
from tests.desk import Desk, colleague, rows, small_school
from tests.factories import NOW, assessment
from tests.new_stores import new_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    small_school(store)
    row = {"flag": "left_behind", "value": "yes", "source": "mca", "valid_from": "2026-09-01"}
    said = NewEntry("city", "S-2", "school-01", "junior", 7, {"family": [row]}, assessment("S-2"), NOW)
    record_entry(store, said)
    return Desk(store, tmp_path)


def page(desk: Desk, student_id: str) -> str:
    return unescape(desk.client.get(f"/support/students/{student_id}").text)


def note(desk: Desk, **fields: str) -> int:
    token = re.findall(r'name="form_token" value="([^"]*)"', desk.client.get("/help").text)[0]
    sent = {"form_token": token, "student_id": "S-2", "step": "asked", "purpose": "counselling"}
    return desk.client.post("/support", sent | fields).status_code


def test_a_hint_follows_from_a_circumstance_and_never_from_a_tier(desk: Desk) -> None:
    html = page(desk, "S-2")
    assert "可以申请补贴：留守" in re.sub(r"\s+", " ", html)
    assert "委托照护与保持沟通" in html
    assert "共同履行教育责任" not in html
    danger = page(desk, "S-1")
    assert "没有登记可以申请补贴的家庭情况" in danger
    for html in (danger, page(desk, "S-2")):
        assert not re.search("危机|重点|PHQ", html.partition("<main")[2])
    assert "不依据任何评估结果" in danger


def test_what_was_asked_for_and_granted_stays_on_record(desk: Desk, store: Store) -> None:
    assert note(desk) == note(desk, step="granted") == 303
    assert [(one["step"], one["purpose"], one["said_by"]) for one in rows(store, subsidy_steps)] == [
        ("asked", "counselling", "wang"),
        ("granted", "counselling", "wang"),
    ]
    html = page(desk, "S-2")
    assert html.index("已批准") < html.index("已申请"), "the newest first"
    assert note(desk, step="lent") == 422
    assert [one.object_id for one in desk.pages.trail("subsidy.noted")] == ["S-2", "S-2"]


def test_who_works_with_students_sees_it_and_nobody_blind(desk: Desk) -> None:
    assert page(colleague(desk, "du", "supervisor"), "S-2")
    assert colleague(desk, "ren", "principal").client.get("/support/students/S-2").status_code == 403
    blind = desk.client.get(f"/support/students/{school.BLIND}")
    assert blind.headers["location"] == f"/students/{school.BLIND}"
