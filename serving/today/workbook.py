"""The list as an Excel workbook that prints: a sheet per school, pseudonymous ids, text that stays text."""

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from serving.platform.workbook import fit_to_print, sheet_title, write_head, write_row
from serving.today.cells import COLUMNS, cells, foot, headline, model_words, pick, queue_title
from serving.today.entries import FollowUpList
from serving.today.export import NOTICE, SYNTHETIC, queues_of

WIDTHS = (6, 16, 16, 12, 64, 24, 18, 8)


def write_workbook(lists: Sequence[FollowUpList], file: Path, lang: str = "zh", limit: int | None = None) -> None:
    """Write `lists` to `file` (.xlsx), over what is there."""
    book = Workbook()
    first = book.active
    if first is not None:
        book.remove(first)
    for number, listed in enumerate(lists, start=1):
        _fill(book.create_sheet(sheet_title(listed.school_id, number)), listed, lang, limit)
    book.save(file)


def _fill(sheet: Worksheet, listed: FollowUpList, lang: str, limit: int | None) -> None:
    heads = [pick(NOTICE, lang), headline(listed, lang), model_words(listed, lang)]
    if listed.synthetic:
        heads.insert(0, pick(SYNTHETIC, lang))
    for head in heads:
        write_head(sheet, head, len(COLUMNS))
    write_row(sheet, [pick(column, lang) for column in COLUMNS], bold=True)
    header = sheet.max_row
    for name, group in queues_of(listed, limit).items():
        total = listed.count(name)
        write_row(sheet, (f"{queue_title(name, lang)} {total}",), bold=True)
        for entry in group:
            write_row(sheet, cells(entry, lang))
        if name == "week":
            write_row(sheet, (foot(listed, lang),))
    fit_to_print(sheet, header, WIDTHS)
