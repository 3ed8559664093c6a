"""Files with a row for each answer or lesson: what cannot be brought to a row for each student is named by its row."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from runxin.errors import UserError
from tests.school_exports import csv, drafted

HEAD = ["学号", "年级", "测评日期", "题号", "答案"]
ROWS = [[f"S{n}", "七年级", "2026-03-30", item, (n + item) % 4] for n in range(3) for item in range(1, 10)]
LESSONS = [["学号", "年级", "日期", "节次", "考勤状态"], ["S1", "七年级", "2026-03-02", "第1节", "旷课"]]


def changed(row: int, *cells: object) -> list[list[object]]:
    """The file with other cells in a row, which is numbered as a person finds it."""
    table: list[list[object]] = [[*HEAD], *([*one] for one in ROWS)]
    table[row - 1] = [*cells]
    return table


REFUSED: dict[str, tuple[Sequence[Sequence[object]], str]] = {
    "nobody's": (changed(5, "", "七年级", "2026-03-30", 4, 2), "row 5, column 学号: an answer of nobody"),
    "no item": (changed(5, "S0", "七年级", "2026-03-30", "", 2), "row 5, column 题号: an answer to no item"),
    "twice": (
        changed(5, "S0", "七年级", "2026-03-30", 3, 0),
        "row 5, column 答案: a second answer to 3, and another one than",
    ),
    "no day": ([*LESSONS, ["S1", "七年级", "", "第2节", "旷课"]], "row 3, column 节次: a row without its day"),
    "no span": ([*LESSONS, ["S1", "七年级", "2026-03-02", "5-2", "旷课"]], "row 3, column 节次: no span of lessons"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_is_no_answer_of_one_sheet_is_named_by_its_row(fault: str, tmp_path: Path) -> None:
    table, said = REFUSED[fault]
    with pytest.raises(UserError) as refused:
        drafted(csv(tmp_path / "PHQ-9.csv", table))
    assert said in str(refused.value.problems[0]), refused.value.problems


def test_counts_of_leave_without_days_are_refused_with_what_to_do(tmp_path: Path) -> None:
    table = [
        ["学号", "班级", "累计病假天数", "事假次数", "旷课"],
        ["S1", "1班", 3, "2次", 0],
        ["S2", "1班", 0, "0次", 1],
    ]
    with pytest.raises(UserError, match="the single records of leave, each with its days") as refused:
        drafted(csv(tmp_path / "汇总.csv", table))
    assert "leave_totals" in str(refused.value)
    assert "累计病假天数, 事假次数, 旷课" in refused.value.problems[0].what


def test_counts_of_leave_beside_answers_are_named(tmp_path: Path) -> None:
    table = [["学号", "年级", "测评日期", *(f"PHQ{n}" for n in range(1, 10)), "累计请假天数"]]
    table += [[f"S{n}", "七年级", "2026-03-30", *((n + k) % 4 for k in range(9)), 3] for n in range(8)]
    told = drafted(csv(tmp_path / "普查.csv", table))
    assert any("counts of leave" in note and "累计请假天数" in note for note in told.notes)


def test_a_word_for_a_lesson_is_asked_about(tmp_path: Path) -> None:
    told = drafted(csv(tmp_path / "缺课.csv", [*LESSONS, ["S1", "七年级", "2026-03-02", "晚自习", "旷课"]]))
    assert [(one.id, one.choices) for one in told.questions if one.open] == [("lesson-1", ("afternoon", "leave out"))]
