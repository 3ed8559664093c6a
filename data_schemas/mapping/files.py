"""Reading source files: CSV, XLSX and Parquet, each as columns of texts with spreadsheet row numbers.

A file that is not what its suffix says is told apart by its first bytes, with a sentence on what to do.
"""

import csv
import difflib
import hashlib
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import ParseError

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from openpyxl.utils.exceptions import InvalidFileException

from data_schemas.cells import Texts, blanks, header_of, text_of, texts_of
from data_schemas.mapping.definition import FileRole
from runxin.errors import Problem, bad_data

SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".parquet")
PEEK = 10  # rows looked at for a header that is not where it was said to be
Record = Sequence[object]


@dataclass(frozen=True)
class Sheet:
    """One source file. `rows` (n,) are spreadsheet row numbers; `overfull` are those with more cells than headers."""

    file: str
    sha256: str
    rows: NDArray[np.int64]
    columns: Mapping[str, Texts]
    overfull: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))


def read_sheet(path: Path, role: FileRole, wanted: Mapping[str, bool]) -> Sheet:
    """Read the `wanted` columns (name → may be absent) of a file. Blank rows are no rows.

    Raises `UserError` where the file cannot be read, or a header is absent or there twice.
    """
    content = path.read_bytes()
    _refuse_disguise(path, content)
    sha256 = hashlib.sha256(content).hexdigest()
    if path.suffix.lower() == ".parquet":
        return _parquet(path, content, sha256, wanted)
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        records: Iterable[Record] = _workbook(path, content, role, wanted)
        return _tabulate(records, path.name, sha256, role.header_row, wanted, strict_width=False)
    return _tabulate(_delimited(path, content, role), path.name, sha256, role.header_row, wanted, strict_width=True)


def _fault(path: Path, what: str, fix: str, row: int | None = None) -> Exception:
    return bad_data(f"{path.name} cannot be read", [Problem(what, file=path.name, row=row, fix=fix)])


def _refuse_disguise(path: Path, content: bytes) -> None:
    suffix = path.suffix.lower()
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        what = "this is an old .xls workbook or one with a password, whatever its name says"
        raise _fault(path, what, "open it and save it as .xlsx without a password; renaming does not change it")
    if suffix == ".xls":
        raise _fault(path, "old .xls files are not read", "open it and save it as .xlsx")
    if suffix not in SUFFIXES:
        raise _fault(path, "not a kind of file that is read", f"use one of {', '.join(SUFFIXES)}")
    if not content.strip():
        raise _fault(path, "the file is empty", "export it again")
    if content.lstrip()[:1] == b"<":
        what = "this is a web page or XML, whatever its name says"
        raise _fault(path, what, "open it in a spreadsheet program and save it as .xlsx")
    zipped = content.startswith(b"PK\x03\x04")
    if suffix in (".xlsx", ".xlsm") and not zipped:
        raise _fault(
            path, "this is not an .xlsx workbook", "save it as .xlsx, or give it the suffix it has, such as .csv"
        )
    if suffix == ".parquet" and not content.startswith(b"PAR1"):
        raise _fault(path, "this is not a Parquet file", "give it the suffix it has")
    if suffix in (".csv", ".txt", ".tsv"):
        if zipped or content.startswith(b"PAR1"):
            what = "this is a workbook or an archive, not text" if zipped else "this is a Parquet file, not text"
            raise _fault(path, what, "give it the suffix it has, .xlsx or .parquet")
        if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content[:4096]:
            raise _fault(path, "the file is in UTF-16 or holds binary data", "save it as CSV UTF-8")


def _delimited(path: Path, content: bytes, role: FileRole) -> Iterator[Record]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise _fault(path, "the text is neither UTF-8 nor GB18030", "save it as CSV UTF-8") from None
    header = [line for _, line in zip(range(role.header_row), io.StringIO(text), strict=False)][-1]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from reader
    except csv.Error:
        raise _fault(path, "a quotation mark is not closed", "mend the quotes", row=reader.line_num) from None


def _workbook(path: Path, content: bytes, role: FileRole, wanted: Mapping[str, bool]) -> Iterator[Record]:
    with warnings.catch_warnings():
        # openpyxl warns of styles and of validations that it does not keep; neither is read here.
        warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
        try:
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, ParseError):
            raise _fault(path, "the workbook is damaged", "open it and save it again as .xlsx") from None
        try:
            name = role.sheet or _likely_sheet(path, book, role, wanted)
            if name not in book.sheetnames:
                raise _fault(path, f"there is no sheet {name!r}", f"its sheets are {', '.join(book.sheetnames)}")
            yield from _rows(book, name)
        except (zipfile.BadZipFile, KeyError, ValueError, ParseError):
            raise _fault(path, "the workbook is damaged", "open it and save it again as .xlsx") from None
        finally:
            book.close()


def _rows(book: openpyxl.Workbook, name: str) -> Iterator[Record]:
    sheet = book[name]
    sheet.reset_dimensions()  # exporting programs often write a wrong size, which would cut rows off
    yield from sheet.iter_rows(values_only=True)


