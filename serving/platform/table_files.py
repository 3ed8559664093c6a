"""A table that goes out to be filled in: as Excel, or as CSV that Excel opens."""

import csv
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO
from urllib.parse import quote

from openpyxl import Workbook
from starlette.responses import Response

from data_schemas.plain_text import plain
from data_schemas.table import Table
from serving.platform.workbook import fit_to_print, write_row

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def heads(table: Table, zh: bool) -> list[str]:
    return [column.zh if zh else column.name for column in table.columns]


def download(
    table: Table, rows: Sequence[Sequence[str]], zh: bool, as_csv: bool, widths: Mapping[str, float]
) -> Response:
    """The table with its heads and these rows; `widths` of columns, in characters, where they are not 12."""
    every = [heads(table, zh), *rows]
    name = f"{table.zh if zh else table.name}.{'csv' if as_csv else 'xlsx'}"
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    if as_csv:
        return Response(_csv(every), media_type="text/csv; charset=utf-8", headers=headers)
    return Response(_workbook(table, every, widths), media_type=XLSX, headers=headers)


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = StringIO()
    csv.writer(out).writerows([[plain(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def _workbook(table: Table, rows: Sequence[Sequence[str]], widths: Mapping[str, float]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = table.name
    for number, row in enumerate(rows):
        write_row(sheet, row, bold=number == 0)
    fit_to_print(sheet, 1, [widths.get(column.name, 12.0) for column in table.columns])
    out = BytesIO()
    book.save(out)
    return out.getvalue()
