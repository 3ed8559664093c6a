"""One student twice in a file: both sheets are kept, the graver one stands, and an equal row counts once."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from data_schemas.check import check_dataset
from data_schemas.dataset import read_dataset
from data_schemas.mapping import Imported, import_files
from models import assess, read_policy, records_of, records_of_requests
from tests.students import phq9, student

AS_OF = date(2026, 3, 30)
MAPPING = """
[dataset]
name = "phq"
synthetic = true
origin = "synthetic"
mode = "longitudinal"
as_of = 2026-03-30
[files.export]
match = "phq.csv"
[student_id]
column = "学号"
[[blocks]]
table = "students"
file = "export"
[blocks.columns]
school_id = { constant = "school-1" }
stage = { constant = "junior" }
grade = "年级"
sex = "性别"
[[blocks]]
table = "responses/phq9"
file = "export"
[blocks.items]
columns = "PHQ{n}"
[blocks.columns]
administered_on = "提交时间"
submitted_at = "提交时间"
"""
HEAD = "学号,性别,年级,提交时间," + ",".join(f"PHQ{n}" for n in range(1, 10))
GRAVE, NONE = "2,2,2,2,2,2,2,2,3", "0,0,0,0,0,0,0,0,0"


def imported(folder: Path, *rows: str, set_aside: bool = False) -> Imported:
    (folder / "phq.csv").write_text("\n".join([HEAD, *rows]) + "\n", "utf-8")
    (folder / "mapping.toml").write_text(MAPPING, "utf-8")
    return import_files(folder / "mapping.toml", [folder / "phq.csv"], folder / "made", set_aside=set_aside)


@pytest.mark.parametrize("first", [GRAVE, NONE])
def test_both_sheets_are_kept_and_the_graver_one_stands(tmp_path: Path, first: str) -> None:
    second = NONE if first == GRAVE else GRAVE
    done = imported(tmp_path, f"8001,女,8,2026-03-30 09:00,{first}", f"8001,女,8,2026-03-30 09:20,{second}")
    assert (len(done.dataset.responses["phq9"]), done.problems) == (2, ())
    (said,) = assess(records_of(read_dataset(tmp_path / "made")), AS_OF, None, read_policy())
    assert "R02" in {floor.id for floor in said.floors}


def test_a_sheet_that_is_there_twice_counts_once_and_nobody_is_told_to_delete_it(tmp_path: Path) -> None:
    row = f"8001,女,8,2026-03-30 09:00,{GRAVE}"
    done = imported(tmp_path, row, row)
    report = check_dataset(done.dataset)
    assert (done.problems, report.problems) == ((), ())
    assert [note for note in report.notes if note.startswith("responses/phq9: 1 row already said")]
    sheets = records_of(done.dataset).sheets["phq9"]
    assert len(sheets.day) == 1
    assert np.array_equal(sheets.student, [0])


def test_rows_of_the_roster_that_contradict_each_other_are_asked_about(tmp_path: Path) -> None:
    rows = f"8004,女,8,2026-03-30 09:00,{NONE}", f"8004,男,8,2026-03-30 09:01,{GRAVE}"
    done = imported(tmp_path, *rows, f"8001,女,8,2026-03-30 09:00,{NONE}", set_aside=True)
    assert "the same student is of another sex in another row" in {problem.what for problem in done.problems}
    assert len(done.dataset.responses["phq9"]) == 3, "and neither sheet is lost"
    assert not [problem for problem in done.problems if "keep one" in str(problem)]


def test_a_grade_higher_is_the_next_school_year(tmp_path: Path) -> None:
    rows = f"8001,女,7,2026-03-30 09:00,{NONE}", f"8001,女,8,2026-03-30 09:20,{NONE}"
    assert imported(tmp_path, *rows).problems == ()


def test_two_grades_apart_is_a_question(tmp_path: Path) -> None:
    rows = f"8001,女,6,2026-03-30 09:00,{NONE}", f"8001,女,8,2026-03-30 09:20,{NONE}"
    (problem,) = imported(tmp_path, *rows, set_aside=True).problems
    assert problem.what == "the same student again, with other facts"


def test_an_equal_sheet_counts_once_by_the_api_too() -> None:
    told = phq9(3, on=AS_OF)
    requests = [student(responses=[told, dict(told)]), student("S-2", responses=[told, phq9(0, on=AS_OF)])]
    assert records_of_requests(requests).sheets["phq9"].student.tolist() == [0, 1, 1]
