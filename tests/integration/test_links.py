"""Students who belong together: a person says so, each page shows it, and only to those who may see both."""

from html import unescape
from pathlib import Path

import pytest

from serving.store import Store
from serving.store.plan_tables import student_links
from tests.desk import Desk, colleague, rows, small_school
from tests.new_stores import new_store
from tests.sample_pages import SCHOOLS


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    small_school(store)
    return Desk(store, tmp_path)


def link(desk: Desk, others: str, kind: str = "siblings", on: str = "", student: str = "S-1") -> str:
    sent = {
        "form_token": desk.fill("S-2")["form_token"],
        "student_id": student,
        "kind": kind,
        "others": others,
        "on": on,
    }
    answer = desk.client.post("/links", sent)
    assert answer.status_code == 303
    return unescape(desk.client.get(answer.headers["location"]).text)


def test_a_link_stands_on_the_page_of_each(desk: Desk) -> None:
    assert "已登记" in link(desk, "S-2，S-3", "incident", "2026-11-18")
    for one, other in (("S-1", "S-2"), ("S-2", "S-1"), ("S-3", "S-2")):
        assert f'href="/students/{other}"' in desk.page(one)
        assert "2026-11-18" in desk.client.get(f"/links/students/{one}").text
    events = desk.pages.trail("student.linked")
    assert [(event.object_id, event.detail) for event in events] == [(f"S-{n}", "incident") for n in (1, 2, 3)]


def test_friends_of_whom_attempted_are_to_be_told_of(desk: Desk) -> None:
    link(desk, "S-2", "friends")
    html = desk.client.get("/links/students/S-2").text
    assert "事件当事学生" in html
    assert "30 天内" in html


@pytest.mark.parametrize(
    ("others", "kind", "on", "said"),
    [
        ("", "siblings", "", "请写其他学生的学号"),
        ("S-1", "siblings", "", "请写其他学生的学号"),
        ("S-2 nobody", "siblings", "", "在您的学校里找不到"),
        ("S-4", "siblings", "", "在您的学校里找不到"),
        ("S-2", "cousins", "", "请选一种关系"),
        ("S-2", "incident", "2027-01-01", "日期不对"),
        ("S-2", "incident", "soon", "日期不对"),
    ],
)
def test_what_does_not_fit_is_said(desk: Desk, store: Store, others: str, kind: str, on: str, said: str) -> None:
    html = link(desk, others, kind, on)
    assert said in html
    assert rows(store, student_links) == []
    assert f'value="{others}"' in html, "what was typed stays"


def test_a_student_of_another_school_is_shown_to_those_alone_who_may_see_both(desk: Desk) -> None:
    both = colleague(desk, "li", schools=SCHOOLS)
    link(both, "S-4")
    assert "S-4" in both.page("S-1")
    assert "S-4" not in desk.page("S-1")
    assert "S-4" not in desk.client.get("/links/students/S-1").text


def test_a_link_can_be_taken_back_and_stays_on_record(desk: Desk, store: Store) -> None:
    link(desk, "S-2")
    (group,) = {row["group_id"] for row in rows(store, student_links)}
    form = {"form_token": desk.fill("S-2")["form_token"], "student_id": "S-2", "group_id": group}
    assert desk.client.post("/links", form).status_code == 303
    assert 'href="/students/S-2"' not in desk.page("S-1")
    assert [row["undoes"] for row in rows(store, student_links)] == [None, None, group, group]
    assert desk.client.post("/links", form).status_code == 404
