"""Rows, sheets and forms as schools have them: each is read for what it says, named, or refused in a sentence."""

from pathlib import Path

import openpyxl
import pytest

from data_schemas.check import check_dataset
from runxin.errors import UserError
from tests.school_exports import PHQ, WAVE, WHO, Row, answers, book, brought, csv, drafted, person, rows, sheets

BETWEEN: dict[str, tuple[Row, str]] = {
    "a class": (["七年级2班"], "names of classes between the rows, left out: 8"),
    "an example": (["示例", "男", "七年级", "1班", "2026-11-01", *[3] * 9], "left out: 8 (示例)"),
    "a hint": (["(必填)", "", "", "", "yyyy-mm-dd", *["0-3"] * 9], "left out: 8 (必填)"),
    "a sum of the grade": (["七年级合计", "", "", "", "", *[9] * 9], "left out: 8 (七年级合计)"),
    "a count": (["班级人数：6"], "left out: 8 (班级人数:6)"),
    "a page": (["第1页 共1页"], "left out: 8 (第1页 共1页)"),
    "a signature": (["制表人：某老师"], "left out: 8 (制表人)"),
}


@pytest.mark.parametrize("name", BETWEEN)
def test_a_row_that_is_nobodys_is_named_and_no_student(tmp_path: Path, name: str) -> None:
    row, said = BETWEEN[name]
    source = book(tmp_path / "a.xlsx", 表=[[*WHO, *PHQ], *rows(), row])
    drafted(source)
    dataset, done = brought(source)
    assert len(dataset.students) == len(WAVE)
    assert [note for note in done.notes if said in note], done.notes


def test_a_student_whose_form_is_blank_is_no_heading(tmp_path: Path) -> None:
    source = book(tmp_path / "a.xlsx", 表=[["学号", *PHQ], *([1201 + n, *answers(n)] for n in range(6)), [1301]])
    drafted(source)
    dataset, _ = brought(source, said=["phq9-day=2026-11-03", "stage=senior"])
    assert dataset.students["student_id"].tolist() == ["1201", "1202", "1203", "1204", "1205", "1206", "1301"]


def test_the_sheets_name_is_the_class_where_no_column_says_it(tmp_path: Path) -> None:
    head = ["学号", "性别", "测评日期", *PHQ]
    table = [[f"S{n}", "女", "2026-11-03", *answers(n)] for n in range(6)]
    source = book(tmp_path / "a.xlsx", **{"七(1)班": [head, *table[:3]], "八(2)班": [head, *table[3:]]})
    made = drafted(source)
    assert not [one for one in made.questions if one.open], "the grade is said too"
    dataset, _ = brought(source)
    people = dataset.students
    assert people["class_id"].tolist() == ["七(1)班"] * 3 + ["八(2)班"] * 3
    assert people["grade"].tolist() == [7] * 3 + [8] * 3


def test_a_list_of_students_beside_the_answers_says_who_they_are(tmp_path: Path) -> None:
    table = [["学号", "测评日期", *PHQ], *([f"S{n}", "2026-11-03", *answers(n)] for n in range(6))]
    source = book(tmp_path / "a.xlsx", 名单=[WHO[:4], *(person(n)[:4] for n in range(6))], 答题=table)
    assert not [one for one in drafted(source).questions if one.open]
    dataset, _ = brought(source)
    assert (dataset.students["grade"].tolist(), sheets(dataset)) == ([7] * 6, WAVE)


def test_headings_over_items_that_are_called_alike(tmp_path: Path) -> None:
    above = ["基本信息", "", "", "", "", "PHQ-9", *[""] * 8, "GAD-7", *[""] * 6]
    head = [*WHO, *(f"第{n}题" for n in range(1, 10)), *(f"第{n}题" for n in range(1, 8))]
    table = [[*person(n), *answers(n), *answers(n)[:7]] for n in range(6)]
    source = csv(tmp_path / "a.csv", [above, head, *table])
    assert drafted(source).instruments == ("phq9", "gad7")
    dataset, _ = brought(source)
    assert (sheets(dataset), sheets(dataset, "gad7")) == (WAVE, [one[:7] for one in WAVE])


def test_ids_that_differ_by_zeros_in_front_are_asked_about(tmp_path: Path) -> None:
    table = [[*WHO, *PHQ], *([n + 1, *person(n)[1:], *answers(n)] for n in range(6))]
    source = csv(tmp_path / "PHQ.csv", table)
    other = csv(tmp_path / "名单.csv", [["学号", "年级"], *([f"{n + 1:04}", "七年级"] for n in range(6))])
    drafted(source, other)
    _, done = brought(source, other)
    assert [note for note in done.notes if note.startswith("students: 12 rows, student_id: an id beside one")]


