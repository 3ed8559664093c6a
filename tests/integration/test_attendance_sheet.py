"""A 考勤表 with a column a day: one mapping reads the month."""

from pathlib import Path
from typing import Any

import pytest

from data_schemas.dataset import read_dataset
from tests.command_line import told

MAPPING = """
[dataset]
name = "attendance"
origin = "local"
mode = "longitudinal"
as_of = 2026-03-31
[student_id]
column = "学号"
[[blocks]]
table = "students"
[blocks.columns]
school_id = { constant = "school-1" }
stage = { constant = "junior" }
sex = { constant = "unknown" }
[[blocks]]
table = "leaves"
[blocks.days]
columns = "{m}月{d}日"
first = 2026-03-01
last = 2026-03-31
marks = { "病" = "sick", "事" = "personal", "迟" = "late", "×" = "unexcused" }
present = ["√"]
"""
SHEET = """学号,姓名,3月23日,3月24日,3月25日,3月26日,3月27日
M1,某某,√,病,病,事,√
M2,某某,√,√,迟,×,
"""
Capsys = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))


def imported(tmp_path: Path, capsys: Capsys, mapping: str, sheet: str, code: int = 0) -> dict[str, Any]:
    (tmp_path / "m.toml").write_text(mapping, "utf-8")
    (tmp_path / "考勤表.csv").write_text(sheet, "utf-8")
    files = (str(tmp_path / "考勤表.csv"), "--out", str(tmp_path / "out"))
    return told(capsys, "import", "--mapping", str(tmp_path / "m.toml"), *files, code=code)


def test_a_mark_is_a_leave_of_its_day_and_a_blank_is_none(tmp_path: Path, capsys: Capsys) -> None:
    imported(tmp_path, capsys, MAPPING, SHEET)
    leaves = read_dataset(tmp_path / "out").tables["leaves"]
    found = {(row.student_id, str(row.start_on)[:10], str(row.end_on)[:10], row.type) for row in leaves.itertuples()}
    assert found == {
        ("M1", "2026-03-24", "2026-03-24", "sick"),
        ("M1", "2026-03-25", "2026-03-25", "sick"),
        ("M1", "2026-03-26", "2026-03-26", "personal"),
        ("M2", "2026-03-25", "2026-03-25", "late"),
        ("M2", "2026-03-26", "2026-03-26", "unexcused"),
    }
    preview = ("--mapping", str(tmp_path / "m.toml"), "--preview", str(tmp_path / "考勤表.csv"))
    blocks = told(capsys, "import", *preview)["blocks"]
    columns = [column for block in blocks for column in block["columns"]]
    missed = sum(column["others_not_understood"] + len(column["not_understood"]) for column in columns)
    assert missed == 0, "a mark of presence is understood"


def test_a_mark_that_nobody_explained_is_a_problem(tmp_path: Path, capsys: Capsys) -> None:
    problems = imported(tmp_path, capsys, MAPPING, SHEET.replace("病,病", "病,公"), code=3)["problems"]
    assert {(problem["row"], problem["column"]) for problem in problems} == {(2, "3月25日")}
    assert {problem["what"] for problem in problems} == {"an unknown code"}, "a mark's text may be anybody's name"


def test_days_that_are_headed_otherwise_are_not_passed_over(tmp_path: Path, capsys: Capsys) -> None:
    (problem,) = imported(tmp_path, capsys, MAPPING, SHEET.replace("月", "/").replace("日", ""), code=3)["problems"]
    assert problem["what"] == "there is no column such as 3月1日"


@pytest.mark.parametrize(
    ("was", "given", "what"),
    [
        ('"{m}月{d}日"', '"日"', "columns needs {d} where the day stands"),
        ("last = 2026-03-31", "last = 2026-02-28", "last must lie within a year after first"),
        ('columns = "{m}月{d}日"\nfirst = 2026-03-01', 'columns = "{d}"\nfirst = 2026-02-01', "columns needs {m}"),
        ('present = ["√"]', 'present = ["√", "病"]', "病 cannot be a leave and present"),
        ('"病" = "sick"', '"病" = "ill"', "'ill' is not a code of type"),
        ('table = "leaves"', 'table = "concerns"', "only leaves have a column a day"),
    ],
)
def test_a_mapping_of_days_that_does_not_hold_is_refused(
    tmp_path: Path, capsys: Capsys, was: str, given: str, what: str
) -> None:
    refused = imported(tmp_path, capsys, MAPPING.replace(was, given), SHEET, code=3)
    assert any(what in problem["what"] for problem in refused["problems"]), refused["problems"]


LESSONS = (
    MAPPING.replace('"{m}月{d}日"', '"{m}月{d}日第{n}节"')
    + """lessons = 6
morning = 4
"""
)


def lessons(*marks: str) -> str:
    """One day of a student, a mark a lesson."""
    head = ",".join(["学号", *(f"3月24日第{n}节" for n in range(1, 7))])
    return "\n".join([head, *(f"M{n},{','.join(day.replace('.', '√'))}" for n, day in enumerate(marks))])


@pytest.mark.parametrize(
    ("marks", "found"),
    [
        ("......", []),
        ("病病病病病病", [("sick", 2)]),
        ("...病..", [("sick", 1)]),
        ("....病.", [("sick", 1)]),
        ("病....病", [("sick", 2)]),
        ("病病病病事事", [("personal", 1), ("sick", 1)]),
        ("迟.....", [("late", 1)]),
        ("迟病....", [("sick", 1)]),
        ("病...迟.", [("late", 1), ("sick", 1)]),
    ],
)
def test_a_column_a_lesson_is_halves_of_its_day(
    tmp_path: Path, capsys: Capsys, marks: str, found: list[tuple[str, int]]
) -> None:
    imported(tmp_path, capsys, LESSONS, lessons(marks))
    leaves = read_dataset(tmp_path / "out").tables["leaves"]
    assert sorted(zip(leaves["type"], leaves["half_days"], strict=True)) == found
    assert set(leaves["start_on"].dt.date.astype(str)) <= {"2026-03-24"}


def test_a_mark_of_a_lesson_that_nobody_explained_is_a_problem(tmp_path: Path, capsys: Capsys) -> None:
    problems = imported(tmp_path, capsys, LESSONS, lessons("√√公√√√"), code=3)["problems"]
    assert {(one["what"], one["row"], one["column"]) for one in problems} == {("an unknown code", 2, "3月24日第1节")}


def test_lessons_that_do_not_add_up_are_refused(tmp_path: Path, capsys: Capsys) -> None:
    for was, now in (("morning = 4\n", ""), ("morning = 4", "morning = 7"), ("第{n}节", "")):
        problems = imported(tmp_path, capsys, LESSONS.replace(was, now), lessons("√√√√√√"), code=3)["problems"]
        assert "lesson" in problems[0]["what"]
