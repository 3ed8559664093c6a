"""A fault in the roster takes no sheet, report or outcome away, and safety evidence in such rows is said by name."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_schemas.check import check_dataset
from data_schemas.dataset import Dataset, read_dataset
from data_schemas.instruments import packaged_instruments
from data_schemas.mapping import Imported, import_files, preview_files
from data_schemas.roster import settle_roster
from models import records_of
from runxin.cli.main import run
from runxin.errors import UserError

AS_OF = date(2026, 3, 31)
MAPPING = """
[dataset]
name = "school"
synthetic = true
origin = "synthetic"
mode = "longitudinal"
as_of = 2026-03-31
[files.roster]
match = "学籍*.csv"
[files.phq9]
match = "PHQ*.csv"
[files.reports]
match = "报告*.csv"
[files.talks]
match = "访谈*.csv"
[student_id]
column = "学号"
[[blocks]]
table = "students"
file = "roster"
[blocks.columns]
school_id = "学校"
class_id = "班级"
stage = { constant = "junior" }
grade = "年级"
sex = "性别"
birth_date = "生日"
left_on = "离校"
[[blocks]]
table = "responses/phq9"
file = "phq9"
[blocks.items]
columns = "Q{n}"
[blocks.columns]
administered_on = "日期"
[[blocks]]
table = "concerns"
file = "reports"
[blocks.columns]
kind = "类型"
reported_on = "日期"
[[blocks]]
table = "outcomes"
file = "talks"
[blocks.columns]
kind = { constant = "interview" }
observed_on = "日期"
level = "等级"
"""
GOOD = {"学号": "R2", "学校": "a", "班级": "801", "年级": "8", "性别": "女", "生日": "2012-05-04", "离校": ""}
ONE = {**GOOD, "学号": "R1"}
# reason → what stands in the roster in place of a sound row of R1
FAULTS: dict[str, list[dict[str, str]]] = {
    "a typo in the id": [{**ONE, "学号": "R7"}],
    "no row": [],
    "an unknown sex": [{**ONE, "性别": "女生"}],
    "no such day": [{**ONE, "生日": "2012-02-30"}],
    "born tomorrow": [{**ONE, "生日": "2026-04-01"}],
    "no grade 90": [{**ONE, "年级": "90"}],
    "two schools": [ONE, {**ONE, "学校": "b"}],
    "two sexes": [ONE, {**ONE, "性别": "男"}],
    "one of two schools cannot be read": [ONE, {**ONE, "学校": "b", "年级": "x"}],
}
REASONS = {"a typo in the id": "unknown", "no row": "unknown"}
TWO = ("two schools", "two sexes", "one of two schools cannot be read")
ZERO = dict.fromkeys([f"Q{n}" for n in range(1, 9)], "0")
SHEETS = [{"学号": who, "日期": "2026-03-20", **ZERO, "Q9": answer} for who, answer in (("R1", "3"), ("R2", "0"))]
REPORTS = [{"学号": "R1", "类型": "表达轻生意愿、计划或告别", "日期": "2026-03-20"}]
TALKS = [{"学号": "R1", "日期": "2026-03-20", "等级": "3"}]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mapping.toml").write_text(MAPPING, "utf-8")
    return tmp_path


def write(
    folder: Path,
    roster: list[dict[str, str]],
    sheets: list[dict[str, str]] = SHEETS,
    reports: list[dict[str, str]] = REPORTS,
    talks: list[dict[str, str]] = TALKS,
) -> list[Path]:
    files = {"学籍": [GOOD, *roster], "PHQ": sheets, "报告": reports, "访谈": talks}
    columns = {"学籍": GOOD, "PHQ": SHEETS[0], "报告": REPORTS[0], "访谈": TALKS[0]}
    for name, rows in files.items():
        pd.DataFrame(rows, columns=list(columns[name])).to_csv(folder / f"{name}.csv", index=False)
    return [folder / f"{name}.csv" for name in files]


def imported(folder: Path, sources: list[Path]) -> tuple[Imported, Dataset]:
    done = import_files(folder / "mapping.toml", sources, folder / "out", set_aside=True, format="csv")
    return done, read_dataset(folder / "out")


def lost(folder: Path, sources: list[Path]) -> list[dict[str, Any]]:
    """The safety evidence that a refusal names."""
    with pytest.raises(UserError, match="nothing was written") as refused:
        import_files(folder / "mapping.toml", sources, folder / "out")
    assert not (folder / "out").exists()
    told: list[dict[str, Any]] = refused.value.details["safety"]
    return told


def places(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row["file"], row["row"], row["student_id"], row["column"], row["positive"], row["kept"]) for row in rows]


NAMED = [("PHQ.csv", 2, "R1", "Q9", True), ("报告.csv", 2, "R1", "类型", True), ("访谈.csv", 2, "R1", "等级", True)]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_roster_takes_nothing_away(folder: Path, fault: str) -> None:
    done, dataset = imported(folder, write(folder, FAULTS[fault]))
    found = settle_roster(dataset, AS_OF)
    assert found.strangers is not None
    reason = "two_enrolments" if fault in TWO else REASONS.get(fault, "set_aside")
    assert {who: why.code for who, why in found.reasons.items()} == {"R1": reason}
    strangers = found.strangers
    assert strangers.responses["phq9"]["item_9"].tolist() == [3]
    assert strangers.tables["concerns"]["kind"].tolist() == ["suicide_intent"]
    assert strangers.tables["outcomes"]["level"].tolist() == [3]
    assert found.enrolled.responses["phq9"]["student_id"].tolist() == ["R2"]
    assert done.payload()["rows_unsettled"] == 3
    assert check_dataset(dataset).ok, "what is kept is asked about, and no problem"


@pytest.mark.parametrize("fault", FAULTS)
def test_safety_evidence_of_whoever_is_not_settled_is_named_before_and_after(folder: Path, fault: str) -> None:
    sources = write(folder, FAULTS[fault])
    assert places(lost(folder, sources)) == [(*one, False) for one in NAMED], "nothing was written"
    told, _ = preview_files(folder / "mapping.toml", sources, as_of=None, today=AS_OF, known=packaged_instruments())
    assert places(told["safety"]) == [(*one, True) for one in NAMED]
    done, _ = imported(folder, sources)
    assert places(done.payload()["safety"]) == [(*one, True) for one in NAMED]
    listed = pd.read_csv(folder / "out" / "set_aside" / "safety.csv")
    assert [tuple(row)[:5] for row in listed.to_numpy().tolist()] == NAMED


@pytest.mark.parametrize(
    ("change", "positive"),
    [
        ({"Q3": "often"}, True),  # another cell cannot be read
        ({"日期": "soon"}, True),
        ({"学号": ""}, True),
        ({"学号": "1.5E+17"}, True),
        ({"Q3": "often", "Q9": "1"}, True),
        ({"Q3": "often", "Q9": ""}, False),
        ({"Q9": "often"}, False),  # the very cell cannot be read
        ({"Q3": "often", "Q9": "0"}, None),
    ],
)
def test_a_sheet_that_is_set_aside_is_named_where_its_critical_item_is_positive_or_unknown(
    folder: Path, change: dict[str, str], positive: bool | None
) -> None:
    sources = write(folder, [ONE], [{**SHEETS[0], **change}, SHEETS[1]], reports=[], talks=[])
    student = None if "学号" in change else "R1"
    wanted = [] if positive is None else [("PHQ.csv", 2, student, "Q9", positive, False)]
    assert places(lost(folder, sources)) == wanted
    done, dataset = imported(folder, sources)
    assert places(done.payload()["safety"]) == wanted
    assert dataset.responses["phq9"]["student_id"].tolist() == ["R2"]


@pytest.mark.parametrize(
    ("table", "row", "column", "positive"),
    [
        ("reports", {**REPORTS[0], "日期": "soon"}, "类型", True),
        ("reports", {**REPORTS[0], "类型": "说不清"}, "类型", False),
        ("reports", {**REPORTS[0], "类型": "校园欺凌", "日期": "soon"}, None, None),
        ("talks", {**TALKS[0], "日期": "soon"}, "等级", True),
        ("talks", {**TALKS[0], "等级": "9"}, "等级", False),
        ("talks", {**TALKS[0], "等级": "1", "日期": "soon"}, None, None),
    ],
)
def test_reports_and_outcomes_that_are_set_aside_are_named_where_they_tell_of_danger(
    folder: Path, table: str, row: dict[str, str], column: str | None, positive: bool | None
) -> None:
    tables: dict[str, list[dict[str, str]]] = {"reports": [], "talks": [], table: [row]}
    done, _ = imported(folder, write(folder, [ONE], **tables))
    found = [(one["column"], one["positive"], one["kept"]) for one in done.payload()["safety"]]
    assert found == ([] if column is None else [(column, positive, False)])


def test_a_sheet_that_was_exported_twice_is_not_called_lost(folder: Path) -> None:
    done, dataset = imported(folder, write(folder, [ONE], [SHEETS[0], SHEETS[0]], reports=[], talks=[]))
    assert done.payload()["safety"] == [], "both were written"
    assert (len(dataset.responses["phq9"]), len(records_of(dataset).sheets["phq9"].day)) == (2, 1), "and count once"


@pytest.mark.parametrize("again", [{}, {"班级": "802"}, {"离校": "2026-01-31", "学校": "b"}])
def test_a_student_who_is_twice_in_the_roster_and_one_person_is_written(folder: Path, again: dict[str, str]) -> None:
    roster = [ONE, {**ONE, **again}]
    done, dataset = imported(folder, write(folder, roster, reports=[], talks=[]))
    found = settle_roster(dataset, AS_OF)
    assert found.strangers is None
    assert found.enrolled.responses["phq9"]["student_id"].tolist() == ["R1", "R2"]
    asked = [problem.what for problem in done.problems]
    assert asked == (["the same student again, with other facts"] if "班级" in again else []), (
        "a transfer is not asked about"
    )


def test_the_command_says_first_who_it_is_about(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheets = [{**SHEETS[0], "学号": f"X{n}", "Q9": "3" if n > 1 else ""} for n in range(30)]
    sources = write(folder, [ONE], [*sheets, {**SHEETS[0], "Q3": "often"}], reports=[], talks=[])
    arguments = ["import", *map(str, sources), "--mapping", str(folder / "mapping.toml"), "--out", str(folder / "out")]
    assert run(arguments) == 3
    told = capsys.readouterr().err
    assert "29 rows with positive safety evidence and 2 with it blank or unreadable, in NO dataset" in told
    assert told.index("student X2, Q9 positive") < told.index("problems in 31 places, nothing was written")
    assert run([*arguments, "--json"]) == 3
    assert len(json.loads(capsys.readouterr().out.splitlines()[-1])["safety"]) == 31
    assert run([*arguments, "--preview"]) == 3
    assert "student X2, Q9 positive" in capsys.readouterr().out
    assert run([*arguments, "--set-aside"]) == 0
    told = capsys.readouterr().out
    assert "1 row with positive safety evidence and 0 with it blank or unreadable, in NO dataset" in told
    assert "PHQ.csv, row 32: student R1, Q9 positive" in told
    assert (
        "28 rows with positive safety evidence and 2 with it blank or unreadable; their student is not settled" in told
    )
    assert "… and 10 more" in told
    assert "1 row set aside and 30 kept for 身份待核 with 31 problems" in told


def test_check_asks_and_says_that_nothing_is_lost(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imported(folder, write(folder, FAULTS["an unknown sex"]))
    assert run(["check", str(folder / "out")]) == 0
    told = capsys.readouterr().out
    assert "question: responses/phq9, row 2, column student_id: the row of this student" in told
    assert "until then a screening files the row under 身份待核" in told
    assert "note: 1 row of the roster refused by the import" in told
    assert "no problems, 3 questions" in told
    assert run(["check", str(folder / "out"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["question_count"] == 3


def test_no_block_writes_what_was_set_aside(folder: Path) -> None:
    (folder / "mapping.toml").write_text(MAPPING.replace('"students"', '"students_set_aside"'), "utf-8")
    with pytest.raises(UserError) as refused:
        import_files(folder / "mapping.toml", write(folder, [ONE]), folder / "out")
    assert "there is no table 'students_set_aside'" in " ".join(map(str, refused.value.problems))
