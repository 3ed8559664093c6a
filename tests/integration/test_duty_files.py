"""The duty roster from files and into files: taken whole or not at all, each problem named by row in both languages."""

import re
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from serving.store import Store, duty_in_force
from tests.desk import Desk, small_school
from tests.duty_desk import HEAD, ROW, SCHOOL, page, save, send, turn_named, turns, upload
from tests.new_stores import new_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    small_school(store)
    return Desk(store, tmp_path)


def test_a_file_is_taken_whole_and_replaces_its_time(desk: Desk, store: Store) -> None:
    save(desk, day="2026-11-23")
    save(desk, day="2026-11-24")
    assert "said=imported&n=1" in upload(desk, HEAD + ROW).headers["location"]
    assert turns(store) == [
        ("陈老师", "counselor", "11-23 08:00", "11-23 17:00"),
        ("王老师", "counselor", "11-24 08:00", "11-24 17:00"),
    ]
    assert [(one.actor, one.detail) for one in desk.pages.trail("duty.imported")] == [("wang", "turns=1")]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_downloaded_can_be_sent_again(desk: Desk, store: Store, form: str, language: str) -> None:
    save(desk, phone="+86 517 1", note="=1+1")
    save(desk, role="on_call", person="李老师", **{"from": "17:00", "until": "08:00"})
    before = duty_in_force(store, [SCHOOL])[SCHOOL]
    file = desk.client.get(f"/duty/sheet?week=2026-11-16&as={form}&lang={language}").content
    send(desk, turn=turn_named(page(desk)), act="remove")
    assert upload(desk, file, f"duty.{form}").status_code == 303
    assert duty_in_force(store, [SCHOOL])[SCHOOL] == before


def test_the_template_of_an_empty_week_has_the_columns_and_the_school(desk: Desk) -> None:
    sheet = openpyxl.load_workbook(BytesIO(desk.client.get("/duty/sheet?as=xlsx").content)).active
    assert sheet is not None
    cells: list[Any] = [[cell.value for cell in row] for row in sheet.iter_rows(max_col=3)]
    assert cells == [["学校编号", "值班人", "值班角色"], [SCHOOL, None, None]] or cells[1][0] == SCHOOL


FAULTY = {
    "overlap": (HEAD + ROW + ROW.replace("陈", "王").replace("08:00", "09:00"), "第 3 行 · 开始时间：与同一角色"),
    "twice": (HEAD + ROW + ROW, "第 3 行 · 值班人：这一班重复了"),
    "order": (HEAD + ROW.replace("23 17:00", "23 07:00"), "第 2 行 · 结束时间：结束不晚于开始"),
    "empty": (HEAD + ROW.replace("17:00", "08:00"), "第 2 行 · 结束时间：结束不晚于开始"),
    "school": (HEAD + ROW.replace("school-01", "school-02"), "第 2 行 · 学校编号：不是本页这所学校的编号"),
    "role": (HEAD + ROW.replace("counselor", "cook"), "第 2 行 · 值班角色：没有这个代码"),
    "time": (HEAD + ROW.replace("23 08:00", "23 25:00"), "第 2 行 · 开始时间：日期或时间读不出来"),
    "day": (HEAD + ROW.replace("2026-11-23 08:00", "soon"), "第 2 行 · 开始时间：日期或时间读不出来"),
    "nobody": (HEAD + ROW.replace("陈老师", ""), "第 2 行 · 值班人：没有填"),
    "column": ("school_id,person\nschool-01,x\n", "值班角色：缺少这一列"),
    "strange": (HEAD.replace("note", "colour") + ROW, "colour：表里没有这一列"),
    "doubled": (HEAD.replace("note", "person") + ROW, "这一列出现了两次"),
    "overfull": (HEAD + ROW.replace("\n", ",x,y\n"), "第 2 行 · 这一行的格子比表头多"),
    "rows": (HEAD, "文件读不出来"),
    "nothing": ("", "文件读不出来"),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_what_is_wrong_with_a_file_is_named_by_row_in_both_languages(desk: Desk, store: Store, fault: str) -> None:
    content, said = FAULTY[fault]
    refused = upload(desk, content)
    html = unescape(refused.text)
    assert refused.status_code == 422
    assert "没有导入" in html
    assert said in html
    listed = html.partition("没有导入")[2].partition("</ul>")[0]
    assert not re.search(r"\b(the|this|is|row)\b", listed), "no English sentence on a Chinese page"
    assert turns(store) == []
    desk.client.get("/duty?lang=en")
    english = unescape(upload(desk, content).text).partition("Nothing was imported")[2].partition("</ul>")[0]
    assert english
    assert not re.search("[一-鿿]", english)


@pytest.mark.parametrize("name", ["duty.pdf", "duty", ""])
def test_another_kind_of_file_or_none_is_refused(desk: Desk, name: str) -> None:
    assert upload(desk, HEAD + ROW, name).status_code == 422


def test_a_damaged_workbook_is_refused_in_words(desk: Desk) -> None:
    assert "文件读不出来" in upload(desk, b"PK\x03\x04 not a workbook", "duty.xlsx").text


def test_a_form_in_pieces_or_too_large_is_no_fault_of_ours(desk: Desk) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert desk.client.send("POST", "/duty/import", content=b"--y", headers=headers).status_code in (403, 422)
    assert upload(desk, "x" * (1024 * 1024)).status_code == 413


def test_a_form_with_a_file_needs_the_token_as_any_other(desk: Desk, store: Store) -> None:
    data = {"form_token": "x", "school": SCHOOL}
    sent = desk.client.send("POST", "/duty/import", data=data, files={"file": ("duty.csv", (HEAD + ROW).encode())})
    assert sent.status_code == 403
    assert turns(store) == []
