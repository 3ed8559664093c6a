"""One table that goes out, the same for Excel and for paper: what stands above it, its columns and its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from openpyxl import Workbook

from serving.platform.workbook import fit_to_print, sheet_title, write_head, write_row


@dataclass(frozen=True)
class OutSheet:
    """A table in one language: the notice and other lines above it, heads with width and whether they are narrow, rows
    of text. A row of one cell goes over all columns. `of_students` tells that somebody can be known by it."""

    title: str
    notice: str
    heads: tuple[str, ...]
    columns: tuple[tuple[str, float, bool], ...]
    rows: tuple[tuple[str, ...], ...]
    of_students: bool = True


def workbook_of(sheets: Sequence[OutSheet]) -> bytes:
    """An Excel workbook with these tables."""
    book = Workbook()
    first = book.active
    if first is not None:
        book.remove(first)
    for number, one in enumerate(sheets, start=1):
        sheet = book.create_sheet(sheet_title(one.title, number))
        for head in one.heads:
            write_head(sheet, head, len(one.columns))
        write_row(sheet, [head for head, _, _ in one.columns], bold=True)
        header = sheet.max_row
        for row in one.rows:
            write_row(sheet, row, bold=len(row) == 1)
        fit_to_print(sheet, header, [width for _, width, _ in one.columns])
    out = BytesIO()
    book.save(out)
    return out.getvalue()
