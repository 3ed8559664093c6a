"""Files with a row for each answer or lesson: what cannot be brought to a row for each student is named by its row."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from runxin.errors import UserError
from tests.school_exports import WAVE, brought, csv, drafted, sheets

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
    "no day": ([*LESSONS, ["S1", "七年级", "", "第2节", "旷课"]], "row 3, column 日期: a row without its day"),
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


TIMES = [f"2026-11-03 23:5{n}:10" for n in range(7)] + ["2026-11-04 00:01:00", "2026-11-04 00:02:00"]


def test_a_sheet_that_was_begun_before_midnight_is_one(tmp_path: Path) -> None:
    table = [["学号", "年级", "题号", "选项(0-3)", "答题时间"]]
    table += [[f"S{n}", "七年级", f"PHQ{k}", str(WAVE[n][k - 1]), TIMES[k - 1]] for n in range(6) for k in range(1, 10)]
    source = csv(tmp_path / "a.csv", [list(row) for row in table])
    drafted(source)
    dataset, _ = brought(source)
    assert sheets(dataset) == WAVE
    assert set(dataset.responses["phq9"]["administered_on"].dt.date.astype(str)) == {"2026-11-04"}


def test_questionnaires_of_two_days_keep_their_days(tmp_path: Path) -> None:
    table = [["学号", "年级", "题号", "答案", "测评日期"]]
    for code, count, day in (("PHQ", 9, "2026-11-03"), ("GAD", 7, "2026-11-04")):
        table += [[f"S{n}", "七年级", f"{code}{k}", WAVE[n][k - 1], day] for n in range(6) for k in range(1, count + 1)]
    source = csv(tmp_path / "a.csv", [list(row) for row in table])
    drafted(source)
    dataset, _ = brought(source)
    days = {code: set(frame["administered_on"].dt.date.astype(str)) for code, frame in dataset.responses.items()}
    assert days == {"phq9": {"2026-11-03"}, "gad7": {"2026-11-04"}}


def test_a_number_of_lessons_is_asked_about(tmp_path: Path) -> None:
    table = [["学号", "年级", "缺勤日期", "缺勤类型", "缺课节数"]]
    table += [[f"S{n}", "七年级", "2026-11-03", "旷课", str(2 + n)] for n in range(4)]
    source = csv(tmp_path / "a.csv", [list(row) for row in table])
    assert [one.id for one in drafted(source).questions if one.open] == ["leave-lessons"]
    assert brought(source, said=["leave-lessons=hours"])[0].tables["leaves"]["half_days"].tolist() == [1, 1, 1, 2]
