"""Excel workbooks that print: text stays text, headers come again on each page, no sheet is wider than its paper."""

import re
from collections.abc import Sequence

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from data_schemas.plain_text import FORMULA

TITLE_LENGTH = 31  # Excel's limit for the name of a sheet
RULE = Border(bottom=Side(style="hair"))


def write_row(sheet: Worksheet, values: Sequence[str], bold: bool = False) -> None:
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


def write_head(sheet: Worksheet, words: str, columns: int) -> None:
    """A bold line over all columns."""
    write_row(sheet, (words,), bold=True)
    sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row, start_column=1, end_column=columns)


def fit_to_print(sheet: Worksheet, header: int, widths: Sequence[float]) -> None:
    """Rows up to `header` stand on every page; as many pages long as it takes, and one wide."""
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = f"A{header + 1}"
    sheet.print_title_rows = f"1:{header}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    footer = sheet.oddFooter
    if footer is not None:
        footer.center.text = "&P / &N"


def sheet_title(name: str, number: int) -> str:
    """A name that Excel takes, unlike that of every other sheet."""
    plain = re.sub(r"[\[\]:*?/\\']", "_", ILLEGAL_CHARACTERS_RE.sub("", name))
    return f"{number} {plain}"[:TITLE_LENGTH]
