"""Plans and restricted notes: versions are added, nothing typed is lost, the lock hides guardians, notes stay apart."""

import json
import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from serving.plans.store import plans_of
from serving.store import Store
from serving.store.case_tables import drafts
from serving.store.plan_tables import plans, restricted_notes
from serving.store.sealing import seal
from tests.desk import Desk, colleague, rows, small_school
from tests.factories import NOW
from tests.new_stores import new_store

CARE = {"goal": "睡眠好转", "people": "班主任王老师", "steps": "每周谈一次\n请家长配合", "family": "晚上收手机"}
CARE |= {"begins_on": "2026-11-20", "review_on": "2026-12-11"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    small_school(store)
    return Desk(store, tmp_path)


def token(desk: Desk) -> str:
    return desk.fill("S-2")["form_token"]


def write(desk: Desk, student: str = "S-2", kind: str = "care", last: int = 0, **fields: str) -> tuple[int, str]:
    sent = {"form_token": token(desk), "student_id": student, "kind": kind, "last": str(last)}
    answer = desk.client.post("/plans", sent | fields)
    return answer.status_code, unescape(answer.text)


def plan_page(desk: Desk, student: str = "S-2") -> str:
    return unescape(desk.client.get(f"/plans/students/{student}").text)


def test_a_plan_is_written_and_every_version_stays(desk: Desk, store: Store) -> None:
    assert write(desk, **CARE)[0] == 303
    assert write(desk, last=1, **CARE | {"goal": "按时到校"})[0] == 303
    html = plan_page(desk)
    assert html.index("按时到校") < html.index("睡眠好转")
    assert "第 2 版 · wang" in html
    assert [one.fields["goal"] for one in plans_of(store, "S-2", "care")] == ["按时到校", "睡眠好转"]
    assert "睡眠好转" not in str(rows(store, plans)), "what is written is encrypted"
    assert [event.object_id for event in desk.pages.trail("plan.written")] == ["S-2", "S-2"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"goal": ""}, "还有必填项没有填"),
        ({"review_on": "2027-01-20"}, "一个月之内"),
        ({"review_on": "2026-11-01"}, "一个月之内"),
        ({"begins_on": "soon"}, "日期请写成"),
        ({"goal": "长" * 1001}, "每项最多 1000 字"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(
    desk: Desk, store: Store, wrong: dict[str, str], said: str
) -> None:
    status, html = write(desk, **CARE | wrong)
    assert status == 422
    assert said in html
    assert "班主任王老师" in html
    assert rows(store, plans) == []


def test_of_two_who_write_at_once_the_second_is_told_and_keeps_the_text(desk: Desk, store: Store) -> None:
    other = colleague(desk)
    write(other, **CARE)
    status, html = write(desk, **CARE | {"goal": "我的目标"})
    assert status == 422
    assert "刚才有人写了更新的版本" in html
    assert "我的目标" in html
    assert len(rows(store, plans)) == 1


def test_under_the_lock_no_step_with_guardians_is_shown_or_written(desk: Desk, store: Store) -> None:
    status, html = write(desk, "S-3", **CARE)
    assert status == 422
    assert "保护锁" in html
    assert rows(store, plans) == []
    fine = CARE | {"steps": "每周谈一次"}
    assert write(desk, "S-3", **fine)[0] == 303
    assert "family" not in plans_of(store, "S-3", "care")[0].fields, "what the form does not offer is not kept"
    with store.writing() as connection:
        before = seal(connection, "plans", "S-3", json.dumps(CARE))
        connection.execute(plans.update().values(fields=before))  # as it was written before the lock
    html = plan_page(desk, "S-3")
    assert "每周谈一次" in html
    assert "请家长配合" not in html
    assert "晚上收手机" not in html


def test_a_safety_plan_has_its_own_parts(desk: Desk) -> None:
    said = {"signs": "睡不着", "help": "同桌", "professionals": "96111", "review_on": "2026-12-01"}
    assert write(desk, kind="safety", **said)[0] == 303
    assert "睡不着" in plan_page(desk)


def note(desk: Desk, text: str) -> None:
    sent = {"form_token": token(desk), "student_id": "S-2", "text": text}
    assert desk.client.post("/notes", sent).status_code == 303


def test_a_restricted_note_is_for_its_author_and_the_supervisor_alone(desk: Desk, store: Store) -> None:
    note(desk, "秘密笔记")
    li, gu = colleague(desk), colleague(desk, "gu", "supervisor")
    read = {one.name: one.client.get("/notes/students/S-2").text for one in (desk, li, gu)}
    assert ["秘密笔记" in read[name] for name in ("wang", "li", "gu")] == [True, False, True]
    assert [event.actor for event in desk.pages.trail("note.read")] == ["wang", "li", "gu"]
    assert len(rows(store, restricted_notes)) == 1


def test_a_restricted_note_stands_in_no_file_export_or_search(desk: Desk) -> None:
    note(desk, "秘密笔记")
    out = desk.client.get("/export/students/S-2?as=xlsx").content
    (sheet,) = openpyxl.load_workbook(BytesIO(out)).worksheets
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    pages = (
        "/students/S-2",
        "/export/students/S-2",
        "/export/list",
        "/",
        "/students?q=秘密笔记",
        "/plans/students/S-2",
    )
    texts += [
        desk.client.get(path).text.replace("q=", "").replace('value="秘密笔记"', "") for path in pages[:4] + pages[5:]
    ]
    assert not any("秘密笔记" in text for text in texts)
    assert "没有找到" in desk.client.get(pages[4]).text


def test_a_note_that_is_empty_is_refused_in_words(desk: Desk) -> None:
    answer = desk.client.post("/notes", {"form_token": token(desk), "student_id": "S-2", "text": "  "})
    assert answer.status_code == 422
    assert "1 至 4000 字" in answer.text


def form_of(html: str, form: str) -> dict[str, str]:
    """The hidden fields of a plan's or a note's form."""
    part = html[html.index(f'name="form" value="{form}"') - 300 :]
    part = part[: part.index("</form>")]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', part))


@pytest.mark.parametrize(
    ("form", "path", "field"), [("care", "/plans", "goal"), ("safety", "/plans", "signs"), ("note", "/notes", "text")]
)
def test_what_was_typed_into_a_form_outlives_its_session(
    desk: Desk, store: Store, form: str, path: str, field: str
) -> None:
    page = f"{path}/students/S-2"
    typed = form_of(desk.client.get(page).text, form) | {field: "她愿意先和班主任说"}
    kept = desk.client.post("/drafts", typed, headers={"accept": "application/json"})
    assert kept.status_code == 200
    assert "她愿意先和班主任说" in desk.client.get(page).text
    assert "她愿意先和班主任说" not in str(rows(store, drafts)), "a draft is encrypted"
    li = colleague(desk)
    assert "她愿意先和班主任说" not in li.client.get(page).text, "a draft is its author's"
    desk.client.post("/drafts/drop", typed)
    assert "她愿意先和班主任说" not in desk.client.get(page).text
    desk.now = NOW + timedelta(hours=13)
    ended = desk.client.post(path, typed)
    assert ended.status_code == 401
    assert [one["form"] for one in rows(store, drafts)] == [form]
    (place,) = re.findall(r'name="next" value="([^"]*)"', ended.text)
    desk.enter()
    assert "她愿意先和班主任说" in desk.client.get(unescape(place)).text
    desk.client.post("/drafts/drop", form_of(desk.client.get(page).text, form))
    assert rows(store, drafts) == []


def test_a_plan_that_is_written_leaves_no_draft(desk: Desk, store: Store) -> None:
    typed = form_of(desk.client.get("/plans/students/S-2").text, "care") | CARE
    desk.client.post("/drafts", typed)
    assert desk.client.post("/plans", typed).status_code == 303
    assert rows(store, drafts) == []
