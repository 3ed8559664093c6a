"""The Excel file opens again, prints, says what it is, and holds text and never a formula."""

from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from data_schemas.codes import Tier
from models.triage import BY_CODE, QUEUES
from models.triage.queues import IMMEDIATE, WEEK
from serving.today.cells import cells
from serving.today.workbook import write_workbook
from tests import sample_lists as scenes
from tests.factories import blind_entry, entry, floor, follow_up_list, words


def values(file: Path, sheet: int = 0) -> list[list[str]]:
    book = load_workbook(file)
    return [[str(cell.value) for cell in row if cell.value is not None] for row in book.worksheets[sheet].iter_rows()]


def test_it_says_what_it_is_and_holds_every_section(tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    urgent = entry("S-4821", Tier.CRISIS, IMMEDIATE, floors=(floor(),))
    listed = follow_up_list(synthetic=True, immediate=(urgent,), week=(entry(), blind_entry("S-7", rank=2)))
    write_workbook([listed], file)
    rows = values(file)
    assert rows[0] == ["合成数据"]
    assert rows[1] == ["筛查结果不是诊断，仅供心理教师安排访谈，须经人工确认"]
    assert "全校预计尚未发现：无法估计" in rows[2][0]
    assert rows[4] == ["序号", "等级", "学生编号", "班级", "原因", "应做", "截止", "逾期"]
    titles = [f"{queue.title.zh} {len(listed.queue(queue.code))}" for queue in QUEUES]
    assert [row[0] for row in rows if row[0] in titles] == titles, "every queue of the registry, empty ones too"
    at = {title: rows.index([title]) for title in titles}
    assert rows[at["即时核查 1"] + 1][:2] == ["■ 危机·待核查", "S-4821"]
    week = at[f"{BY_CODE[WEEK].title.zh} 2"]
    assert rows[week + 1][:3] == ["1", "◆ 关注", "S-1077"]
    assert rows[week + 2][:3] == ["2", "—", "S-7"], "a blind line shows no tier"
    assert rows[week + 2][4] == "例行访谈", "nor a reason"
    assert rows[week + 3] == [f"本周名单到此 · 其下 {listed.unscheduled} 人本周未安排"]


def test_a_danger_of_this_morning_is_printed_above_the_talk_that_is_overdue(tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    urgent = entry("S-4821", Tier.CRISIS, IMMEDIATE, also_due=scenes.CHECK, due=scenes.LATE)
    write_workbook([follow_up_list(immediate=(urgent,))], file)
    (row,) = [row for row in values(file) if "S-4821" in row]
    assert row[-3:] == ["30 分钟内响应\n月度随访", "2026-11-20 12:41\n2026-11-17 17:00", "\n逾期"]


def test_it_prints_on_landscape_pages_with_its_head_on_each(tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    write_workbook([follow_up_list()], file)
    sheet = load_workbook(file).worksheets[0]
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
        "landscape",
        1,
        0,
    )
    assert sheet.print_title_rows == "$1:$4"
    assert sheet.freeze_panes == "A5"


@pytest.mark.parametrize("text", ["=HYPERLINK(0)", "+1", "-1", "@SUM(A1)", "\t=1", "plain"])
def test_what_looks_like_a_formula_stays_text(tmp_path: Path, text: str) -> None:
    file = tmp_path / "list.xlsx"
    write_workbook([follow_up_list(week=(entry("S-1", class_id=text, why=(words(text),)),))], file)
    cells = [c for row in load_workbook(file).worksheets[0].iter_rows() for c in row if c.value == text]
    assert len(cells) == 2
    assert all(cell.data_type == "s" for cell in cells)
    assert all(cell.quotePrefix is (text != "plain") for cell in cells)


def test_characters_that_excel_refuses_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    write_workbook([follow_up_list(week=(entry("S-1", why=(words("a\x00b\x0bc"),)),))], file)
    assert any("abc" in row for row in values(file))


def test_each_school_has_a_sheet_with_a_name_that_excel_takes(tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    names = ["A/B:[1]*?", "x" * 40, "x" * 41]
    write_workbook([follow_up_list(school_id=name) for name in names], file, lang="en")
    titles = load_workbook(file).sheetnames
    assert titles[0] == "1 A_B__1___"
    assert len(set(titles)) == 3
    assert max(map(len, titles)) <= 31
    assert "Results of screening are no diagnosis" in values(file)[0][0]


def test_each_of_an_import_in_danger_is_named_where_no_other_line_is_theirs() -> None:
    line = entry("X-1", Tier.CRISIS, "immediate", others=("X-2", "X-3"))
    assert cells(line, "zh")[2] == "X-1\nX-2\nX-3"
    assert cells(replace(line, queue="identity"), "zh")[2] == "X-1 等 3 人"
    assert cells(replace(line, others=()), "en")[2] == "X-1"
