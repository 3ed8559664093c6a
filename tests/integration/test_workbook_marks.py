"""What a workbook says beside its values: midnights, formulas, what is hidden, rows of totals, other sheets."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from data_schemas.dataset import read_dataset
from runxin.cli.main import run
from tests.command_line import told

MAPPING = """
[dataset]
name = "workbook"
origin = "local"
mode = "longitudinal"
as_of = 2026-03-31
[student_id]
column = "学号"
[[blocks]]
table = "students"
[blocks.columns]
school_id = {{ constant = "school-1" }}
stage = {{ constant = "junior" }}
sex = {{ constant = "unknown" }}
[[blocks]]
{block}
"""
LEAVE = """table = "leaves"
[blocks.columns]
type = { constant = "sick" }
start_on = "开始时间"
end_on = END
recorded_on = { constant = 2026-03-27 }
"""
SHEETS = """table = "responses/isi"
[blocks.items]
columns = "ISI{n}"
[blocks.columns]
administered_on = { constant = 2026-03-27 }
respondent = { constant = "self" }
"""
HEADERS = ["学号", *(f"ISI{n}" for n in range(1, 8))]
Capsys = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))


def book(tmp_path: Path, *rows: list[Any]) -> tuple[openpyxl.Workbook, Worksheet]:
    made = openpyxl.Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    for row in rows:
        sheet.append(row)
    return made, sheet


def imported(tmp_path: Path, capsys: Capsys, block: str, file: str = "a.xlsx", code: int = 0) -> dict[str, Any]:
    (tmp_path / "m.toml").write_text(MAPPING.format(block=block), "utf-8")
    files = (str(tmp_path / file), "--out", str(tmp_path / "out"))
    return told(capsys, "import", "--mapping", str(tmp_path / "m.toml"), *files, code=code)


def leave(tmp_path: Path) -> list[tuple[str, int | None]]:
    frame = read_dataset(tmp_path / "out").tables["leaves"]
    half = [None if pd.isna(one) else int(one) for one in frame["half_days"]]
    return list(zip(frame["end_on"].dt.date.astype(str), half, strict=True))


def of_leave(tmp_path: Path, *pairs: tuple[object, object], shown: str | None = None) -> None:
    made, sheet = book(tmp_path, ["学号", "开始时间", "结束时间"], *([f"L{n}", *pair] for n, pair in enumerate(pairs)))
    for row in sheet.iter_rows(min_row=2, min_col=2):
        for cell in row:
            cell.number_format = shown or cell.number_format
    made.save(tmp_path / "a.xlsx")


def end(end_is: str | None = None) -> str:
    said = f', end_is = "{end_is}"' if end_is else ""
    return LEAVE.replace("END", f'{{ column = "结束时间"{said} }}')


@pytest.mark.parametrize("shown", ["yyyy-mm-dd h:mm:ss", "m/d/yy h:mm"])
def test_a_midnight_of_a_column_of_times_ends_the_day_before(tmp_path: Path, capsys: Capsys, shown: str) -> None:
    of_leave(tmp_path, (datetime(2026, 3, 24), datetime(2026, 3, 25)), shown=shown)
    imported(tmp_path, capsys, end())
    assert leave(tmp_path) == [("2026-03-24", None)]


def test_a_column_that_is_headed_as_days_holds_days_though_a_program_wrote_times(
    tmp_path: Path, capsys: Capsys
) -> None:
    made, _ = book(tmp_path, ["学号", "开始日期", "结束日期"], ["L0", datetime(2026, 3, 24), datetime(2026, 3, 25)])
    made.save(tmp_path / "a.xlsx")
    imported(tmp_path, capsys, end().replace("时间", "日期"))
    assert leave(tmp_path) == [("2026-03-25", None)]


def test_a_midnight_beside_times_is_one_whatever_its_format(tmp_path: Path, capsys: Capsys) -> None:
    of_leave(
        tmp_path,
        (datetime(2026, 3, 24), datetime(2026, 3, 25)),
        (datetime(2026, 3, 24, 8), datetime(2026, 3, 24, 12)),
        shown="yyyy-mm-dd",
    )
    imported(tmp_path, capsys, end())
    assert leave(tmp_path) == [("2026-03-24", None), ("2026-03-24", 1)]


def test_days_of_a_column_of_days_are_whole(tmp_path: Path, capsys: Capsys) -> None:
    of_leave(tmp_path, (date(2026, 3, 24), date(2026, 3, 25)), shown="yyyy-mm-dd")
    imported(tmp_path, capsys, end())
    assert leave(tmp_path) == [("2026-03-25", None)]


@pytest.mark.parametrize(("end_is", "last"), [("midnight", "2026-03-24"), ("day", "2026-03-25")])
def test_where_nothing_tells_a_midnight_from_a_day_it_is_asked(
    tmp_path: Path, capsys: Capsys, end_is: str, last: str
) -> None:
    """A table of moments, all at 00:00: Parquet keeps no format."""
    frame = pd.DataFrame({"学号": ["L0"], "开始时间": [datetime(2026, 3, 24)], "结束时间": [datetime(2026, 3, 25)]})
    frame.to_parquet(tmp_path / "a.parquet")
    (problem,) = imported(tmp_path, capsys, end(), "a.parquet", code=3)["problems"]
    assert problem["what"] == "all leave ends at 00:00 of a later day: is that day part of the leave?"
    imported(tmp_path, capsys, end(end_is), "a.parquet")
    assert leave(tmp_path) == [(last, None)]


def test_leave_of_one_day_from_midnight_to_midnight_tells_that_days_are_meant(tmp_path: Path, capsys: Capsys) -> None:
    of = [datetime(2026, 3, day) for day in (24, 25)]
    frame = pd.DataFrame({"学号": ["L0", "L1"], "开始时间": [of[0], of[0]], "结束时间": [of[1], of[0]]})
    frame.to_parquet(tmp_path / "a.parquet")
    imported(tmp_path, capsys, end(), "a.parquet")
    assert [day for day, _ in leave(tmp_path)] == ["2026-03-25", "2026-03-24"]


def test_a_formula_that_was_never_worked_out_is_no_blank(tmp_path: Path, capsys: Capsys) -> None:
    made, _ = book(tmp_path, HEADERS, ["S1", *[1] * 7], ["S2", 1, "=1+1", *[1] * 5])
    made.save(tmp_path / "a.xlsx")
    (problem,) = imported(tmp_path, capsys, SHEETS, code=3)["problems"]
    assert (problem["what"], problem["row"], problem["column"]) == ("a formula that was never worked out", 3, "ISI2")
    assert not (tmp_path / "out").exists()


def test_what_is_hidden_is_read_and_named(tmp_path: Path, capsys: Capsys) -> None:
    made, sheet = book(tmp_path, HEADERS, *([f"S{n}", *[n] * 7] for n in range(4)))
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["H"].hidden = True
    made.save(tmp_path / "a.xlsx")
    done = imported(tmp_path, capsys, SHEETS)
    assert done["tables"]["responses/isi"] == 4
    assert done["notes"] == [
        "a.xlsx: 1 hidden row, read like the others: 3",
        "a.xlsx: hidden columns, read like the others: ISI7",
    ]


def test_rows_of_totals_are_nobodys_and_named(tmp_path: Path, capsys: Capsys) -> None:
    rows = [["S1", *[1] * 7], ["平均分:", *[1] * 7], ["S2", *[2] * 7], ["合计", *[3] * 7], [None, "总人数:2"]]
    made, _ = book(tmp_path, HEADERS, *rows)
    made.save(tmp_path / "a.xlsx")
    done = imported(tmp_path, capsys, SHEETS)
    assert (done["rows_read"], done["tables"]["responses/isi"]) == (2, 2)
    assert done["notes"] == ["a.xlsx: rows of totals, nobody's and left out: 3 (平均分:), 5 (合计), 6 (总人数:2)"]


def test_sheets_that_nothing_reads_are_named(tmp_path: Path, capsys: Capsys) -> None:
    made, _ = book(tmp_path, HEADERS, ["S1", *[1] * 7])
    made.create_sheet("二班").append(["S2", 1])
    made.create_sheet("空")
    made.save(tmp_path / "a.xlsx")
    note = "sheets of the workbook that nothing reads: 二班 (1 row)"
    assert imported(tmp_path, capsys, SHEETS)["notes"] == [f"a.xlsx: {note}"]
    assert run(["import", str(tmp_path / "a.xlsx"), "--mapping", str(tmp_path / "m.toml"), "--preview"]) == 0
    assert f"  {note}\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("header", "unit", "halves"),
    [
        ("时长(小时)", None, [1, 2, 3]),
        ("请假天数", None, [2, 16, 18]),
        ("半天数", None, [1, 8, 9]),
        ("时长", "hours", [1, 2, 3]),
        ("时长", "days", [2, 16, 18]),
        ("时长", "half_days", [1, 8, 9]),
    ],
)
def test_a_bare_length_is_in_the_unit_that_its_header_or_the_mapping_says(
    tmp_path: Path, capsys: Capsys, header: str, unit: str | None, halves: list[int]
) -> None:
    rows = [f"L{n},2026-03-02,2026-03-20,{hours}" for n, hours in enumerate((1, 8, 9))]
    (tmp_path / "a.csv").write_text("\n".join([f"学号,开始时间,结束时间,{header}", *rows]), "utf-8")
    bare = end() + f'half_days = "{header}"\n'
    if unit is not None:
        (problem,) = imported(tmp_path, capsys, bare, "a.csv", code=3)["problems"]
        assert (problem["what"], problem["column"]) == ("are these numbers hours, days or half days?", header)
        bare = end() + f'half_days = {{ column = "{header}", unit = "{unit}" }}\n'
    imported(tmp_path, capsys, bare, "a.csv")
    assert [half for _, half in leave(tmp_path)] == halves


@pytest.mark.parametrize("headings", [True, False], ids=["title and headings above", "one row of headers"])
def test_cells_merged_over_rows_hold_for_each_of_them(tmp_path: Path, capsys: Capsys, headings: bool) -> None:
    """The school and the class stand once, merged over their students; the questionnaire over its items."""
    person = ["学校", "班级", "学号", "性别", "测评日期"]
    items: list[Any] = ["PHQ-9", *[None] * 8] if headings else [f"PHQ{n}" for n in range(1, 10)]
    above = (
        [["2026年春季心理普查"], [*person, *items], [*[None] * 5, *range(1, 10)]] if headings else [[*person, *items]]
    )
    classes = {0: "初二1班", 3: "初二2班"}
    rows = [[None, classes.get(n), 6000 + n, "女", "2026-03-30", *[n % 4] * 9] for n in range(6)]
    rows[0][0] = "第一中学"
    made, sheet = book(tmp_path, *above, *rows)
    first = len(above) + 1
    for column, low, high in ((1, 0, 5), (2, 0, 2), (2, 3, 5)):
        sheet.merge_cells(start_row=first + low, end_row=first + high, start_column=column, end_column=column)
    if headings:
        sheet.merge_cells("A1:N1")
        sheet.merge_cells("F2:N2")
        for column in range(1, 6):
            sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
    made.save(tmp_path / "a.xlsx")
    mapping, source = str(tmp_path / "m.toml"), str(tmp_path / "a.xlsx")
    assert told(capsys, "import", "--draft", mapping, source)["to_do"] == []
    told(capsys, "import", "--mapping", mapping, source, "--out", str(tmp_path / "out"))
    dataset = read_dataset(tmp_path / "out")
    assert dataset.students["school_id"].tolist() == ["第一中学"] * 6
    assert dataset.students["class_id"].tolist() == ["初二1班"] * 3 + ["初二2班"] * 3
    sheets = dataset.responses["phq9"]
    assert [sheets[f"item_{n}"].tolist() for n in (1, 9)] == [[0, 1, 2, 3, 0, 1]] * 2


def test_a_sheet_for_each_class_is_read_a_hidden_one_asked_about_and_one_of_notes_named(
    tmp_path: Path, capsys: Capsys
) -> None:
    """Whoever sits in the second class would be lost."""
    head = ["学校", "学号", "年级", "性别", "测评日期", *(f"PHQ{n}" for n in range(1, 10))]
    made, sheet = book(tmp_path, head, ["一中", "S1", "初一", "女", "2026-03-30", *[0] * 9])
    sheet.title = "七(1)班"
    made.create_sheet("说明").append(["学号", "由教务处提供"])
    other = made.create_sheet("七(2)班")
    other.append(head)
    other.append(["一中", "S2", "初一", "男", "2026-03-30", *[3] * 9])
    made.save(tmp_path / "a.xlsx")
    mapping, source, out = str(tmp_path / "m.toml"), str(tmp_path / "a.xlsx"), tmp_path / "out"
    drafted = told(capsys, "import", "--draft", mapping, source)
    assert (drafted["questions"], drafted["instruments"]) == ([], ["phq9"])
    assert drafted["to_do"] == [
        "a.xlsx: of its sheets 七(1)班, 七(2)班 are read",
        "no column with the class: the students of 七(1)班 are of this class",
        "no column with the class: the students of 七(2)班 are of this class",
    ]
    notes = told(capsys, "import", "--mapping", mapping, source, "--out", str(out))["notes"]
    assert notes == ["a.xlsx: sheets of the workbook that nothing reads: 说明 (1 row)"]
    sheets = read_dataset(out).responses["phq9"]
    assert dict(zip(sheets["student_id"], sheets["item_9"], strict=True)) == {"S1": 0, "S2": 3}

    other.sheet_state = "hidden"
    made.save(tmp_path / "a.xlsx")
    mapping = str(tmp_path / "again.toml")
    (asked,) = told(capsys, "import", "--draft", mapping, source)["questions"]
    assert (asked["id"], asked["choices"]) == ("sheets", ["leave out"])
    assert "隐藏的工作表 七(2)班 没有读。" in asked["ask"]
    out_again = ("--mapping", mapping, source, "--out", str(tmp_path / "again"))
    refused = told(capsys, "import", *out_again, code=3)
    assert refused["error"]["message"] == "something of the files is still to be settled"
    notes = told(capsys, "import", "--answer", "sheets=leave out", *out_again)["notes"]
    assert notes == ["a.xlsx: sheets of the workbook that nothing reads: 说明 (1 row), 七(2)班 (2 rows)"]
