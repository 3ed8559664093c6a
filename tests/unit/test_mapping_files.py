"""Reading source files, and telling a file from what its name says."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from data_schemas.mapping.definition import FileRole
from data_schemas.mapping.files import read_sheet
from data_schemas.mapping.sheet import Sheet, Wanted
from runxin.errors import UserError

TEXT = "学号,性别\n0012,男\n,\n0013,女\n\n"


def cells(sheet: Sheet, name: str) -> list[str | None]:
    texts = sheet.columns[name]
    return [texts.distinct[place] if place >= 0 else None for place in texts.index]


def read(path: Path, *wanted: str, **role: object) -> Sheet:
    return read_sheet(path, FileRole.model_validate(role), Wanted(dict.fromkeys(wanted, False)))


def book(path: Path, *sheets: tuple[str, list[list[object]]], merge: str | None = None) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets:
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
        if merge:
            sheet.merge_cells(merge)
    made.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_every_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "名单.csv"
    path.write_bytes(TEXT.replace(",", delimiter).encode(encoding))
    sheet = read(path, "学号", "性别")
    assert cells(sheet, "学号") == ["0012", "0013"], "leading zeros stay"
    assert cells(sheet, "性别") == ["男", "女"]
    assert sheet.rows.tolist() == [2, 4], "blank rows are no rows, and the others keep their numbers"


def test_a_line_break_within_quotes_is_one_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,note\n1,"two\nlines"\n2,x\n', "utf-8")
    assert read(path, "id").rows.tolist() == [2, 3]


def test_an_overfull_row_is_known_and_a_short_one_has_blanks(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,a\n1,2,3\n2\n3,4,\n", "utf-8")
    sheet = read(path, "id", "a")
    assert sheet.overfull.tolist() == [2]
    assert cells(sheet, "a") == ["2", None, "4"]


def test_xlsx_as_excel_writes_it(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["2026年春学生名单", None, None],
        ["学号", "人数 ", "日期"],
        [1001, 3.0, datetime(2026, 3, 5)],
        ["１００２", None, "2026年3月6日"],
        [None, None, None],
        [" ", None, None],
    ]
    sheet = read(book(tmp_path / "a.xlsx", ("Sheet1", rows), merge="A1:C1"), "学号", "人数", "日期", header_row=2)
    assert cells(sheet, "学号") == ["1001", "1002"]
    assert cells(sheet, "人数") == ["3", None]
    assert cells(sheet, "日期") == ["2026-03-05 00:00:00", "2026年3月6日"], "shown with a time"
    assert sheet.rows.tolist() == [3, 4]


def test_a_title_row_above_the_header_is_pointed_out(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", ("Sheet1", [["名单", None], ["学号", "性别"], ["1", "男"]]))
    with pytest.raises(UserError) as refused:
        read(path, "学号", "性别")
    assert "row 2" in refused.value.problems[0].what
    assert "header_row = 2" in str(refused.value.problems[0].fix)


def test_the_sheet_that_has_the_columns_is_taken_and_two_are_asked_about(tmp_path: Path) -> None:
    table: list[list[object]] = [["学号"], ["1"]]
    path = book(tmp_path / "a.xlsx", ("说明", [["请勿修改"]]), ("数据", table))
    assert cells(read(path, "学号"), "学号") == ["1"]
    both = book(tmp_path / "b.xlsx", ("一", table), ("二", table))
    with pytest.raises(UserError) as refused:
        read(both, "学号")
    assert "一, 二" in str(refused.value.problems[0].fix)
    assert cells(read(both, "学号", sheet="二"), "学号") == ["1"]
    with pytest.raises(UserError) as absent:
        read(both, "学号", sheet="三")
    assert "no sheet '三'" in absent.value.problems[0].what


def test_parquet_counts_rows_as_a_spreadsheet_and_reads_nan_as_blank(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    frame = pd.DataFrame({"n": [1.0, None], "d": pd.to_datetime(["2026-03-05", None]), "c": ["x", None]})
    frame.astype({"c": "category"}).to_parquet(path)
    sheet = read(path, "n", "d", "c")
    assert [cells(sheet, name) for name in "ndc"] == [["1", None], ["2026-03-05", None], ["x", None]]
    assert sheet.rows.tolist() == [2, 3]


def test_absent_and_doubled_headers_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,id,Sexx\n1,2,3\n", "utf-8")
    with pytest.raises(UserError) as refused:
        read(path, "id", "sex", "age")
    said = {problem.column: problem for problem in refused.value.problems}
    assert said["id"].what == "2 columns have this header"
    assert "Sexx" in str(said["sex"].fix)
    assert said["age"].what == "this column is absent"
    assert all(problem.row == 1 for problem in refused.value.problems)


def test_a_header_may_have_other_capitals_unless_that_is_ambiguous(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("ID,Sex,SEX,sex\n1,2,3,4\n", "utf-8")
    sheet = read(path, "id", "sex")
    assert (cells(sheet, "id"), cells(sheet, "sex")) == (["1"], ["4"]), "the exact header goes first"
    with pytest.raises(UserError) as refused:
        read(path, "seX")
    assert refused.value.problems[0].what == "3 columns have this header"


def test_an_optional_column_may_be_absent(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id\n1\n", "utf-8")
    assert cells(read_sheet(path, FileRole(), Wanted({"id": False, "note": True})), "note") == [None]


def xlsx_bytes(tmp_path: Path) -> bytes:
    return book(tmp_path / "made.xlsx", ("a", [["id"]])).read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.xlsx", lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "old .xls workbook or one with a password"),
        ("a.xls", lambda _: b"anything", "this is no .xls workbook"),
        ("a.xlsx", lambda _: b"id,sex\n1,2\n", "not an .xlsx workbook"),
        ("a.xlsx", lambda _: b"PK\x03\x04 but no more", "damaged"),
        ("a.xls", lambda _: b"<html><table>", "a web page or XML"),
        ("a.xlsx", lambda _: b"  <html><table>", "web page or XML"),
        ("a.csv", xlsx_bytes, "a workbook or an archive, not text"),
        ("a.csv", lambda _: "id,sex\n1,2\n".encode("utf-16")[:-1], "neither UTF-8 nor GB18030 nor UTF-16"),
        ("a.csv", lambda _: "id,sex\n1,2\n".encode("utf-16-le"), "UTF-16"),
        ("a.csv", lambda _: b"id\n\xff\xff\xff", "neither UTF-8 nor GB18030"),
        ("a.csv", lambda _: b"", "the file is empty"),
        ("a.csv", lambda _: b'id,sex\n"1,2\n' + b"x" * 140_000, "quotation mark"),
        ("a.parquet", lambda _: b"id\n1\n", "not a Parquet file"),
        ("a.parquet", lambda _: b"PAR1 but no more", "damaged"),
        ("a.doc", lambda _: b"id", "not a kind of file that is read"),
    ],
)
def test_a_file_that_is_not_what_it_says(
    tmp_path: Path, name: str, content: Callable[[Path], bytes], what: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content(tmp_path))
    with pytest.raises(UserError) as refused:
        read(path, "id")
    problem = refused.value.problems[0]
    assert what in problem.what
    assert problem.file == name
    assert problem.fix, "it says what to do"


def test_a_workbook_that_counts_from_1904_gives_the_same_days(tmp_path: Path) -> None:
    found = []
    for epoch in (CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904):
        made = openpyxl.Workbook()
        made.epoch = epoch
        for row in (["学号", "日期"], ["1", datetime(2026, 3, 24)], ["2", datetime(2026, 3, 24, 8, 5)]):
            made.worksheets[0].append(row)
        made.save(tmp_path / "a.xlsx")
        found.append(cells(read(tmp_path / "a.xlsx", "日期"), "日期"))
    assert found == [["2026-03-24 00:00:00", "2026-03-24 08:05:00"]] * 2
