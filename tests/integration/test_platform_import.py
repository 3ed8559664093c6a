"""A platform's export with Chinese headers, in XLSX and GB18030, through the example mapping to a checked dataset."""

import hashlib
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from data_schemas.check import check_dataset
from data_schemas.dataset import read_dataset
from data_schemas.mapping import Imported, import_files
from runxin.errors import Kind, Problem, UserError

MAPPING = Path(__file__).parents[2] / "examples" / "platform" / "mapping.toml"
WORDS = ["完全不会", "好几天", "一半以上的天数", "几乎每天"]
Rows = list[list[object]]


def students() -> Rows:
    head: Rows = [["某校2026年春季学生名单"], ["学号", "班级", "年级", "性别", "出生日期", "学籍状态"]]
    return (
        head
        + [
            [float(1000 + n), f"{7 + n % 3}班", float(7 + n % 6), "男女"[n % 2], datetime(2012, 5, 1 + n), "在读"]
            for n in range(1, 9)
        ]
        + [[1009.0, "8班", 8.0, "男", datetime(2012, 1, 1), "转出"], [None] * 6]
    )


def phq9() -> Rows:
    head: Rows = [["学号", "测评时间", *(f"第{n}题" for n in range(1, 10))]]
    sheets: Rows = [
        [1000 + n, datetime(2026, 3, 2, 9, n), *(WORDS[(n + item) % 4] for item in range(9))] for n in range(1, 8)
    ]
    sheets[2][5] = "未填"
    return [*head, *sheets, [1008, None, *[None] * 9]]


LEAVES = """学号,类型,开始日期,结束日期,登记日期,原因,审批结果
1001,病假,2026/3/5,2026/3/6,2026-03-05,发热,同意
1001,事假,2026年3月9日,2026年3月9日,20260309,家中有事,同意
1002,,2026-03-10,2026-03-10,2026-03-10,,同意
1003,病假,2026-03-10,2026-03-10,2026-03-10,头痛,驳回
1009,病假,2026-03-10,2026-03-10,2026-03-10,头痛,同意
"""
FAMILY = """学号;留守;人均月收入;父母离异;单亲;登记日期
1001;是;800;否;否;2026-03-01
1002;-;;是;;2026-03-01
1003;无;1200;否;;2026-03-01
"""


def write(folder: Path, leaves: str = LEAVES, family: str = FAMILY, **books: Rows) -> list[Path]:
    folder.mkdir(exist_ok=True)
    names = {"students": "学生名单-2026春.xlsx", "phq9": "PHQ-9导出.xlsx"}
    for name, rows in {"students": students(), "phq9": phq9(), **books}.items():
        book = openpyxl.Workbook()
        for row in rows:
            book.worksheets[0].append(row)
        if name == "students":
            book.worksheets[0].merge_cells("A1:F1")
        book.save(folder / names[name])
    (folder / "请假记录.csv").write_bytes(leaves.encode("gb18030"))
    (folder / "家庭情况.csv").write_bytes(family.encode("utf-8-sig"))
    return [folder]


def refused(sources: list[Path], out: Path) -> list[Problem]:
    with pytest.raises(UserError) as caught:
        import_files(MAPPING, sources, out)
    assert caught.value.kind is Kind.BAD_DATA
    assert not out.exists(), "nothing is written"
    return list(caught.value.problems)


def count(done: Imported, step: str) -> dict[str, int]:
    found = next(each for each in done.applied.counts if each.step == step)
    names = ("read", "filtered", "outside", "skipped", "left_out", "set_aside", "written")
    return {name: getattr(found, name) for name in names if getattr(found, name)}


