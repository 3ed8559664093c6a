"""The Excel template of a school's own questionnaire."""

from pathlib import Path

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from data_schemas.instruments.workbook_layout import (
    ABOUT,
    ABOUT_FIELDS,
    EXAMPLE_ABOUT,
    EXAMPLE_TABLES,
    HOW_TO,
    TABLES,
    Field,
)

LAST_ROW = 520  # as many items as a definition may have
HEAD = PatternFill("solid", fgColor="EFEDE4")


def write_template(path: Path) -> None:
    """Write the template with its small example; raises `FileExistsError` where there is a file already."""
    if path.exists():
        raise FileExistsError(path)
    book = openpyxl.Workbook()
    how = book.worksheets[0]
    how.title = "说明"
    how.column_dimensions["A"].width = 110
    for row, line in enumerate(HOW_TO, start=1):
        how.cell(row, 1, line).alignment = Alignment(wrap_text=True)
    how["A1"].font = Font(bold=True)
    about = book.create_sheet(ABOUT)
    _head(about, ("项目 item", "填写 answer", "提示 hint"), (34, 44, 60))
    for row, field in enumerate(ABOUT_FIELDS, start=2):
        about.cell(row, 1, field.header + (" *" if field.required else ""))
        about.cell(row, 2, EXAMPLE_ABOUT[field.key])
        about.cell(row, 3, field.hint)
        _dropdown(about, field, f"B{row}")
    for name, fields in TABLES.items():
        sheet = book.create_sheet(name)
        _head(sheet, tuple(field.header + (" *" if field.required else "") for field in fields), (22,) * len(fields))
        for row, values in enumerate(EXAMPLE_TABLES[name], start=2):
            for column, value in enumerate(values, start=1):
                sheet.cell(row, column, value)
        for column, field in enumerate(fields, start=1):
            _dropdown(sheet, field, f"{get_column_letter(column)}2:{get_column_letter(column)}{LAST_ROW}")
    book.save(path)


def _head(sheet: Worksheet, headers: tuple[str, ...], widths: tuple[int, ...]) -> None:
    for column, (header, width) in enumerate(zip(headers, widths, strict=True), start=1):
        cell = sheet.cell(1, column, header)
        cell.font, cell.fill = Font(bold=True), HEAD
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"


def _dropdown(sheet: Worksheet, field: Field, cells: str) -> None:
    if field.choices:
        shown = ",".join(word for word, _ in field.choices)
        rule = DataValidation(type="list", formula1=f'"{shown}"', allow_blank=not field.required)
        sheet.add_data_validation(rule)
        rule.add(cells)
