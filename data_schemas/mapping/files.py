"""Reading source files: CSV, XLSX and Parquet, each as columns of texts with spreadsheet row numbers.

A file that is not what its suffix says is told apart by its first bytes, with a sentence on what to do.
"""

import difflib
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from python_calamine import CalamineWorkbook

from data_schemas.cells import Texts, blanks, header_of, text_of, texts_of
from data_schemas.mapping.definition import FileRole
from data_schemas.mapping.headers import stacked
from data_schemas.mapping.records import (
    MOST_CELLS,
    PEEK,
    SPSS,
    WORKBOOKS,
    Record,
    delimited,
    fault_of,
    opened,
    refuse_disguise,
    rows_of,
    sheets_of,
    spss_rows,
)
from data_schemas.reader_faults import damaged
from runxin.errors import Problem, UserError, bad_data


@dataclass(frozen=True)
class Sheet:
    """One source file. `rows` (n,) are spreadsheet row numbers; `overfull` are those with more cells than headers.

    `headers` are all columns of the file as they are written, and `found` says which of them a name stands for.
    """

    file: str
    sha256: str
    rows: NDArray[np.int64]
    columns: Mapping[str, Texts]
    headers: tuple[str, ...] = ()
    found: Mapping[str, str] = field(default_factory=dict)
    overfull: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))


@dataclass(frozen=True)
class Wanted:
    """Columns to read: name → whether it may be absent. In a name among `patterns` a `*` stands for any text."""

    columns: Mapping[str, bool]
    patterns: frozenset[str] = frozenset()

    @property
    def needed(self) -> list[str]:
        return [name for name, optional in self.columns.items() if not optional]

    def places(self, name: str, header: Sequence[str]) -> list[int]:
        """Where a header stands: as it is written or, if nowhere so, with other capitals, or as the pattern says."""
        exact = [place for place, text in enumerate(header) if text == name]
        folded = exact or [place for place, text in enumerate(header) if text.casefold() == name.casefold()]
        if folded or name not in self.patterns:
            return folded
        pattern = re.compile(".*".join(map(re.escape, name.split("*"))), re.IGNORECASE)
        return [place for place, text in enumerate(header) if pattern.fullmatch(text)]

    def found_in(self, header: Sequence[str]) -> dict[str, int]:
        """The columns that a header has, and where."""
        places = {name: self.places(name, header) for name in self.columns}
        return {name: found[0] for name, found in places.items() if found}

    def held_by(self, header: Sequence[str]) -> bool:
        """Whether every column that is needed is there."""
        return all(self.places(name, header) for name in self.needed)


def read_sheet(path: Path, role: FileRole, wanted: Wanted) -> Sheet:
    """Read the `wanted` columns (name → may be absent) of a file. Blank rows are no rows.

    Raises `UserError` where the file cannot be read, or a header is absent or there twice.
    """
    content = path.read_bytes()
    refuse_disguise(path, content)
    sha256 = hashlib.sha256(content).hexdigest()
    if path.suffix.lower() == ".parquet":
        return _parquet(path, content, sha256, wanted)
    if path.suffix.lower() in WORKBOOKS:
        records: Iterable[Record] = _workbook(path, content, role, wanted)
        return _tabulate(records, path.name, sha256, role, wanted, strict_width=False)
    if path.suffix.lower() == SPSS:
        return _tabulate(spss_rows(path), path.name, sha256, role, wanted, strict_width=False)
    records = delimited(path, content, role.header_row)
    return _tabulate(records, path.name, sha256, role, wanted, strict_width=True)


def first_rows(path: Path) -> Iterator[tuple[str | None, int, list[str]]]:
    """The first rows of a file as headers would be read: the sheet where there are several, the row from 1, texts."""
    content = path.read_bytes()
    refuse_disguise(path, content)
    if path.suffix.lower() == ".parquet":
        yield None, 1, _headers(_names(path, _opened_parquet(path, content)))
    elif path.suffix.lower() in WORKBOOKS:
        with opened(path, content) as book:
            names = sheets_of(book)
            for name in names:
                for row, record in zip(range(1, PEEK + 1), rows_of(path, book, name), strict=False):
                    yield (name if names[1:] else None), row, _headers(record)
    else:
        records = spss_rows(path) if path.suffix.lower() == SPSS else delimited(path, content, None)
        for row, record in zip(range(1, PEEK + 1), records, strict=False):
            yield None, row, _headers(record)


def _workbook(path: Path, content: bytes, role: FileRole, wanted: Wanted) -> Iterator[Record]:
    with opened(path, content) as book:
        name = role.sheet or _likely_sheet(path, book, role, wanted)
        if name not in sheets_of(book):
            raise fault_of(path, f"there is no sheet {name!r}", f"its sheets are {', '.join(sheets_of(book))}")
        yield from rows_of(path, book, name)