def test_a_form_of_questions_is_read_as_one_of_headers(tmp_path: Path) -> None:
    head = ["提交答卷时间", "1、您的学号：", "2、您的性别：", "3、您的年级是？", *(f"{n}、题面" for n in range(4, 13))]
    table = [["2026/11/3 8:05:00", f"S{n}", "男", "七年级", *answers(n)] for n in range(6)]
    source = csv(tmp_path / "PHQ-9.csv", [head, *table])
    assert not [one for one in drafted(source).questions if one.open]
    dataset, _ = brought(source)
    assert (sheets(dataset), dataset.students["grade"].tolist()) == (WAVE, [7] * 6)


def test_of_a_parents_form_the_childs_facts_are_read_and_it_is_asked_who_filled_it_in(tmp_path: Path) -> None:
    head = ["提交时间", "1、您的性别", "2、您的年龄", "3、孩子的学号", "4、孩子的性别", "5、孩子的年级"]
    table = [["2026-11-03", "女", "41", f"S{n}", "男", "七年级", *answers(n)] for n in range(6)]
    source = csv(tmp_path / "PHQ-9.csv", [[*head, *(f"{n}、题面" for n in range(6, 15))], *table])
    (asked,) = (one for one in drafted(source).questions if one.open)
    assert (asked.id, asked.choices) == ("phq9-respondent", ("self", "parent", "teacher"))
    dataset, _ = brought(source, said=["phq9-respondent=parent"])
    assert dataset.students["sex"].unique().tolist() == ["male"]
    assert dataset.responses["phq9"]["respondent"].unique().tolist() == ["parent"]


def test_answers_of_several_questionnaires_under_one_header_are_refused(tmp_path: Path) -> None:
    table = [["学号", "量表", "测评日期", *(f"第{n}题" for n in range(1, 10))]]
    table += [[f"S{n}", name, "2026-11-03", *WAVE[n]] for n in range(6) for name in ("PHQ-9", "AIS")]
    with pytest.raises(UserError, match=r"a\.csv has rows of several questionnaires") as error:
        drafted(csv(tmp_path / "a.csv", [list(row) for row in table]))
    assert error.value.problems[0].what == "量表 says that its rows are of 2 questionnaires"


def test_totals_of_several_questionnaires_under_one_header_are_told_apart(tmp_path: Path) -> None:
    table = [["学号", "量表", "得分", "测评日期"]]
    table += [
        [f"S{n}", name, str(n + more), "2026-11-03"] for n in range(6) for name, more in (("PHQ-9", 0), ("GAD-7", 9))
    ]
    source = csv(tmp_path / "a.csv", [list(row) for row in table])
    assert [one.id for one in drafted(source).questions if one.open] == ["stage"]
    found = brought(source, said=["stage=junior"])[0].tables["scores"]
    mine = found[found["student_id"] == "S5"].set_index("instrument")["value"].to_dict()
    assert mine == {"phq9": 5, "gad7": 14}


def test_a_column_that_may_say_which_sheets_count_is_named_and_all_are_read(tmp_path: Path) -> None:
    table = [[*WHO, *PHQ, "是否有效"], *([*row, "无效" if n == 3 else "有效"] for n, row in enumerate(rows()))]
    source = csv(tmp_path / "a.csv", table)
    said = "a.csv: 是否有效 may say which sheets are not valid: all are read, and their evidence stands"
    assert said in drafted(source).to_do
    assert sheets(brought(source)[0]) == WAVE


def test_scales_of_scl90_are_read_by_the_name_that_platforms_write(tmp_path: Path) -> None:
    table = [[*WHO, "SCL-90总分", "躯体化", "精神病性"], *([*person(n), 150 + n, 1.5, 1.2] for n in range(6))]
    source = csv(tmp_path / "SCL-90.csv", table)
    drafted(source)
    scores = brought(source, said=["scl90-coding=1-5"])[0].tables["scores"]
    assert set(scores["scale"]) == {"total", "somatic", "unusual_experiences"}


def test_words_of_another_form_are_one_problem_and_the_draft_names_them(tmp_path: Path) -> None:
    source = csv(tmp_path / "a.csv", [[*WHO, *PHQ], *rows(["没", "偶尔", "经常", "总是"])])
    (said,) = (line for line in drafted(source).to_do if line.startswith("phq9:"))
    assert said.startswith("phq9: some answers are neither numbers nor words of its coding (偶尔, 没, ")
    with pytest.raises(UserError, match=r"^1 problem in 54 places, nothing was written"):
        brought(source)


def test_an_import_and_a_check_say_first_that_a_coding_may_be_wrong(tmp_path: Path) -> None:
    """A floor that most of a file reaches: the rule stays on, and the file is looked at before the students."""
    table = [[f"S{n}", *person(n)[1:], *[2] * 8, 2 if n else 0] for n in range(20)]
    source = csv(tmp_path / "a.csv", [[*WHO, *PHQ], *table])
    drafted(source)
    dataset, done = brought(source)
    first = "no floor was published for so many: is the coding right? Look at the preview before the students"
    assert f"phq9: 100% of the sheets reach total-10: {first}" in done.notes
    assert f"phq9: 95% answered item 9, about safety, above the lowest: {first}" in done.notes
    asked = [one for one in check_dataset(dataset).questions if first in one.what]
    fix = "say how the file is coded in the mapping, and import it again; the rule stays on"
    assert [one.fix for one in asked] == [fix] * 3


