"""The plan's tasks on their pages: who sees what, what is recorded, and that one truth is told."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from data_schemas.codes import Tier
from models.assessment import Task
from serving.store import Store
from serving.store.duties_tables import duty_records, school_duty_records
from serving.store.tables import contacts
from tests import sample_school as school
from tests.desk import Desk, colleague, rows
from tests.factories import AS_OF, NOW, assessment, floor, present, publish, student, tell, word, words
from tests.new_stores import new_store

VISIT = Task("visit", AS_OF, AS_OF + timedelta(days=4), words("秘密线索"), since=AS_OF - timedelta(days=1))
FIRST = AS_OF.replace(month=9, day=4)  # the school's first list


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    """S-1 with an errand, S-2 held at 重点, S-3 under the lock, one drawn by lot; all in grade 7."""
    them = ["S-1", "S-2", "S-3", school.BLIND]
    publish(store, [assessment(one, Tier.ROUTINE) for one in them], students=[student(one) for one in them],
            as_of=FIRST, at=NOW - timedelta(days=70), fingerprint="first")  # fmt: skip
    locked = floor("R12", protection=True, text=words("疑似家庭暴力"))
    said = [
        assessment("S-1", Tier.ROUTINE, tasks=(VISIT,)),
        assessment("S-2", Tier.PRIORITY),
        assessment("S-3", Tier.CRISIS, tier_source="floor", floors=(locked,)),
        assessment(school.BLIND, Tier.WATCH, tasks=(VISIT,)),
    ]
    publish(store, said, students=[student(one) for one in them])
    tell(store, word("S-2", 2, AS_OF - timedelta(days=20), assessed=()))
    return Desk(store, tmp_path)


def get(desk: Desk, query: str = "") -> str:
    return unescape(desk.client.get(f"/duties{query}").text)


def send(desk: Desk, **fields: Any) -> httpx.Response:
    html = desk.client.get("/duties").text
    token = re.findall(r'name="form_token" value="([^"]*)"', html)[0]
    plain = {"form_token": token, "school": "school-01", "form_id": "f1", "on": AS_OF.isoformat()}
    return desk.client.post("/duties", plain | {"result": "done", "how": "home", "reason": ""} | fields)


def row_of(html: str, duty: str) -> list[str]:
    line = next(one for one in re.findall(r"<tr>.*?</tr>", html, re.S) if f">{duty} ·" in one)
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", line)).split()


def test_the_page_counts_by_duty_and_names_nobody(desk: Desk) -> None:
    html = get(desk)
    assert row_of(html, "D05") == ["起始年级入户家访", "D05", "·", "每学年", "班主任",
                                   "0", "3", "最长", "31", "天", "0", "0", "0",
                                   "0%", "共", "3", "项"]  # fmt: skip
    assert "S-1" not in html
    assert "「各中小学校在每学期开学第一个月" in html
    assert "自本校第一份名单（2026-09-04）起计" in html
    assert [(one.actor, one.object_id) for one in desk.pages.trail("tasks.read")] == [("wang", "school-01")]


def test_visits_of_a_whole_class_are_recorded_at_once_and_are_contacts(desk: Desk, store: Store) -> None:
    html = get(desk, "?duty=D05")
    assert "「起始年级学生入户家访在每年10月20日前完成」" in html
    assert "逾期 31 天" in html
    saved = send(desk, duty="D05", student=["S-1", "S-2"])
    assert saved.status_code == 303
    assert "said=saved&n=2" in saved.headers["location"]
    assert send(desk, duty="D05", student=["S-1", "S-2"]).status_code == 303
    assert [(one["student_id"], one["duty"], one["how"]) for one in rows(store, duty_records)] == [
        ("S-1", "D05", "home"),
        ("S-2", "D05", "home"),
    ], "the same form twice is one record"
    assert {(one["student_id"], one["with_whom"]) for one in rows(store, contacts)} == {
        ("S-1", "both"),
        ("S-2", "both"),
    }
    assert present(store).tasks == (), "who was met has been asked: the queue beside the list agrees"
    assert row_of(get(desk), "D04")[5:9] == ["1", "0", "1", "0"], "counts are over everybody, who is blind among them"
    assert row_of(get(desk), "D02")[5:9] == ["1", "0", "2", "0"]
    assert [one.object_id for one in desk.pages.trail("task.recorded")] == ["S-1", "S-2"]


def test_a_record_is_taken_back_with_its_contact_by_its_author_within_minutes(desk: Desk, store: Store) -> None:
    send(desk, duty="D05", student=["S-1", "S-2"])
    other = colleague(desk)
    fields = {"school": "school-01", "duty": "D05", "form_id": "f1"}

    def undo(at: Desk) -> httpx.Response:
        html = at.client.get("/duties").text
        return at.client.post(
            "/duties/undo", fields | {"form_token": re.findall(r'form_token" value="([^"]*)"', html)[0]}
        )

    assert "只有登记的人在几分钟内可以撤销" in undo(other).text
    assert undo(desk).status_code == 303
    assert present(store).tasks == (VISIT,), "the contact counts no more"
    assert row_of(get(desk), "D05")[6] == "3"
    assert undo(desk).status_code == 404
    assert [one.object_id for one in desk.pages.trail("task.undone")] == ["S-1", "S-2"]
    send(desk, duty="D05", student=["S-1"], form_id="f2")
    desk.now += timedelta(minutes=11)
    fields["form_id"] = "f2"
    assert undo(desk).status_code == 422


FAULTS = [
    ({"duty": "D05"}, "请先选学生"),
    ({"duty": "D05", "student": ["S-1"], "how": "phone"}, "入户家访"),
    ({"duty": "D02", "student": ["S-1"], "how": ""}, "请选方式"),
    ({"duty": "D02", "student": ["S-1"], "on": "2026-11-21"}, "日期不对"),
    ({"duty": "D02", "student": ["S-1"], "on": "x"}, "日期不对"),
    ({"duty": "D19", "student": ["S-2"], "result": "problem"}, "请选结果"),
    ({"duty": "D02", "student": ["S-1"], "result": "excused"}, "免做要选原因"),
    ({"duty": "D19", "student": ["S-1"]}, "没有这项任务"),
    ({"duty": "D04", "student": [school.BLIND]}, "没有这项任务"),
    ({"duty": "D02", "student": ["S-3"]}, "保护锁"),
]


@pytest.mark.parametrize(("fields", "words_said"), FAULTS)
def test_what_does_not_fit_is_said_and_nothing_is_kept(
    desk: Desk, store: Store, fields: dict[str, Any], words_said: str
) -> None:
    sent = send(desk, **fields)
    assert sent.status_code == 422
    assert words_said in unescape(sent.text)
    assert rows(store, duty_records) == []


def test_excused_is_told_with_its_reason(desk: Desk) -> None:
    send(desk, duty="D02", student=["S-3"], result="excused", reason="declined")
    html = get(desk, "?duty=D02")
    assert "免做" in html
    assert "家长不同意" in html


def test_a_class_list_says_what_to_do_and_nothing_of_anybody(desk: Desk, store: Store) -> None:
    html = get(desk, "?class=七(1)班")
    assert "必访必问" in html
    assert "起始年级入户家访" in html
    for secret in ("秘密线索", "疑似家庭暴力", "重点", "一人一策", "月度随访"):
        assert secret not in html.partition("<main")[2], secret
    assert "保护锁：不联系监护人" not in html or "S-3" in html
    sent = desk.client.get("/export/duties?class=七(1)班&as=xlsx")
    sheet = load_workbook(BytesIO(sent.content)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert "必访必问" in cells
    assert not {"秘密线索", "一人一策"} & set(cells)
    assert [one.detail for one in desk.pages.trail("tasks.exported")] == ["xlsx class"]


def test_of_who_is_blind_nothing_is_told_that_does_not_hold_for_the_whole_grade(desk: Desk) -> None:
    html = get(desk)
    assert re.search(r"[1-9] 项属于本周例行访谈的学生", html)
    assert school.BLIND in get(desk, "?duty=D02")
    assert "S-1" in get(desk, "?duty=D04")
    for duty in ("D03", "D18", "D19", "D12", "D04"):
        assert school.BLIND not in get(desk, f"?duty={duty}"), duty


def test_a_principal_sees_counts_and_records_what_is_the_schools(desk: Desk, store: Store) -> None:
    head = colleague(desk, "chen", "principal")
    html = get(head)
    assert "不足 10 名学生，不显示数字" in html
    assert "/duties?duty=" not in html
    assert "S-1" not in get(head, "?duty=D05")
    assert head.client.get("/export/duties").status_code == 403
    assert send(head, duty="D05", student=["S-1"]).status_code == 403
    assert send(head, duty="D13", form_id="s1").status_code == 303
    (kept,) = rows(store, school_duty_records)
    assert (kept["duty"], kept["recorded_by"], kept["school_id"]) == ("D13", "chen", "school-01")
    assert "2026-11-20 已完成 · 晚 50 天 · chen" in re.sub(r"\s+", " ", get(head))
    assert [one.actor for one in desk.pages.trail("school_task.recorded")] == ["chen"]


def test_another_school_is_refused(desk: Desk) -> None:
    assert desk.client.get("/duties?school=school-02").status_code == 403
    assert send(desk, school="school-02", duty="D05", student=["S-1"]).status_code == 403
    assert send(desk, duty="D99", student=["S-1"]).status_code == 404


def test_a_principal_is_told_about_how_many(tmp_path: Path) -> None:
    """No count of one day beside that of the next tells of one student."""
    opened = new_store(tmp_path)
    them = [f"S-{n}" for n in range(23)]
    for as_of, at in ((FIRST, NOW - timedelta(days=70)), (AS_OF, NOW)):
        said = [assessment(one, Tier.ROUTINE) for one in them]
        publish(opened, said, students=[student(one) for one in them], as_of=as_of, at=at, fingerprint=f"{as_of}")
    desk = Desk(opened, tmp_path)
    send(desk, duty="D05", student=them[:12])
    head = colleague(desk, "chen", "principal")
    line = next(one for one in re.findall(r"<tr>.*?</tr>", get(head), re.S) if ">D05 ·" in one)
    cells = re.findall(r'<td class="number.*?</td>', line, re.S)
    told = [re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", one)).strip() for one in cells]
    assert [one.startswith('<td class="number overdue"') for one in cells][1] is True
    assert told == ["少于 10", "约 10", "约 10", "少于 10", "少于 10", "–"]
    assert row_of(get(desk), "D05")[5:9] == ["0", "11", "最长", "31"], "who sees the students counts them"