def test_the_export_becomes_a_dataset_that_checks(tmp_path: Path) -> None:
    done = import_files(MAPPING, write(tmp_path / "export"), tmp_path / "out", format="csv")
    dataset = read_dataset(tmp_path / "out")
    assert check_dataset(dataset).ok, "an imported dataset has no problems"
    people = dataset.students.set_index("student_id")
    assert list(people.index) == [str(n) for n in range(1001, 1009)], "1001.0 is the id 1001"
    assert people.loc["1001"].dropna().to_dict() == {
        "school_id": "school-1",
        "class_id": "8班",
        "stage": "junior",
        "grade": 8,
        "sex": "female",
        "birth_date": pd.Timestamp("2012-05-02"),
    }
    assert count(done, "students") == {"read": 9, "filtered": 1, "written": 8}
    sheets = dataset.responses["phq9"].set_index("student_id")
    assert count(done, "responses/phq9") == {"read": 8, "skipped": 1, "written": 7}
    assert sheets.loc["1001", "item_1"] == 1
    assert pd.isna(sheets.loc["1003", "item_4"]), "未填 is blank, not zero"
    assert sheets.loc["1001", "submitted_at"] == pd.Timestamp("2026-03-02 09:01"), "a time of day survives CSV"
    leaves = dataset.tables["leaves"]
    assert leaves["type"].tolist() == ["sick", "personal", "unknown"]
    assert count(done, "leaves") == {"read": 5, "outside": 1, "left_out": 1, "written": 3}, (
        "1009 left the school: filtered with the roster, and no stranger"
    )
    family = dataset.tables["family"].pivot_table("value", "student_id", "flag", aggfunc="first")
    assert family.loc["1001"].to_dict() == {"divorced_single": "no", "left_behind": "yes", "low_income": "yes"}
    assert family.loc["1002"].to_dict() == {"divorced_single": "yes", "left_behind": "unknown", "low_income": "unknown"}
    assert family.loc["1003"].to_dict() == {"divorced_single": "unknown", "left_behind": "no", "low_income": "no"}


def test_provenance_says_where_every_row_came_from(tmp_path: Path) -> None:
    sources = write(tmp_path / "export")
    import_files(MAPPING, sources, tmp_path / "out")
    told = read_dataset(tmp_path / "out").description.provenance
    assert told is not None
    assert told.mapping_sha256 == hashlib.sha256(MAPPING.read_bytes()).hexdigest()
    assert told.files == {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sources[0].iterdir()}
    assert told.filter == "学籍状态 one of 在读"
    assert (told.rows_read, told.rows_filtered, told.rows_set_aside) == (25, 1, 0)
    assert {"学号", "第9题", "留守", "学籍状态"} <= set(told.input_columns)
    assert told.outcome_columns == ()


def test_every_bad_cell_is_named_by_file_row_and_column(tmp_path: Path) -> None:
    people, answers = students(), phq9()
    people[2][2], people[3][3], people[4][4] = None, "X", datetime(2031, 1, 1)
    people[5][0] = people[6][0]
    answers[1][4], answers[2][1], answers[3][0] = "偶尔", "三月二日", 2222
    leaves = LEAVES.replace("2026/3/6", "2026/3/4").replace("20260309", "20260409").replace("发热", "发烧")
    family = FAMILY.replace("800", "8百")
    problems = refused(write(tmp_path / "export", leaves, family, students=people, phq9=answers), tmp_path / "out")
    named = {(p.file, p.row, p.column): p for p in problems}
    roster, sheet, absent, home = "学生名单-2026春.xlsx", "PHQ-9导出.xlsx", "请假记录.csv", "家庭情况.csv"
    assert named[roster, 3, "年级"].what == "the cell is blank and must not be"
    assert named[roster, 4, "性别"].what == "an unknown code"
    assert "2026-03-31" in named[roster, 5, "出生日期"].what
    for row in (6, 7):
        assert named[roster, row, "学号"].what == "the same student has another birth date in another row"
    assert named[sheet, 2, "第3题"].what == "an unknown code"
    assert "0 to 3, 完全不会" in str(named[sheet, 2, "第3题"].fix)
    assert named[sheet, 3, "测评时间"].what == "not a date"
    assert named[sheet, 4, "学号"].what == "this student is not in the students table"
    assert named[absent, 2, "结束日期"].what == "end_on is before start_on"
    assert named[absent, 2, "原因"].what == "an unknown code"
    assert named[absent, 3, "登记日期"].what.startswith("it has not happened yet")
    assert named[home, 2, "人均月收入"].what == "not a number"
    assert all(problem.fix for problem in problems), "each says what to do"
    assert problems == sorted(problems, key=lambda p: (p.file or "", p.row or 0, p.column or ""))


