"""How one cell is read."""

from datetime import date, datetime, time
from decimal import Decimal

import numpy as np
import pytest

from data_schemas.cells import BadCell, Texts, day, header_of, identifier, moment, text_of, texts_of, value_of
from data_schemas.tables import TABLES, response_table

STUDENTS = TABLES["students"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (3.0, "3"),
        (1001.0, "1001"),
        ("1001.0", "1001"),
        ("3.00", "3"),
        ("0012", "0012"),
        ("2026.10", "2026.10"),
        (8.5, "8.5"),
        (np.int64(4), "4"),
        (Decimal("3.00"), "3"),
        (True, "true"),
        ("　１２３　", "123"),
        ("  男\n", "男"),
        ("学号（必填）", "学号(必填)"),
        (datetime(2026, 3, 5), "2026-03-05"),
        (datetime(2026, 3, 5, 8, 30), "2026-03-05 08:30:00"),
        (date(2026, 3, 5), "2026-03-05"),
        (time(8, 30), "08:30:00"),
        ("", None),
        ("　 ", None),
        (None, None),
        (float("nan"), None),
    ],
)
def test_a_cell_has_one_text_whatever_the_file_holds(cell: object, text: str | None) -> None:
    assert text_of(cell) == text


def test_a_header_with_a_line_break_reads_as_one_line() -> None:
    assert header_of("测评\n 时间 ") == "测评 时间"


@pytest.mark.parametrize("text", ["2026-03-05", "2026-3-5", "2026/3/5", "2026.3.5", "2026年3月5日", "20260305"])
def test_dates_as_schools_write_them(text: str) -> None:
    assert day(text) == date(2026, 3, 5)
    assert day(f"{text} 08:30:15") == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("03/05/2026", "2026-03-05"),
        ("5 March", "2026-03-05"),
        ("2026-03", "2026-03-05"),
        ("46086", "Excel's own day number"),
        ("2026-02-30", "mend the date"),
        ("2026-03-05 at noon", "2026-03-05"),
    ],
)
def test_what_is_not_a_date_says_what_to_write(text: str, hint: str) -> None:
    with pytest.raises(BadCell) as refused:
        day(text)
    assert hint in str(refused.value.fix)


def test_a_moment_keeps_its_time_of_day_and_refuses_an_hour_25() -> None:
    assert moment("2026/3/5 8:30") == datetime(2026, 3, 5, 8, 30)
    assert moment("2026-03-05") == datetime(2026, 3, 5)
    with pytest.raises(BadCell, match="no such time"):
        moment("2026-03-05 25:00")


@pytest.mark.parametrize("text", ["3.2E+17", "1e15", text_of(3.20801201001e17)])
def test_an_id_that_a_spreadsheet_has_rounded_is_refused(text: str) -> None:
    with pytest.raises(BadCell, match="rounded"):
        identifier(text)


def test_a_code_may_be_written_in_chinese_and_an_unknown_one_lists_the_known() -> None:
    sex = STUDENTS.column("sex")
    assert value_of("女", sex) == "female"
    assert value_of("female", sex) == "female"
    with pytest.raises(BadCell) as refused:
        value_of("3", sex)
    assert refused.value.what == "an unknown code 3"
    assert "male, female, unknown" in str(refused.value.fix)


def test_a_word_in_a_code_column_is_not_shown() -> None:
    with pytest.raises(BadCell) as refused:
        value_of("王小明", STUDENTS.column("sex"))
    assert "王小明" not in f"{refused.value.what} {refused.value.fix}", "it may be a name in a wrong column"


def test_answers_are_whole_and_within_the_coding() -> None:
    item = response_table("phq9", 9, 0, 3).column("item_1")
    assert value_of("3", item) == 3
    for text, what in (("4", "outside the range 0 to 3"), ("1.5", "not a whole number"), ("x", "not a number")):
        with pytest.raises(BadCell, match=what):
            value_of(text, item)


def test_a_spreadsheet_error_is_no_value() -> None:
    with pytest.raises(BadCell, match="error of the spreadsheet"):
        value_of("#N/A", STUDENTS.column("class_id"))


def test_texts_keep_each_distinct_text_once() -> None:
    texts = texts_of([1.0, "１", None, "2", " "])
    assert texts.distinct == ("1", "2")
    assert texts.index.tolist() == [0, 0, -1, 1, -1]
    assert texts.without(["2"]).blank.tolist() == [False, False, True, True, True]
    assert Texts(np.array([0]), ("a",)).take(np.array([0, 0])).index.tolist() == [0, 0]


@pytest.mark.parametrize("column", ["student_id", "school_id"])
def test_an_id_that_the_api_refuses_is_refused_in_a_file(column: str) -> None:
    with pytest.raises(BadCell, match=r"no U\+200B ZERO WIDTH SPACE"):
        value_of("S\u200b1", STUDENTS.column(column))
    assert value_of(text_of("Ｓ１") or "", STUDENTS.column(column)) == "S1", "full-width ones are levelled"
    assert value_of("初一 1班", STUDENTS.column("class_id")) == "初一 1班"


@pytest.mark.parametrize("text", ["2026-03-30 08:24:00", "2026-03-30 14:24", "2026-03-30 24:00", "2026-03-30T24:00:00"])
def test_24_minutes_past_an_hour_are_no_end_of_the_day(text: str) -> None:
    assert day(text) == date(2026, 3, 30)
