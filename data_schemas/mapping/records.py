"""Source files as rows of raw cells: CSV and XLSX, told apart from what their names say by their first bytes."""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from runxin.errors import Problem, UserError, bad_data

SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".parquet")
WORKBOOKS = (".xlsx", ".xlsm")
PEEK = 10  # rows looked at for a header
Record = Sequence[object]


def fault_of(path: Path, what: str, fix: str, row: int | None = None) -> UserError:
    """That a file cannot be read, and what to do."""
    return bad_data(f"{path.name} cannot be read", [Problem(what, file=path.name, row=row, fix=fix)])


def refuse_disguise(path: Path, content: bytes) -> None:
    """Raises `UserError` where a file is not what its suffix says, or of no kind that is read."""
    suffix = path.suffix.lower()
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        what = "this is an old .xls workbook or one with a password, whatever its name says"
        raise fault_of(path, what, "open it and save it as .xlsx without a password; renaming does not change it")
    if suffix == ".xls":
        raise fault_of(path, "old .xls files are not read", "open it and save it as .xlsx")
    if suffix not in SUFFIXES:
        raise fault_of(path, "not a kind of file that is read", f"use one of {', '.join(SUFFIXES)}")
    if not content.strip():
        raise fault_of(path, "the file is empty", "export it again")
    if content.lstrip()[:1] == b"<":
        what = "this is a web page or XML, whatever its name says"
        raise fault_of(path, what, "open it in a spreadsheet program and save it as .xlsx")
    zipped = content.startswith(b"PK\x03\x04")
    if suffix in WORKBOOKS and not zipped:
        raise fault_of(
            path, "this is not an .xlsx workbook", "save it as .xlsx, or give it the suffix it has, such as .csv"
        )
    if suffix == ".parquet" and not content.startswith(b"PAR1"):
        raise fault_of(path, "this is not a Parquet file", "give it the suffix it has")
    if suffix in (".csv", ".txt", ".tsv"):
        if zipped or content.startswith(b"PAR1"):
            what = "this is a workbook or an archive, not text" if zipped else "this is a Parquet file, not text"
            raise fault_of(path, what, "give it the suffix it has, .xlsx or .parquet")
        if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content[:4096]:
            raise fault_of(path, "the file is in UTF-16 or holds binary data", "save it as CSV UTF-8")


def delimited(path: Path, content: bytes, header_row: int | None) -> Iterator[Record]:
    """Rows of a text file in UTF-8 or GB18030. The delimiter is the commonest of the header, or of the first rows."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise fault_of(path, "the text is neither UTF-8 nor GB18030", "save it as CSV UTF-8") from None
    first = [line for _, line in zip(range(header_row or PEEK), io.StringIO(text), strict=False)]
    head = first[-1] if header_row else "".join(first)
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from reader
    except csv.Error:
        raise fault_of(path, "a quotation mark is not closed", "mend the quotes", row=reader.line_num) from None


@contextmanager
def opened(path: Path, content: bytes) -> Iterator[openpyxl.Workbook]:
    """A workbook, read as it goes; raises `UserError` where it is damaged."""
    damaged = fault_of(path, "the workbook is damaged", "open it and save it again as .xlsx")
    with warnings.catch_warnings():
        # openpyxl warns of styles and of validations that it does not keep; neither is read here.
        warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
        try:
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, ParseError):
            raise damaged from None
        try:
            yield book
        except (zipfile.BadZipFile, KeyError, ValueError, ParseError):
            raise damaged from None
        finally:
            book.close()


def sheets_of(book: openpyxl.Workbook) -> list[str]:
    """The names of its sheets with cells; charts have sheets too."""
    return [name for name in book.sheetnames if hasattr(book[name], "iter_rows")]


def rows_of(book: openpyxl.Workbook, name: str) -> Iterator[Record]:
    """The rows of a sheet."""
    sheet = book[name]
    sheet.reset_dimensions()  # exporting programs often write a wrong size, which would cut rows off
    yield from sheet.iter_rows(values_only=True)
