"""A school's own questionnaire from Excel: the template, what is read back, and mistakes named by their place."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from data_schemas.instruments import instrument_toml, parse_instrument, score_sheet
from data_schemas.instruments.workbook import read_workbook
from data_schemas.instruments.workbook_layout import ABOUT, ABOUT_FIELDS, BANDS, ITEMS, RULES, SCALES, TABLES, WORDS
from data_schemas.instruments.workbook_template import write_template
from runxin.errors import Problem, UserError


def filled(tmp_path: Path, change: Callable[[Workbook], None] = lambda book: None) -> Path:
    """The template with something changed in it."""
    path = tmp_path / "scale.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


def line(key: str) -> int:
    return next(row for row, field in enumerate(ABOUT_FIELDS, start=2) if field.key == key)


def told(tmp_path: Path, change: Callable[[Workbook], None]) -> list[Problem]:
    with pytest.raises(UserError) as refused:
        read_workbook(filled(tmp_path, change))
    return list(refused.value.problems)


def test_the_untouched_template_is_a_questionnaire_that_works(tmp_path: Path) -> None:
    one = read_workbook(filled(tmp_path))
    assert (one.code, one.items, one.turned) == ("example", 6, (3,))
    assert [score.code for score in one.scores] == ["total", "mood", "sleep"]
    assert parse_instrument(instrument_toml(one), "again.toml") == one
    result = score_sheet(one, [0, 1, 3, 2, 3, 1])
    assert (result.total, result.critical_status) == (7, "positive")
    assert [(figure.code, figure.value) for figure in result.subscales] == [("mood", 1), ("sleep", 5)]
    assert result.band is not None
    assert result.band.code == "medium"


def test_the_template_has_dropdowns_a_frozen_head_and_says_what_to_do(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(filled(tmp_path))
    assert book.sheetnames == ["说明", ABOUT, ITEMS, WORDS, SCALES, BANDS, RULES]
    assert "runxin instrument new" in " ".join(str(cell.value) for cell in book["说明"]["A"])
    for name, fields in TABLES.items():
        lists = [rule.formula1 for rule in book[name].data_validations.dataValidation]
        assert len(lists) == sum(bool(field.choices) for field in fields)
        assert book[name].freeze_panes == "A2"
    with pytest.raises(FileExistsError):
        write_template(tmp_path / "scale.xlsx")


def test_what_excel_and_people_do_to_cells_is_understood(tmp_path: Path) -> None:
    """Full-width digits, numbers as text, spaces, blank rows, columns in another order."""

    def change(book: Workbook) -> None:
        book[ABOUT].cell(line("items"), 2, "６")
        book[ABOUT].cell(line("low"), 2, " 0 ")
        book[ABOUT].cell(line("most_missing"), 2, 1.0)
        book[ITEMS].append([None] * 8)
        for row in book[WORDS].iter_rows(min_row=1, max_row=5):
            row[0].value, row[1].value = row[1].value, row[0].value

    one = read_workbook(filled(tmp_path, change))
    assert one.items == 6
    assert one.coding.words == {"从不": 0, "有时": 1, "经常": 2, "总是": 3}


def test_every_mistake_is_named_at_once_by_page_row_and_column(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        book[ABOUT].cell(line("recall_days"), 2).value = None
        book[ABOUT].cell(line("high"), 2, "three")
        book[ABOUT].cell(line("polarity"), 2, "越高越差")
        book[BANDS].cell(3, 2, "six")

    found = told(tmp_path, change)
    assert [(p.file, p.row, p.column) for p in found] == [
        ("scale.xlsx · 量表", line("high"), "最高编码 highest code"),
        ("scale.xlsx · 量表", line("polarity"), "总分方向 direction of the total"),
        ("scale.xlsx · 量表", line("recall_days"), "询问的时间范围（天） recall window (days)"),
        ("scale.xlsx · 分段", 3, "起点 from"),
    ]
    assert "not a number" in found[0].what
    assert "one of 越高越需关注, 越高越好" in str(found[1])
    assert "最近两周" in str(found[2])


@pytest.mark.parametrize(
    ("page", "cell", "value", "what"),
    [
        (ITEMS, (3, 1), 1, "no item has this number, or two have it"),
        (ITEMS, (3, 3), "nowhere", "no such scale"),
        (ITEMS, (7, 7), None, "a critical item is half described"),
        (WORDS, (5, 2), 4, "a code outside the coding"),
        (BANDS, (3, 1), "nowhere", "no such score"),
        (RULES, (2, 1), "nowhere", "no such score"),
    ],
)
def test_rows_are_held_against_each_other(
    tmp_path: Path, page: str, cell: tuple[int, int], value: object, what: str
) -> None:
    def change(book: Workbook) -> None:
        book[page].cell(*cell).value = value

    found = told(tmp_path, change)
    assert what in {problem.what for problem in found}
    assert {problem.file for problem in found} == {f"scale.xlsx · {page}"}


def test_a_missing_page_and_a_file_that_is_no_workbook(tmp_path: Path) -> None:
    found = told(tmp_path, lambda book: book.remove(book[RULES]))
    assert [problem.what for problem in found] == ["no page 规则"]
    (tmp_path / "text.xlsx").write_text("hello", "utf-8")
    with pytest.raises(UserError) as refused:
        read_workbook(tmp_path / "text.xlsx")
    assert "save it as .xlsx" in str(refused.value.problems[0])


def test_what_a_definition_may_not_be_is_refused_here_too(tmp_path: Path) -> None:
    """Covered suicidality without a critical item would read as safe."""

    def change(book: Workbook) -> None:
        for column in (6, 7, 8):
            book[ITEMS].cell(7, column).value = None

    found = told(tmp_path, change)
    assert "suicidality is covered exactly where a critical item asks about it" in found[0].what


def test_without_rules_a_reason_stands_in_and_without_the_question_a_high_score_is_needed(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        book[RULES].delete_rows(2)
        book[ABOUT].cell(line("suicidality"), 2, "否")
        for column in (6, 7, 8):
            book[ITEMS].cell(7, column).value = None

    one = read_workbook(filled(tmp_path, change))
    assert one.floors == ()
    assert one.no_floor == "The school named none."

    def without_high(book: Workbook) -> None:
        change(book)
        book[ABOUT].cell(line("high_from"), 2).value = None

    (tmp_path / "scale.xlsx").unlink()
    assert [p.column for p in told(tmp_path, without_high)] == ["总分多少起算高 high from"]
