"""The list as an Excel workbook that prints: a sheet per school, pseudonymous ids, text that stays text."""

import re
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from data_schemas.plain_text import FORMULA
from serving.today.cells import COLUMNS, cells, foot, headline, model_words, pick, queue_title
from serving.today.entries import FollowUpList
from serving.today.export import NOTICE, SYNTHETIC, queues_of

WIDTHS = (6, 16, 16, 12, 64, 24, 18, 8)
TITLE_LENGTH = 31  # Excel's limit for the name of a sheet
RULE = Border(bottom=Side(style="hair"))


def write_workbook(lists: Sequence[FollowUpList], file: Path, lang: str = "zh", limit: int | None = None) -> None:
    """Write `lists` to `file` (.xlsx), over what is there."""
    book = Workbook()
    first = book.active
    if first is not None:
        book.remove(first)
    for number, listed in enumerate(lists, start=1):
        _fill(book.create_sheet(_title(listed.school_id, number)), listed, lang, limit)
    book.save(file)


def _fill(sheet: Worksheet, listed: FollowUpList, lang: str, limit: int | None) -> None:
    heads = [pick(NOTICE, lang), headline(listed, lang), model_words(listed, lang)]
    if listed.synthetic:
        heads.insert(0, pick(SYNTHETIC, lang))
    for head in heads:
        _write(sheet, (head,), bold=True)
        sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row, start_column=1, end_column=len(COLUMNS))
    _write(sheet, [pick(column, lang) for column in COLUMNS], bold=True)
    header = sheet.max_row
    for name, group in queues_of(listed, limit).items():
        total = listed.count(name)
        _write(sheet, (f"{queue_title(name, lang)} {total}",), bold=True)
        for entry in group:
            _write(sheet, cells(entry, lang))
        if name == "week":
            _write(sheet, (foot(listed, lang),))
    for letter, width in zip("ABCDEFGH", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = f"A{header + 1}"
    sheet.print_title_rows = f"1:{header}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0  # as many pages long as it takes
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    footer = sheet.oddFooter
    if footer is not None:
        footer.center.text = "&P / &N"


def _write(sheet: Worksheet, values: Sequence[str], bold: bool = False) -> None:
    row = sheet.max_row + (1 if sheet.cell(1, 1).value is not None else 0)
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row, column)
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.data_type = "s"  # never a formula, whatever it begins with
        cell.quotePrefix = value.startswith(FORMULA)
        cell.font = Font(bold=bold)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        if not bold:
            cell.border = RULE


def _title(school_id: str, number: int) -> str:
    """A name that Excel takes, unlike that of every other sheet."""
    plain = re.sub(r"[\[\]:*?/\\']", "_", school_id)
    return f"{number} {plain}"[:TITLE_LENGTH]
