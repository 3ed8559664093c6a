"""What goes out of the pages: every row, only what the role may see, nothing that calculates, each export on record."""

from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from data_schemas.codes import Tier
from serving.access import Action
from serving.exports.listing import list_sheet
from serving.store import Store, keep_names
from serving.today import follow_up_list
from tests import sample_school as school
from tests.desk import Desk, small_school
from tests.factories import NOW, assessment, publish, sheet, student
from tests.new_stores import new_store

NOTICE = "筛查结果不是诊断，仅供心理教师安排访谈，须经人工确认"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    small_school(store)
    keep_names(store, {"S-1": "=李明"}, NOW, "cli")
    return Desk(store, tmp_path)


def book(desk: Desk, path: str) -> list[list[Any]]:
    answer = desk.client.get(path)
    assert answer.status_code == 200, answer.text
    (sheet,) = openpyxl.load_workbook(BytesIO(answer.content)).worksheets
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_the_list_goes_out_with_names_notes_and_a_signature(desk: Desk) -> None:
    rows = book(desk, "/export/list?as=xlsx")
    assert [rows[0][0], rows[1][0]] == ["合成数据", NOTICE]
    heads = next(row for row in rows if "学生编号" in row)
    assert heads[-2:] == ["备注", "签名"]
    line = next(row for row in rows if row[2] == "S-1")
    assert line[heads.index("姓名")] == "=李明"
    (event,) = desk.pages.trail("list.exported")
    assert (event.actor, event.object_id, event.detail) == ("wang", "school-01", "xlsx all")


def test_a_file_says_what_takes_away_from_a_total(store: Store, tmp_path: Path) -> None:
    half = sheet("gad7", None, least=5, band=None, band_code=None, valid=False, n_missing=4)
    publish(store, [assessment("S-1", Tier.PRIORITY, instruments=(sheet(prorated=True), half))])
    told = [row[1] for row in book(Desk(store, tmp_path), "/export/students/S-1?as=xlsx") if row[0] == "问卷"]
    assert told[0] == "PHQ-9 12 分（中度，2026-11-12，按已答题折算）"
    assert told[1].startswith("GAD-7 5 分（")
    assert "至少" in told[1]


@pytest.mark.parametrize("path", ["/export/list", "/export/handover", "/export/students/S-1"])
def test_danger_that_nobody_has_confirmed_goes_out_as_to_be_checked(desk: Desk, path: str) -> None:
    assert "■ 危机·待核查" in str(book(desk, f"{path}?as=xlsx"))


def test_all_rows_go_out_not_the_first_fifty(store: Store, tmp_path: Path) -> None:
    said = [assessment(f"S-{n}", Tier.WATCH) for n in range(120)]
    publish(store, said, students=[student(one.student_id) for one in said])
    rows = book(Desk(store, tmp_path), "/export/list?as=xlsx")
    assert len({row[2] for row in rows if str(row[2]).startswith("S-")}) == 120


def test_the_view_to_print_says_the_same(desk: Desk) -> None:
    html = desk.client.get("/export/list").text
    assert NOTICE in html
    assert "S-1" in html
    assert "备注" in html
    assert "不张贴、不转发" in html
    assert desk.pages.trail("list.exported")[-1].detail == "print all"


def test_one_queue_goes_out_alone(desk: Desk) -> None:
    rows = book(desk, "/export/list?as=xlsx&queue=immediate")
    assert {row[2] for row in rows if str(row[2]).startswith("S-")} == {"S-1", "S-3"}
    assert desk.client.get("/export/list?queue=none").status_code == 404


def test_a_name_goes_out_with_the_right_to_names_alone(desk: Desk) -> None:
    state = desk.pages.state
    listed = follow_up_list(state.store, "school-01", NOW, True, state.policy)
    without = list_sheet(listed, "一中", lambda action: action is not Action.SEE_NAMES, "zh")
    assert "姓名" not in [head for head, _, _ in without.columns]
    assert "=李明" not in str(without.rows)
    assert "一中" in without.heads[2]


def test_a_file_goes_out_without_a_step_to_guardians_under_the_lock(desk: Desk) -> None:
    text = str(book(desk, "/export/students/S-3?as=xlsx"))
    assert "保护锁" in text
    assert "家长" not in text
    (event,) = desk.pages.trail("student.exported")
    assert (event.object_id, event.detail) == ("S-3", "xlsx")


def test_whoever_is_drawn_by_lot_goes_out_blind(desk: Desk) -> None:
    text = str(book(desk, f"/export/students/{school.BLIND}?as=xlsx"))
    assert "例行访谈" in text
    assert "等级" not in text


def test_a_file_of_another_school_is_refused(desk: Desk) -> None:
    assert desk.client.get("/export/students/S-4").status_code == 403
    assert desk.pages.trail("student.exported") == []


def test_the_handover_goes_out_with_places_for_two_signatures(desk: Desk) -> None:
    rows = book(desk, "/export/handover?as=xlsx")
    assert rows[0][0] == NOTICE
    heads = next(row for row in rows if "学生编号" in row)
    assert heads[-2:] == ["移交人签名", "接收人签名"]
    assert [row[0] for row in rows if str(row[0]).startswith("S-")] == ["S-1", "S-2", "S-3"]
    assert desk.pages.trail("list.exported")[-1].detail == "xlsx handover"