def test_set_aside_writes_the_good_rows_and_those_of_strangers_and_lists_the_others(tmp_path: Path) -> None:
    people, answers = students(), phq9()
    people[3][3] = "X"
    answers[1][4] = "偶尔"
    sources = write(tmp_path / "export", students=people, phq9=answers)
    done = import_files(MAPPING, sources, tmp_path / "out", set_aside=True)
    dataset = read_dataset(tmp_path / "out")
    assert check_dataset(dataset).ok
    assert "1002" not in set(dataset.students["student_id"])
    sheets = dataset.responses["phq9"]["student_id"].tolist()
    assert sheets == ["1002", "1003", "1004", "1005", "1006", "1007"], "whole sheets, also of who has no roster row"
    aside = dataset.tables["students_set_aside"].dropna(axis=1)
    assert aside.to_dict("records") == [
        {
            "student_id": "1002",
            "school_id": "school-1",
            "class_id": "9班",
            "stage": "junior",
            "grade": 9,
            "birth_date": pd.Timestamp("2012-05-03"),
        }
    ], "what could be read of the refused row"
    listed = pd.read_csv(tmp_path / "out" / "set_aside" / "responses" / "phq9.csv")
    assert listed[["row", "column"]].to_numpy().tolist() == [[2, "第3题"], [3, "学号"]]
    assert list(listed.columns) == ["file", "row", "column", "problem", "fix"]
    told = dataset.description.provenance
    assert told is not None
    assert told.rows_set_aside == sum(each.set_aside for each in done.applied.counts) == 1 + 1
    assert sum(each.unsettled for each in done.applied.counts) == 1 + 1 + 3
    assert len(done.problems) == len(done.payload()["problems"]) == 5, "a row of the family file is named once"


def test_an_overfull_csv_row_is_a_problem(tmp_path: Path) -> None:
    problems = refused(write(tmp_path / "export", LEAVES.replace("发热,同意", "发热,头痛,同意")), tmp_path / "out")
    assert any(p.row == 2 and "more cells than the header" in p.what for p in problems)


def test_a_file_of_no_block_and_a_block_of_no_file_are_refused(tmp_path: Path) -> None:
    sources = write(tmp_path / "export")
    (tmp_path / "export" / "请假记录.csv").rename(tmp_path / "export" / "说明.csv")
    said = [str(problem) for problem in refused(sources, tmp_path / "out")]
    assert said[0].startswith("说明.csv: no block of the mapping reads this file")
    assert said[1].startswith("no file fits '请假*.csv'")


def test_an_optional_file_may_be_absent_and_its_table_then_is(tmp_path: Path) -> None:
    sources = write(tmp_path / "export")
    (tmp_path / "export" / "家庭情况.csv").unlink()
    import_files(MAPPING, sources, tmp_path / "out")
    assert "family" not in read_dataset(tmp_path / "out").tables, "not collected, which is not the same as none"


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("keep", "utf-8")
    with pytest.raises(UserError, match="not empty"):
        import_files(MAPPING, write(tmp_path / "export"), out)
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_no_problem_shows_an_id_or_a_name(tmp_path: Path) -> None:
    people = students()
    people[3][0], people[3][3] = "王小明", "王小明"
    problems = refused(write(tmp_path / "export", students=people), tmp_path / "out")
    assert "王小明" not in " ".join(map(str, problems))
    assert "1002" not in " ".join(map(str, problems))