@pytest.mark.parametrize(
    ("name", "heads", "code", "item"),
    [
        ("a", ["PHQ-9总分", "PHQ-9第九题"], "phq9", 9),
        ("PHQ-9", ["总分", "第9题"], "phq9", 9),
        ("MHT", ["总分", "第85题得分"], "mht", 85),
        ("a", ["MHT总分", "MHT_97"], "mht", 97),
    ],
)
def test_an_item_about_safety_that_was_kept_beside_a_total_is_read(
    tmp_path: Path, name: str, heads: list[str], code: str, item: int
) -> None:
    """A school keeps it because somebody has to act on it."""
    source = csv(tmp_path / f"{name}.csv", [[*WHO, *heads], *([*person(n), 12 + n, n % 2] for n in range(6))])
    said = f"{code}: of its items the file has {heads[1]}, about safety: read by itself"
    assert said in drafted(source).to_do
    dataset, _ = brought(source)
    frame = dataset.responses[code]
    assert frame[f"item_{item}"].tolist() == [0, 1, 0, 1, 0, 1]
    assert frame.drop(columns=f"item_{item}").filter(like="item_").isna().all(axis=None)
    assert dataset.tables["scores"]["value"].tolist() == [12, 13, 14, 15, 16, 17]


@pytest.mark.parametrize("header", ["PHQ-9第3题", "第9题", "MHT第9题"])
def test_an_item_that_is_not_about_safety_or_of_no_questionnaire_stays_unread(tmp_path: Path, header: str) -> None:
    table = [[*WHO, "PHQ-9总分", "GAD-7总分", header], *([*person(n), n, n, 1] for n in range(6))]
    made = drafted(csv(tmp_path / "a.csv", table))
    assert made.unread == {"a.csv": (header,)}


def test_leave_that_is_not_decided_or_was_refused_is_named(tmp_path: Path) -> None:
    head: Row = ["学号", "年级", "性别", "请假类型", "开始时间", "结束时间", "审批状态"]
    plain = ["七年级", "女", "病假", "2026-03-09", "2026-03-09"]
    notes = drafted(csv(tmp_path / "请假.csv", [head, ["L1", *plain, "审批中"], ["L2", *plain, "已撤销"]])).to_do
    assert "请假.csv: leave with 审批状态 = 已撤销 was not taken, and stays out" in notes
    assert "请假.csv: leave with 审批状态 = 审批中 is taken to be leave until it is decided" in notes


def test_headings_over_facts_of_students_take_nothing_from_them(tmp_path: Path) -> None:
    """A title, headings over the facts and over the items, classes merged, a sum below, and letters set apart."""
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    head: list[list[object]] = [
        ["2026年秋季心理健康普查结果"],
        ["基本信息", *[None] * 4, "PHQ-9（0-3分）", *[None] * 8, "备注"],
        ["序号", "班级", "学　号", "年级", "测评时间", *range(1, 10), "备注"],
    ]
    for row in [*head, *([n, "七（1）班", f"S{n}", "七年级", "2026-11-03 09:00", *answers(n), None] for n in range(6))]:
        sheet.append(row)
    for cells in ("A1:O1", "A2:E2", "F2:N2", "B4:B9"):
        sheet.merge_cells(cells)
    sheet.append(["合计", *[None] * 4, *[9] * 9])
    made.save(tmp_path / "a.xlsx")
    told = drafted(tmp_path / "a.xlsx")
    assert not [one.text() for one in told.questions if one.open]
    dataset, _ = brought(tmp_path / "a.xlsx")
    assert sheets(dataset) == WAVE
    assert dataset.students["class_id"].nunique() == 1


def test_a_sheet_of_answers_under_names_alone_is_named(tmp_path: Path) -> None:
    names: list[Row] = [["姓名", "学号", "年级"], *([f"某{n}", f"S{n}", "七年级"] for n in range(6))]
    answered: list[Row] = [["姓名", "测评日期", *PHQ], *([f"某{n}", "2026-11-03", *answers(n)] for n in range(6))]
    with pytest.raises(UserError, match="neither numbered columns of items") as error:
        drafted(book(tmp_path / "a.xlsx", 名单=names, 答题=answered))
    assert "the sheet 答题 has items and no column with the students' ids" in error.value.problems[0].what


def test_the_days_of_the_week_below_those_of_a_month_are_no_marks(tmp_path: Path) -> None:
    table: list[Row] = [["学号", "年级", *range(1, 8)], ["", "", *"四五六日一二三"]]
    table += [[f"S{n}", "七年级", "√", "√", "", "", "√", "病", "√"] for n in range(5)]
    source = book(tmp_path / "2026年10月考勤表.xlsx", 考勤=table)
    assert not [one.text() for one in drafted(source).questions if one.open]
    leaves = brought(source)[0].tables["leaves"]
    assert set(leaves["start_on"].dt.date.astype(str)) == {"2026-10-06"}
