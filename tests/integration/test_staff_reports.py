"""Any member of staff reports in one tap, and is told that somebody looks after it, never what was found."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest

from data_schemas.codes import DutyRole
from models.ringing import RingStep
from serving.crisis.store import rings_since
from serving.store import Store, keep_names
from serving.store.case_tables import concern_reports
from tests.crisis import Shift, roster
from tests.desk import Desk, colleague, rows, small_school
from tests.factories import NOW, present
from tests.new_stores import new_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        small_school(opened)
        keep_names(opened, {"S-2": "王小明", "S-4": "王小明"}, NOW, "test")
        yield opened


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path)


@pytest.fixture
def teacher(desk: Desk) -> Desk:
    return colleague(desk, "zhao", "staff")


def page(desk: Desk, query: str = "") -> str:
    return unescape(desk.client.get(f"/concerns{query}").text)


def tap(desk: Desk, kind: str, student_id: str = "S-2") -> httpx.Response:
    form = desk.client.get(f"/concerns?student={student_id}").text
    fields = {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}
    return desk.client.post("/concerns", fields | {"kind": kind, "note": ""})


def test_who_reports_finds_a_student_by_the_whole_name_or_id_and_sees_no_record(teacher: Desk) -> None:
    assert teacher.client.get("/").headers["location"] == "/concerns"
    found = page(teacher, "?q=王小明")
    assert "S-2 · 七(1)班" in re.sub(r"\s+", " ", found)
    assert "S-4" not in found, "another school's"
    assert "S-2 ·" not in re.sub(r"\s+", " ", page(teacher, "?q=王小")), "nothing is told that was not typed"
    assert "S-2 ·" not in re.sub(r"\s+", " ", page(teacher, "?q=S-"))
    for path in ("/students/S-2", "/week", "/students", "/duties", "/cases", "/rings"):
        assert teacher.client.get(path).status_code == 403, path


def test_one_tap_reports_and_the_receipt_tells_no_more_than_that_somebody_looks_after_it(
    desk: Desk, teacher: Desk, store: Store
) -> None:
    assert tap(teacher, "mood_abnormal").headers["location"] == "/concerns?told=kept"
    (kept,) = rows(store, concern_reports)
    assert (kept["kind"], kept["source"], kept["recorded_by"]) == ("mood_abnormal", "teacher", "zhao")
    assert "已收到，等待跟进" in page(teacher)
    assert len(present(store, "S-2").leads) == 1
    key = present(store, "S-2").leads[0].piece.key
    desk.now += timedelta(minutes=30)
    teacher.now = desk.now
    desk.record("S-2", level="2", assessed=key)
    html = page(teacher)
    assert "已有人跟进" in html
    for secret in ("重点", "关注</", "情绪异常（"):
        assert secret not in html.partition("<main")[2], secret
    assert "S-2" not in page(colleague(desk, "qian", "staff")), "another's reports are theirs"


def test_what_is_a_counselors_judgement_is_no_tap(desk: Desk, teacher: Desk, store: Store) -> None:
    assert "疑需到医疗机构评估" not in page(teacher, "?student=S-2")
    assert "疑需到医疗机构评估" in page(desk, "?student=S-2")
    assert tap(teacher, "medical_evaluation").status_code == 422
    assert rows(store, concern_reports) == []


def test_a_tap_about_danger_rings_who_is_on_duty(teacher: Desk, desk: Desk, store: Store, tmp_path: Path) -> None:
    roster(store)
    assert tap(teacher, "self_harm").status_code == 303
    shift = Shift(store, tmp_path, NOW + timedelta(minutes=1))
    shift.step()
    rung = [(one.step, one.role) for one in rings_since(store, ["school-01"], NOW)]
    assert (RingStep.FIRST, DutyRole.COUNSELOR) in rung


def test_two_reports_of_one_thing_are_one_case_and_each_has_a_receipt(desk: Desk, teacher: Desk, store: Store) -> None:
    other = colleague(desk, "qian", "staff")
    tap(teacher, "mood_abnormal")
    tap(other, "mood_abnormal")
    now = present(store, "S-2")
    assert len(now.leads) == 2
    assert len({one.piece.key for one in now.leads}) == 1, "closed by one tick"
    desk.now += timedelta(minutes=30)
    desk.record("S-2", level="0", assessed=now.leads[0].piece.key)
    assert present(store, "S-2").leads == ()
    for one in (teacher, other):
        assert "已有人跟进" in page(one)


def test_a_report_is_taken_back_within_minutes_and_of_another_school_refused(teacher: Desk, store: Store) -> None:
    tap(teacher, "mood_abnormal")
    html = teacher.client.get("/concerns").text
    report_id = re.findall(r'name="report_id" value="([^"]+)"', html)[0]
    token = re.findall(r'name="form_token" value="([^"]+)"', html)[0]
    sent = teacher.client.post("/concerns/undo", {"form_token": token, "report_id": report_id})
    assert sent.headers["location"] == "/concerns?told=undone"
    assert present(store, "S-2").leads == ()
    assert teacher.client.get("/concerns?student=S-4").status_code == 403
