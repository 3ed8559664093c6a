"""Reading source files: CSV, XLSX and Parquet, each as columns of texts with spreadsheet row numbers.

A file that is not what its suffix says is told apart by its first bytes, with a sentence on what to do.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from data_schemas.archives import refuse_long_table
from data_schemas.cells import Texts, blanks, header_of, texts_of
from data_schemas.mapping.definition import FileRole
from data_schemas.mapping.pivot import widened
from data_schemas.mapping.records import (
    PEEK,
    SPSS,
    WORKBOOKS,
    delimited,
    fault_of,
    refuse_disguise,
    spss_rows,
)
from data_schemas.mapping.sheet import Sheet, Wanted
from data_schemas.mapping.tabulated import headers_of, refuse_header, tabulated, with_midnights
from data_schemas.mapping.workbook_marks import marks_of
from data_schemas.mapping.workbooks import Book, broken, opened
from data_schemas.reader_faults import damaged
from runxin.errors import UserError


def read_sheet(path: Path, role: FileRole, wanted: Wanted) -> Sheet:
    """Read the `wanted` columns (name → may be absent) of a file. Blank rows are no rows.

    Raises `UserError` where the file cannot be read, or a header is absent or there twice.
    """
    if role.pivot is not None:
        long = role.model_copy(update={"pivot": None})
        made = widened(read_sheet(path, long, Wanted(dict.fromkeys(role.pivot.headers, False))), role.pivot)
        refuse_header(path.name, role.header_row, made.headers, wanted, [])
        places = wanted.found_in(made.headers)
        found = {name: made.headers[place] for name, place in places.items()}
        columns = {
            name: made.columns[found[name]] if name in found else blanks(len(made.rows)) for name in wanted.columns
        }
        return replace(made, columns=columns, found=found, midnights=made.midnights & set(columns))
    content = path.read_bytes()
    refuse_disguise(path, content)
    sha256 = hashlib.sha256(content).hexdigest()
    if path.suffix.lower() == ".parquet":
        return _parquet(path, content, sha256, wanted)
    if path.suffix.lower() in WORKBOOKS:
        with opened(path, content) as book:
            name = _sheet_name(path, book, role, wanted)
            marks = marks_of(content, name, broken(path))
            sheet = tabulated(book.rows(name), path.name, sha256, role, wanted, marks=marks)
            return replace(sheet, sheet=name, others=_others(book, name))
    if path.suffix.lower() == SPSS:
        return tabulated(spss_rows(path), path.name, sha256, role, wanted)
    records = delimited(path, content, role.header_row)
    return tabulated(records, path.name, sha256, role, wanted, strict_width=True)


def first_rows(path: Path) -> Iterator[tuple[str | None, int, list[str]]]:
    """The first rows of a file as headers would be read: the sheet where there are several, the row from 1, texts."""
    content = path.read_bytes()
    refuse_disguise(path, content)
    if path.suffix.lower() == ".parquet":
        yield None, 1, headers_of(_names(path, _opened_parquet(path, content)))
    elif path.suffix.lower() in WORKBOOKS:
        with opened(path, content) as book:
            names = book.names
            for name in names:
                for row, record in zip(range(1, PEEK + 1), book.rows(name), strict=False):
                    yield (name if names[1:] else None), row, headers_of(record)
    else:
        records = spss_rows(path) if path.suffix.lower() == SPSS else delimited(path, content, None)
        for row, record in zip(range(1, PEEK + 1), records, strict=False):
            yield None, row, headers_of(record)


def hidden_sheets(path: Path) -> frozenset[str]:
    """The names of a workbook's sheets that are hidden; none of any other file."""
    if path.suffix.lower() not in WORKBOOKS:
        return frozenset()
    with opened(path, path.read_bytes()) as book:
        return book.hidden


def _sheet_name(path: Path, book: Book, role: FileRole, wanted: Wanted) -> str:
    name = role.sheet or _likely_sheet(path, book, role, wanted)
    if name not in book.names:
        raise fault_of(path, f"there is no sheet {name!r}", f"its sheets are {', '.join(book.names)}")
    return name


def _others(book: Book, name: str) -> dict[str, int]:
    """The other sheets of a workbook that hold anything, and how many rows each has."""
    heights = {other: book.height(other) for other in book.names if other != name}
    return {other: height for other, height in heights.items() if height}


def _likely_sheet(path: Path, book: Book, role: FileRole, wanted: Wanted) -> str:
    """The only sheet, or the only one whose header row holds every column that is needed."""
    names = book.names
    if len(names) == 1:
        return names[0]
    fitting = []
    for name in names:
        head = [row for _, row in zip(range(role.header_row), book.rows(name), strict=False)]
        if len(head) == role.header_row and wanted.held_by(headers_of(head[-1])):
            fitting.append(name)
    if len(fitting) != 1:
        what = f"{len(fitting)} of its {len(names)} sheets have the columns that are needed"
        raise fault_of(path, what, f"name the sheet in the mapping's [files]: sheet = one of {', '.join(names)}")
    return fitting[0]


def _opened_parquet(path: Path, content: bytes) -> pq.ParquetFile:
    refuse_long_table(path, content, _torn(path))
    with damaged(_torn(path)):
        return pq.ParquetFile(pa.BufferReader(content))


def _parquet(path: Path, content: bytes, sha256: str, wanted: Wanted) -> Sheet:
    file = _opened_parquet(path, content)
    names = _names(path, file)
    header = [header_of(name) for name in names]
    refuse_header(path.name, 1, header, wanted, [])
    named = {name: names[place] for name, place in wanted.found_in(header).items()}
    with damaged(_torn(path)):
        read = {name: _coded(file.read(columns=[original]).column(0)) for name, original in named.items()}
    count = file.metadata.num_rows
    if any(len(index) != count for index, _ in read.values()):  # a damaged page, of which the reader does not speak
        raise _torn(path)
    columns, unclear = {name: blanks(count) for name in wanted.columns}, set()
    for name, (index, values) in read.items():
        kinds = {type(value) for value in values if value is not None}
        told, unsure = with_midnights(values, False if kinds == {date} else None)
        columns[name] = _levelled(index, told)
        unclear |= {name} if unsure else set()
    headers = {name: header_of(original) for name, original in named.items()}
    rows = np.arange(count, dtype=np.int64) + 2
    return Sheet(path.name, sha256, rows, columns, tuple(header), headers, midnights=frozenset(unclear))


def _names(path: Path, file: pq.ParquetFile) -> list[str]:
    with damaged(_torn(path)):
        return list(file.schema_arrow.names)


def _coded(column: pa.ChunkedArray) -> tuple[NDArray[np.intp], list[object]]:
    """A column as its distinct values and where each row has them, -1 where blank."""
    coded = column.combine_chunks().dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    return coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.intp), coded.dictionary.to_pylist()


def _levelled(index: NDArray[np.intp], values: Sequence[object]) -> Texts:
    """Texts of a coded column; values that read alike become one."""
    inner = texts_of(values)
    return Texts(np.where(index < 0, -1, np.append(inner.index, -1)[index]), inner.distinct)


def _torn(path: Path) -> UserError:
    return fault_of(path, "the Parquet file is damaged", "export it again")
