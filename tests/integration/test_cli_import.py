"""`runxin import` and `runxin check` as a user runs them."""

import json
from pathlib import Path

import pytest

from runxin.cli.main import run

MAPPING = """
[dataset]
name = "tiny"
synthetic = true
origin = "synthetic"
mode = "longitudinal"
[student_id]
column = "学号"
[[blocks]]
table = "students"
[blocks.columns]
school_id = { constant = "s" }
stage = { constant = "junior" }
sex = "性别"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mapping.toml").write_text(MAPPING, "utf-8")
    (tmp_path / "good.csv").write_text("学号,性别\n1,男\n2,女\n", "utf-8")
    (tmp_path / "bad.csv").write_text("学号,性别\n1,男\n2,X\n", "utf-8")
    return tmp_path


def imports(folder: Path, file: str, *more: str) -> int:
    mapping, out = str(folder / "mapping.toml"), str(folder / "out")
    return run(["import", "--mapping", mapping, str(folder / file), "--out", out, "--as-of", "2026-03-31", *more])


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def test_a_good_file_is_imported_and_checks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert imports(folder, "good.csv", "--format", "csv", "--json") == 0
    told = last_line(capsys)
    assert told["tables"] == {"students": 2}
    assert (told["rows_read"], told["problem_count"], told["as_of"]) == (2, 0, "2026-03-31")
    assert run(["check", str(folder / "out"), "--json"]) == 0
    told = last_line(capsys)
    assert told["ok"] is True
    assert told["counts"] == {"students": 2}
    assert any("合成数据" in note for note in told["notes"])  # type: ignore[union-attr, attr-defined]


def test_a_bad_cell_exits_3_and_is_named_in_text_json_and_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert imports(folder, "bad.csv", "--json", "--problems", str(folder / "problems.csv")) == 3
    told = last_line(capsys)
    assert told["problem_count"] == 1
    problem = told["problems"][0]  # type: ignore[index]
    assert (problem["file"], problem["row"], problem["column"]) == ("bad.csv", 3, "性别")
    assert not (folder / "out").exists()
    listed = (folder / "problems.csv").read_text("utf-8-sig").splitlines()
    assert listed[1].startswith("bad.csv,3,性别,")
    assert imports(folder, "bad.csv") == 3
    assert "bad.csv, row 3, column 性别: an unknown code" in capsys.readouterr().err


def test_set_aside_imports_the_rest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert imports(folder, "bad.csv", "--set-aside") == 0
    text = capsys.readouterr().out
    assert "1 row set aside with 1 problem" in text
    assert "students: 1 written, 1 set aside" in text
    assert (folder / "out" / "set_aside" / "students.csv").is_file()


def test_without_an_as_of_date_it_is_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["import", "--mapping", str(folder / "mapping.toml"), str(folder / "good.csv")]
    assert run([*arguments, "--out", str(folder / "out")]) == 2
    assert "pass --as-of" in capsys.readouterr().err
    assert run(["import", str(folder / "good.csv")]) == 2, "wrong usage"
    capsys.readouterr()
    assert run([*arguments[:3], str(folder / "none.csv"), "--out", str(folder / "out"), "--as-of", "2026-03-31"]) == 2
    assert "there is no" in capsys.readouterr().err


def test_check_exits_3_where_there_are_problems(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert imports(folder, "good.csv", "--format", "csv") == 0
    students = folder / "out" / "students.csv"
    students.write_text(students.read_text("utf-8").replace("female", "girl"), "utf-8")
    capsys.readouterr()
    assert run(["check", str(folder / "out")]) == 3
    assert "problem: students, row 3, column sex: an unknown code" in capsys.readouterr().out
    assert run(["check", str(folder / "out"), "--json"]) == 3
    assert last_line(capsys)["problem_count"] == 1
    assert run(["check", str(folder)]) == 3, "no dataset there"