def _likely_sheet(path: Path, book: CalamineWorkbook, role: FileRole, wanted: Wanted) -> str:
    """The only sheet, or the only one whose header row holds every column that is needed."""
    names = sheets_of(book)
    if len(names) == 1:
        return names[0]
    fitting = []
    for name in names:
        head = [row for _, row in zip(range(role.header_row), rows_of(path, book, name), strict=False)]
        if len(head) == role.header_row and wanted.held_by(_headers(head[-1])):
            fitting.append(name)
    if len(fitting) != 1:
        what = f"{len(fitting)} of its {len(names)} sheets have the columns that are needed"
        raise fault_of(path, what, f"name the sheet in the mapping's [files]: sheet = one of {', '.join(names)}")
    return fitting[0]


def _opened_parquet(path: Path, content: bytes) -> pq.ParquetFile:
    with damaged(_broken(path)):
        file = pq.ParquetFile(pa.BufferReader(content))
        cells = file.metadata.num_rows * file.metadata.num_columns
    if cells > MOST_CELLS:
        what = f"the table has {file.metadata.num_rows} rows of {file.metadata.num_columns} columns"
        raise fault_of(path, what, f"at most {MOST_CELLS} cells are read: split it")
    return file


def _broken(path: Path) -> UserError:
    return fault_of(path, "the Parquet file is damaged", "export it again")


def _parquet(path: Path, content: bytes, sha256: str, wanted: Wanted) -> Sheet:
    file = _opened_parquet(path, content)
    names = _names(path, file)
    header = [header_of(name) for name in names]
    _refuse_header(path.name, 1, header, wanted, [])
    named = {name: names[place] for name, place in wanted.found_in(header).items()}
    with damaged(_broken(path)):
        read = {name: _coded(file.read(columns=[original]).column(0)) for name, original in named.items()}
    count = file.metadata.num_rows
    columns = {name: blanks(count) for name in wanted.columns}
    columns |= {name: _levelled(*coded) for name, coded in read.items()}
    headers = {name: header_of(original) for name, original in named.items()}
    return Sheet(path.name, sha256, np.arange(count, dtype=np.int64) + 2, columns, tuple(header), headers)


def _names(path: Path, file: pq.ParquetFile) -> list[str]:
    with damaged(_broken(path)):
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


def _headers(record: Record) -> list[str]:
    return [header_of(cell) for cell in record]


def _tabulate(
    records: Iterable[Record], file: str, sha256: str, role: FileRole, wanted: Wanted, strict_width: bool
) -> Sheet:
    stream, header_row = iter(records), role.header_row
    head = [record for _, record in zip(range(max(header_row, PEEK)), stream, strict=False)]
    header = _headers(head[header_row - 1]) if len(head) >= header_row else []
    if role.heading_row is not None and len(head) >= role.heading_row:
        header = stacked(_headers(head[role.heading_row - 1]), header)
    while header and not header[-1]:
        header.pop()
    _refuse_header(file, header_row, header, wanted, head)
    places = wanted.found_in(header)
    rows: list[int] = []
    overfull: list[int] = []
    kept: list[list[object]] = [[] for _ in places]
    number = 0
    for source in (head, stream):
        for record in source:
            number += 1
            if number <= header_row + role.skip_rows or not any(cell is not None and cell != "" for cell in record):
                continue
            if all(text_of(cell) is None for cell in record):
                continue
            rows.append(number)
            if strict_width and any(text_of(cell) for cell in record[len(header) :]):
                overfull.append(number)
            for values, position in zip(kept, places.values(), strict=True):
                values.append(record[position] if position < len(record) else None)
    columns = {name: blanks(len(rows)) for name in wanted.columns}
    columns.update({name: texts_of(values) for name, values in zip(places, kept, strict=True)})
    found = {name: header[place] for name, place in places.items()}
    numbers, wide = np.array(rows, dtype=np.int64), np.array(overfull, dtype=np.int64)
    return Sheet(file, sha256, numbers, columns, tuple(header), found, wide)


def _refuse_header(file: str, header_row: int, header: Sequence[str], wanted: Wanted, head: Sequence[Record]) -> None:
    absent = [name for name in wanted.needed if not wanted.places(name, header)]
    problems = []
    for name in wanted.columns:
        count, pattern = len(wanted.places(name, header)), name in wanted.patterns
        if count > 1:
            what = f"{count} columns {'fit this pattern' if pattern else 'have this header'}"
            fix = "write more of the header into the pattern" if pattern else "rename all but one"
            problems.append(Problem(what, file, header_row, name, fix))
    for name in absent:
        near = difflib.get_close_matches(name.casefold(), {text.casefold(): text for text in header}, n=1)
        likely = [text for text in header if near and text.casefold() == near[0]]
        fix = f"is it {likely[0]}? Mend the mapping or the file" if likely else "mend the mapping or the file"
        problems.append(Problem("this column is absent", file, header_row, name, fix))
    if absent:
        rows = [n for n, record in enumerate(head, start=1) if n != header_row and wanted.held_by(_headers(record))]
        if rows:
            what = f"the headers stand in row {rows[0]}, not in row {header_row}"
            problems = [Problem(what, file, fix=f"set header_row = {rows[0]} in the mapping's [files]")]
    if problems:
        raise bad_data(f"the columns of {file} do not fit the mapping", problems)
