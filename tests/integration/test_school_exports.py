"""Exports as schools have them: each is read for what it says, asked about, or refused in a sentence."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from data_schemas.check import check_dataset
from data_schemas.dataset import Dataset, read_dataset
from data_schemas.instruments import packaged_instruments
from data_schemas.mapping import Drafted, Imported, answer_questions, draft_mapping, import_files
from runxin.errors import UserError

KNOWN = packaged_instruments()
DAY = date(2026, 11, 28)
WHO = ["学号", "性别", "年级", "班级", "测评日期"]
PHQ = [f"PHQ{n}" for n in range(1, 10)]
WORDS = ("完全不会", "好几天", "一半以上的天数", "几乎每天")
# Answers of six students; the fourth and the sixth answered item 9 above its lowest.
WAVE = ["110121110", "020101110", "000103310", "022012131", "010311000", "213133322"]
Row = list[object]


def person(number: int) -> Row:
    return [f"S{number}", "男女"[number % 2], "七年级", "1班", "2026-11-03"]


def answers(number: int) -> list[int]:
    return [int(answer) for answer in WAVE[number]]


def rows(written: Sequence[object] = range(4), *, check: object = None, at: int = 5) -> list[Row]:
    """A row for each student, with a question that looks whether somebody reads among the items where one is given."""
    made: list[Row] = []
    for number in range(len(WAVE)):
        mine = [written[answer] for answer in answers(number)]
        made.append([*person(number), *mine[:at], *([] if check is None else [check]), *mine[at:]])
    return made


def csv(path: Path, table: Sequence[Row], separator: str = ",") -> Path:
    path.write_text("\n".join(separator.join(map(str, row)) for row in table), "utf-8-sig")
    return path


def book(path: Path, **sheets: Sequence[Row]) -> Path:
    made = openpyxl.Workbook()
    for name, table in sheets.items():
        sheet = made.create_sheet(name)
        for row in table:
            sheet.append(row)
    del made["Sheet"]
    made.save(path)
    return path


def drafted(source: Path, *more: Path) -> Drafted:
    return draft_mapping([source, *more], source.parent / "m.toml", (), KNOWN, as_of=None, today=DAY)


def brought(source: Path, *more: Path, said: Sequence[str] = ()) -> tuple[Dataset, Imported]:
    if said:
        answer_questions(source.parent / "m.toml", said)
    done = import_files(source.parent / "m.toml", [source, *more], source.parent / "out", known=KNOWN)
    return read_dataset(source.parent / "out"), done


def sheets(dataset: Dataset, code: str = "phq9") -> list[str]:
    frame = dataset.responses[code]
    items = frame[[name for name in frame if str(name).startswith("item_")]]
    return ["".join("-" if str(value) == "<NA>" else str(value) for value in row) for row in items.to_numpy()]


HEADS = {
    "PHQ-9 a": [f"第{n}题" for n in "一二三四五六七八九"],
    "a": [f"PHQ-9 第{n}题" for n in "一二三四五六七八九"],
    "PHQ-9 b": [f"{n}、题面" for n in "一二三四五六七八九"],
    "PHQ-9 c": [f"6、过去的两周里—{topic}" for topic in "兴心睡疲食评专动念"],
    "PHQ-9 d": [f"6(第{n}行)" for n in range(1, 10)],
    "b": [f"PHQ{n}" for n in range(9)],
}


@pytest.mark.parametrize("name", HEADS)
def test_items_are_told_by_their_numbers_however_these_are_written(tmp_path: Path, name: str) -> None:
    source = csv(tmp_path / f"{name}.csv", [[*WHO, *HEADS[name]], *rows()])
    assert drafted(source).instruments == ("phq9",)
    dataset, _ = brought(source)
    assert sheets(dataset) == WAVE


@pytest.mark.parametrize(
    "written",
    [
        [f"{n}分" for n in range(4)],
        [f"{word}({n}分)" for n, word in enumerate(WORDS)],
        [f"{word}〖{n}〗" for n, word in enumerate(WORDS)],
        [f"{'ABCD'[n]} {word}" for n, word in enumerate(WORDS)],
        [f"{'①②③④'[n]}{word}" for n, word in enumerate(WORDS)],
        [f"{n}-{word}" for n, word in enumerate(WORDS)],
        [f"（{n}）{word}" for n, word in enumerate(WORDS)],
    ],
)
def test_an_answer_is_its_words_whatever_mark_or_points_stand_beside_them(tmp_path: Path, written: list[str]) -> None:
    source = csv(tmp_path / "a.csv", [[*WHO, *PHQ], *rows(written)])
    drafted(source)
    dataset, _ = brought(source)
    assert sheets(dataset) == WAVE


def test_points_that_are_one_higher_are_asked_about_like_numbers(tmp_path: Path) -> None:
    source = csv(tmp_path / "a.csv", [[*WHO, *PHQ], *rows([f"{n + 1}分" for n in range(4)])])
    (asked,) = (one for one in drafted(source).questions if one.open)
    assert asked.choices == ("0-3, written one higher",)
    dataset, _ = brought(source, said=[f"{asked.id}={asked.choices[0]}"])
    assert sheets(dataset) == WAVE


def test_a_question_that_looks_whether_somebody_reads_moves_no_item(tmp_path: Path) -> None:
    heads = [f"{n}、题面" for n in range(1, 11)]
    heads[5] = "6、此题请选“好几天”"
    source = csv(tmp_path / "PHQ-9.csv", [[*WHO, *heads], *rows(check=1)])
    made = drafted(source)
    assert "PHQ-9.csv: questions that look whether somebody reads, no items: 6、此题请选“好几天”" in made.to_do
    dataset, _ = brought(source)
    assert sheets(dataset) == WAVE


def test_a_column_with_one_answer_for_all_among_more_columns_than_items_is_asked_about(tmp_path: Path) -> None:
    """Taken by their numbers, the items behind it would be one too early, and item 9 unread."""
    source = csv(tmp_path / "a.csv", [[*WHO, *(f"PHQ-9第{n}题" for n in range(1, 11))], *rows(check=3)])
    (asked,) = (one for one in drafted(source).questions if one.open)
    assert asked.choices == ("PHQ-9第6题", "PHQ-9第10题")
    assert "几乎人人答案相同" in asked.ask
    dataset, _ = brought(source, said=[f"{asked.id}=PHQ-9第6题"])
    assert sheets(dataset) == WAVE


def test_an_impairment_question_behind_the_items_is_named_and_not_asked_about(tmp_path: Path) -> None:
    source = csv(tmp_path / "a.csv", [[*WHO, *PHQ, "PHQ10"], *([*row, n % 3] for n, row in enumerate(rows()))])
    made = drafted(source)
    assert "phq9 has 9 items: not read behind them: PHQ10" in made.to_do
    assert not [one for one in made.questions if one.open]


@pytest.mark.parametrize("header", ["PHQ-9第一题", "PHQ-9等级", "PHQ-9预警"])
def test_a_header_that_says_more_than_a_name_is_no_total(tmp_path: Path, header: str) -> None:
    source = csv(tmp_path / "a.csv", [[*WHO, header], *([*person(n), n] for n in range(6))])
    with pytest.raises(UserError, match="neither numbered columns of items, nor totals"):
        drafted(source)


@pytest.mark.parametrize("header", ["PHQ-9", "PHQ-9总分", "PHQ-9得分", "T1_PHQ-9", "PHQ-9合计"])
def test_a_total_may_be_written_with_points(tmp_path: Path, header: str) -> None:
    source = csv(tmp_path / "a.csv", [[*WHO, header], *([*person(n), f"{n}分"] for n in range(6))])
    drafted(source)
    assert brought(source)[0].tables["scores"]["value"].tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("more", "of_total", "answer"),
    [(1, 0, "0-3, written one higher"), (0, 0, "0-3"), (1, 5, None), (0, 9, None)],
    ids=["reckoned from 0", "as it is written", "neither", "disagrees"],
)
def test_the_platforms_own_total_settles_the_coding(
    tmp_path: Path, more: int, of_total: int, answer: str | None
) -> None:
    """It is said and can be changed. A total that fits no reading, or both, settles nothing."""
    low = ["111111111", "110000000"][more]
    table = [[*person(n), *(int(low[item]) + more for item in range(9))] for n in range(6)]
    total = sum(map(int, low)) + of_total
    source = csv(tmp_path / "a.csv", [[*WHO, *PHQ, "PHQ总分"], *([*row, total] for row in table)])
    (asked,) = (one for one in drafted(source).questions if one.id == "phq9-coding")
    assert asked.answer == (answer or "")


def test_a_total_that_is_a_plain_sum_settles_nothing_where_most_would_reach_a_floor(tmp_path: Path) -> None:
    """Somebody may have added up answers that were written from 1."""
    table = [[*person(n), *(answer or 1 for answer in (2, 2, 1, 1, 2, 2, 1, 1, 1))] for n in range(6)]
    source = csv(tmp_path / "a.csv", [[*WHO, *PHQ, "总分"], *([*row, 13] for row in table)])
    (asked,) = (one for one in drafted(source).questions if one.id == "phq9-coding")
    assert asked.open


@pytest.mark.parametrize("word", ["缺考", "拒答", "未参加", "请假", "/", "—", "(跳过)"])
def test_a_word_for_no_answer_is_blank_and_never_the_lowest(tmp_path: Path, word: str) -> None:
    table = rows()
    table[1][-1], table[2][5:] = word, [word] * 9
    source = csv(tmp_path / "a.csv", [[*WHO, *PHQ], *table])
    drafted(source)
    dataset, done = brought(source)
    assert sheets(dataset) == [WAVE[0], f"{WAVE[1][:8]}-", *WAVE[3:]]
    assert done.applied.counts[1].unopened == 1


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


def test_rows_of_several_questionnaires_under_one_header_are_refused(tmp_path: Path) -> None:
    table = [["学号", "量表", "得分", "测评日期"]]
    table += [[f"S{n}", name, str(n), "2026-11-03"] for n in range(6) for name in ("PHQ-9", "GAD-7")]
    with pytest.raises(UserError, match=r"a\.csv has rows of several questionnaires") as error:
        drafted(csv(tmp_path / "a.csv", [list(row) for row in table]))
    assert error.value.problems[0].what == "量表 says that its rows are of 2 questionnaires"


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