def _likely_sheet(path: Path, book: openpyxl.Workbook, role: FileRole, wanted: Mapping[str, bool]) -> str:
    """The only sheet, or the only one whose header row holds every column that is needed."""
    names = [name for name in book.sheetnames if hasattr(book[name], "iter_rows")]  # charts have sheets too
    if len(names) == 1:
        return names[0]
    needed = {name for name, optional in wanted.items() if not optional}
    fitting = []
    for name in names:
        head = [row for _, row in zip(range(role.header_row), _rows(book, name), strict=False)]
        if len(head) == role.header_row and _holds(needed, head[-1]):
            fitting.append(name)
    if len(fitting) != 1:
        what = f"{len(fitting)} of its {len(names)} sheets have the columns that are needed"
        raise _fault(path, what, f"name the sheet in the mapping's [files]: sheet = one of {', '.join(names)}")
    return fitting[0]


def _parquet(path: Path, content: bytes, sha256: str, wanted: Mapping[str, bool]) -> Sheet:
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        header = [header_of(name) for name in file.schema_arrow.names]
        _refuse_header(path.name, 1, header, wanted, [])
        named = {name: file.schema_arrow.names[found[0]] for name in wanted if (found := _places(name, header))}
        table = file.read(columns=list(named.values()))
    except pa.ArrowException:
        raise _fault(path, "the Parquet file is damaged", "export it again") from None
    count = file.metadata.num_rows
    columns = {name: blanks(count) for name in wanted}
    for name, original in named.items():
        coded = table.column(original).combine_chunks().dictionary_encode()
        coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
        index = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.intp)
        columns[name] = _levelled(index, coded.dictionary.to_pylist())
    return Sheet(path.name, sha256, np.arange(count, dtype=np.int64) + 2, columns)


def _levelled(index: NDArray[np.intp], values: Sequence[object]) -> Texts:
    """Texts of a coded column; values that read alike become one."""
    inner = texts_of(values)
    return Texts(np.where(index < 0, -1, np.append(inner.index, -1)[index]), inner.distinct)


def _headers(record: Record) -> list[str]:
    return [header_of(cell) for cell in record]


def _holds(needed: Iterable[str], record: Record) -> bool:
    header = _headers(record)
    return all(_places(name, header) for name in needed)


def _tabulate(
    records: Iterable[Record], file: str, sha256: str, header_row: int, wanted: Mapping[str, bool], strict_width: bool
) -> Sheet:
    stream = iter(records)
    head = [record for _, record in zip(range(max(header_row, PEEK)), stream, strict=False)]
    header = _headers(head[header_row - 1]) if len(head) >= header_row else []
    while header and not header[-1]:
        header.pop()
    _refuse_header(file, header_row, header, wanted, head)
    places = {name: found[0] for name in wanted if (found := _places(name, header))}
    rows: list[int] = []
    overfull: list[int] = []
    kept: list[list[object]] = [[] for _ in places]
    number = 0
    for source in (head, stream):
        for record in source:
            number += 1
            if number <= header_row or not any(cell is not None and cell != "" for cell in record):
                continue
            if all(text_of(cell) is None for cell in record):
                continue
            rows.append(number)
            if strict_width and any(text_of(cell) for cell in record[len(header) :]):
                overfull.append(number)
            for values, position in zip(kept, places.values(), strict=True):
                values.append(record[position] if position < len(record) else None)
    columns = {name: blanks(len(rows)) for name in wanted}
    columns.update({name: texts_of(values) for name, values in zip(places, kept, strict=True)})
    return Sheet(file, sha256, np.array(rows, dtype=np.int64), columns, np.array(overfull, dtype=np.int64))


def _places(name: str, header: Sequence[str]) -> list[int]:
    """Where a header stands: as it is written or, if nowhere so, with other capitals."""
    exact = [place for place, text in enumerate(header) if text == name]
    return exact or [place for place, text in enumerate(header) if text.casefold() == name.casefold()]


def _refuse_header(
    file: str, header_row: int, header: Sequence[str], wanted: Mapping[str, bool], head: Sequence[Record]
) -> None:
    needed = [name for name, optional in wanted.items() if not optional]
    absent = [name for name in needed if not _places(name, header)]
    problems = [
        Problem(f"{len(_places(name, header))} columns have this header", file, header_row, name, "rename all but one")
        for name in wanted
        if len(_places(name, header)) > 1
    ]
    for name in absent:
        near = difflib.get_close_matches(name.casefold(), {text.casefold(): text for text in header}, n=1)
        likely = [text for text in header if near and text.casefold() == near[0]]
        fix = f"is it {likely[0]}? Mend the mapping or the file" if likely else "mend the mapping or the file"
        problems.append(Problem("this column is absent", file, header_row, name, fix))
    if absent:
        found = [
            n for n, record in enumerate(head, start=1) if set(needed) <= set(_headers(record)) and n != header_row
        ]
        if found:
            what = f"the headers stand in row {found[0]}, not in row {header_row}"
            problems = [Problem(what, file, fix=f"set header_row = {found[0]} in the mapping's [files]")]
    if problems:
        raise bad_data(f"the columns of {file} do not fit the mapping", problems)
