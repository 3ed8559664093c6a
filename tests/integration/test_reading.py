"""Reading outside the caseload: asked for, approved by somebody else; in danger opened at once and looked at after."""

from datetime import timedelta
from pathlib import Path

import pytest

from serving.accounts import create_user
from serving.store import Store, audit_rows
from tests.desk import Desk, colleague, small_school
from tests.factories import NOW
from tests.integration.test_cases import move
from tests.new_stores import new_store

STUDENT = "S-2"  # by the model, no danger; S-1 is in danger


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = new_store(tmp_path)
    small_school(store)
    return store


@pytest.fixture
def wang(store: Store, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path)


def status(desk: Desk, student: str = STUDENT) -> int:
    return desk.client.get(f"/students/{student}").status_code


def assigned(wang: Desk, student: str = STUDENT) -> tuple[Desk, Desk]:
    """li, who has the case, and zhao, who has nothing to do with it."""
    li, zhao = colleague(wang, "li"), colleague(wang, "zhao")
    move(wang, "assign", student, person="li")
    return li, zhao


def form(desk: Desk) -> dict[str, str]:
    text = desk.client.get("/help").text
    return {"form_token": text.partition('name="form_token" value="')[2][:64]}


def ask(desk: Desk, student: str = STUDENT, act: str = "ask", reason: str = "代她约谈") -> str:
    fields = form(desk) | {"student_id": student, "act": act, "purpose": "follow_up", "reason": reason}
    return desk.client.post("/readings", fields).headers.get("location", "")


def test_a_school_is_its_counselors_caseload_where_nobody_has_assigned_anything(wang: Desk) -> None:
    assert status(wang) == status(colleague(wang, "zhao")) == 200


def test_an_assigned_case_is_read_by_who_has_it_who_worked_on_it_and_supervisors(wang: Desk) -> None:
    li, zhao = assigned(wang)
    assert (status(li), status(wang), status(zhao)) == (200, 200, 403)
    assert status(colleague(wang, "du", "supervisor")) == 200
    page = zhao.page(STUDENT)
    assert "已分派给 li" in page
    assert "PHQ" not in page


def test_a_request_opens_the_record_once_somebody_else_has_approved_it_and_for_a_week(wang: Desk, store: Store) -> None:
    _, zhao = assigned(wang)
    assert "reading_fault_reason" in ask(zhao, reason=" ")
    ask(zhao)
    assert status(zhao) == 403
    assert "等待批准" in zhao.page(STUDENT)
    du = colleague(wang, "du", "principal")
    page = du.client.get("/readings").text
    assert STUDENT in page
    assert "代她约谈" in page
    assert f"/students/{STUDENT}" not in page
    reading = page.partition('name="reading" value="')[2][:32]
    assert zhao.client.post("/readings/answer", form(zhao) | {"reading": reading, "act": "approved"}).status_code == 403
    assert du.client.post("/readings/answer", form(du) | {"reading": reading, "act": "approved"}).status_code == 303
    assert status(zhao) == 200
    trail = [(one.actor, one.action, one.object_id) for one in audit_rows(store)]
    assert ("zhao", "reading.asked", STUDENT) in trail
    assert ("du", "reading.approved", STUDENT) in trail
    wang.now = NOW + timedelta(days=8)
    zhao.enter()
    assert status(zhao) == 403


def test_open_danger_opens_at_once_with_a_reason_and_is_reviewed_by_somebody_else(wang: Desk) -> None:
    _, zhao = assigned(wang, "S-1")
    assert status(zhao, "S-1") == 403
    assert "立即打开" in zhao.page("S-1")
    assert "reading_fault_reason" in ask(zhao, "S-1", "open", "")
    assert ask(zhao, "S-1", "open", "值班，家长来电") == "/students/S-1?purpose=crisis"
    assert status(zhao, "S-1") == 200
    du = colleague(wang, "du", "supervisor")
    page = du.client.get("/readings").text
    assert "值班，家长来电" in page
    reading = page.partition('name="reading" value="')[2][:32]
    said = form(du) | {"reading": reading, "act": "questioned"}
    assert "reading_fault_remark" in du.client.post("/readings/answer", said).headers["location"]
    du.client.post("/readings/answer", said | {"remark": "当天不值班"})
    assert "值班，家长来电" not in du.client.get("/readings").text.partition("我的申请")[0]


def test_without_danger_nothing_opens_at_once(wang: Desk) -> None:
    _, zhao = assigned(wang)
    fields = form(zhao) | {"student_id": STUDENT, "act": "open", "reason": "x"}
    assert zhao.client.post("/readings", fields).status_code == 403
    assert status(zhao) == 403


def test_a_talk_is_recorded_outside_the_caseload_and_shows_nothing(wang: Desk) -> None:
    _, zhao = assigned(wang)
    answer = zhao.client.post("/records", form(zhao) | {"student_id": STUDENT, "how": "in_person", "then": "stay"})
    assert "PHQ" not in answer.text


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/cases", {"move": "acknowledge", "last": "1"}),
        ("/cases", {"move": "offer", "last": "1", "person": "zhao"}),
        ("/handover", {"student": STUDENT, "school": "school-01", "person": "zhao"}),
        ("/explanation-views", {"said": "agree"}),
        ("/records", {"how": "in_person", "then": "stay"}),
        ("/records/draft", {"note": "x"}),
        ("/notes", {"text": "x"}),
        ("/plans", {"kind": "care"}),
        ("/links", {"kind": "siblings", "others": "S-1"}),
    ],
)
def test_no_work_on_it_opens_a_record_outside_the_caseload(wang: Desk, path: str, fields: dict[str, str]) -> None:
    _, zhao = assigned(wang)
    answer = zhao.client.post(path, form(zhao) | {"student_id": STUDENT} | fields)
    assert "PHQ" not in answer.text
    assert status(zhao) == 403


def test_bulk_reading_raises_one_alert_that_administrators_and_supervisors_see(wang: Desk, store: Store) -> None:
    reading = wang.pages.state.policy.reading.model_copy(update={"alert_students": 2})
    object.__setattr__(wang.pages.state, "policy", wang.pages.state.policy.model_copy(update={"reading": reading}))
    for student in ("S-1", "S-2", "S-1"):
        wang.page(student)
    assert not [one for one in audit_rows(store) if one.action == "reading.alert"]
    for _ in range(2):
        wang.page("S-3")
    alerts = [one for one in audit_rows(store) if one.action == "reading.alert"]
    assert [(one.object_id, one.detail) for one in alerts] == [("wang", "students=3 hours=24")]
    admin = Desk(store, Path(), "admin", wang.pages)
    assert "打开了 3 名学生的档案" in admin.client.get("/admin").text
    du = colleague(wang, "du", "supervisor")
    page = du.client.get("/readings").text
    assert "打开了 3 名学生的档案" in page
    elsewhere = colleague(wang, "lu", "supervisor", ("school-02",))
    assert "打开了 3 名" not in elsewhere.client.get("/readings").text
    at = page.partition('name="at" value="')[2].partition('"')[0]
    du.client.post("/readings/alert", form(du) | {"username": "wang", "at": at})
    assert "du 已了解" in admin.client.get("/admin").text


def test_who_is_alerted_about_cannot_wave_it_through(wang: Desk, store: Store) -> None:
    create_user(store, "sun", "bureau", [], NOW)
    sun = Desk(store, Path(), "sun", wang.pages)
    assert sun.client.get("/readings").status_code == 403
