"""Workbooks: their sheets, and the rows of one. What would unpack to too much is refused before it is unpacked."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from data_schemas.archives import refuse_oversized
from data_schemas.mapping.old_workbooks import OldSheet, Unreadable, old_sheets
from data_schemas.mapping.records import Record, fault_of
from data_schemas.reader_faults import damaged
from runxin.errors import UserError

TODAY = (".xlsx", ".xlsm")


@dataclass(frozen=True)
class Book:
    """An open workbook: the library's own, or the sheets that a process of its own has read."""

    path: Path
    library: CalamineWorkbook | None
    sheets: tuple[OldSheet, ...] = ()

    @property
    def names(self) -> list[str]:
        """The names of its sheets with cells; charts have sheets too."""
        if self.library is None:
            return [one.name for one in self.sheets]
        return [one.name for one in self.library.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]

    @property
    def hidden(self) -> frozenset[str]:
        """The names of its sheets that are hidden."""
        if self.library is None:
            return frozenset(one.name for one in self.sheets if one.hidden)
        every = self.library.sheets_metadata
        return frozenset(one.name for one in every if one.visible != SheetVisibleEnum.Visible)

    def height(self, name: str) -> int:
        """How many rows a sheet has, from the first to the last with a cell."""
        if self.library is None:
            return self._old(name).height
        with damaged(broken(self.path)):
            return self.library.get_sheet_by_name(name).height

    def rows(self, name: str) -> Iterator[Record]:
        """The rows of a sheet, from the first; what is merged stands in each of its cells."""
        if self.library is None:
            records, ranges = self._old(name).rows, self._old(name).merged
        else:
            with damaged(broken(self.path)):
                sheet = self.library.get_sheet_by_name(name)
                ranges = sheet.merged_cell_ranges or ()
                records = sheet.to_python(skip_empty_area=False)
        below: dict[int, tuple[int, object]] = {}  # column → the last row that its merged value reaches, and the value
        merged: dict[int, list[tuple[int, int, int]]] = {}
        for (top, left), (bottom, right) in ranges:
            merged.setdefault(top, []).append((left, bottom, right))
        for row, record in enumerate(records):
            values: list[object] = list(record)
            for column, (last, value) in list(below.items()):
                if row > last:
                    del below[column]
                elif column < len(values):
                    values[column] = value
            for left, bottom, right in merged.get(row, ()):
                for column in range(left, min(right + 1, len(values))):
                    values[column] = values[left]
                    if bottom > row:
                        below[column] = bottom, values[left]
            yield values

    def _old(self, name: str) -> OldSheet:
        return next(one for one in self.sheets if one.name == name)


@contextmanager
def opened(path: Path, content: bytes) -> Iterator[Book]:
    """A workbook of any kind; raises `UserError` where it is damaged, has a password or holds too much."""
    refuse_oversized(path, content, broken(path))
    if path.suffix.lower() not in TODAY:
        try:
            sheets = old_sheets(content)
        except Unreadable as error:
            raise (_locked(path) if error.password else broken(path)) from None
        yield Book(path, None, sheets)
        return
    try:
        with damaged(broken(path)):
            book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except UserError as error:
        if isinstance(error.__cause__, PasswordError):
            raise _locked(path) from None
        raise
    with book:
        yield Book(path, book)


def _locked(path: Path) -> UserError:
    return fault_of(path, "the workbook has a password", "save it without one")


def broken(path: Path) -> UserError:
    return fault_of(path, "the workbook is damaged", "open it and save it again as .xlsx")
