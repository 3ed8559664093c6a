"""Rows of raw cells as columns of texts: headers found, rows of totals left out, midnights written out."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time

import numpy as np

from data_schemas.cells import blanks, header_of, text_of, texts_of
from data_schemas.mapping.definition import FileRole
from data_schemas.mapping.headers import stacked
from data_schemas.mapping.other_rows import NAMED, OtherRows, more
from data_schemas.mapping.records import PEEK, Record
from data_schemas.mapping.sheet import Sheet, Wanted
from data_schemas.mapping.workbook_marks import NOTHING_KNOWN, Marks
from runxin.errors import Problem, bad_data, how_many

OPEN_AND_SAVE = "open the file in a spreadsheet program and save it, or export values"


def headers_of(record: Record) -> list[str]:
    return [header_of(cell) for cell in record]


def tabulated(
    records: Iterable[Record],
    file: str,
    sha256: str,
    role: FileRole,
    wanted: Wanted,
    strict_width: bool = False,
    marks: Marks = NOTHING_KNOWN,
) -> Sheet:
    """The rows of a file below its headers, columns that are wanted as texts. Rows that are nobody's are left out."""
    stream, header_row = iter(records), role.header_row
    head = [record for _, record in zip(range(max(header_row, PEEK)), stream, strict=False)]
    header = headers_of(head[header_row - 1]) if len(head) >= header_row else []
    if role.heading_row is not None and len(head) >= role.heading_row:
        header = stacked(headers_of(head[role.heading_row - 1]), header)
    while header and not header[-1]:
        header.pop()
    refuse_header(file, header_row, header, wanted, head)
    places = wanted.found_in(header)
    rows: list[int] = []
    overfull: list[int] = []
    others = OtherRows()
    kept: list[list[object]] = [[] for _ in places]
    number = 0
    for source in (head, stream):
        for record in source:
            number += 1
            if number <= header_row + role.skip_rows or others.take(number, record, header):
                continue
            rows.append(number)
            if strict_width and any(text_of(cell) for cell in record[len(header) :]):
                overfull.append(number)
            if strict_width and len(record) < len(header):
                others.short.append(str(number))
            for values, position in zip(kept, places.values(), strict=True):
                values.append(record[position] if position < len(record) else None)
    columns = {name: blanks(len(rows)) for name in wanted.columns}
    found = {name: header[place] for name, place in places.items()}
    _refuse_unworked(file, marks, places, found, rows)
    unclear = set()
    for (name, place), values in zip(places.items(), kept, strict=True):
        read, unsure = with_midnights(values, None if marks.timed is None else place in marks.timed)
        columns[name] = texts_of(read)
        unclear |= {name} if unsure else set()
    numbers, wide = np.array(rows, dtype=np.int64), np.array(overfull, dtype=np.int64)
    notes = (*others.notes(), *_notes(marks, header, set(rows)))
    return Sheet(file, sha256, numbers, columns, tuple(header), found, wide, midnights=frozenset(unclear), notes=notes)


def with_midnights(values: Sequence[object], timed: bool | None) -> tuple[Sequence[object], bool]:
    """Cells with midnight written out where their column is one of times, which a reader takes for a day; and whether
    nobody can tell: all are days, and nothing says how the file shows them."""
    days = [value for value in values if isinstance(value, date)]
    some = any(isinstance(value, datetime) and value.time() != time() for value in days)
    if timed or some:
        return [_with_time(value) if isinstance(value, date) else value for value in values], False
    return values, bool(days) and timed is None


def _with_time(value: date) -> str:
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return moment.isoformat(sep=" ")


def _refuse_unworked(
    file: str, marks: Marks, places: Mapping[str, int], found: Mapping[str, str], rows: Sequence[int]
) -> None:
    """Raises `UserError` where a column that is read holds formulas without their values: they look blank."""
    problems = [
        Problem("a formula that was never worked out", file, row, found[name], OPEN_AND_SAVE)
        for name, place in places.items()
        for row in sorted(set(marks.unworked.get(place, ())) & set(rows))
    ]
    if problems:
        raise bad_data(f"{file} holds formulas without their values", problems)


def _notes(marks: Marks, header: Sequence[str], rows: set[int]) -> Iterator[str]:
    """What a person has to know of the rows and columns of a file."""
    hidden = [str(row) for row in marks.hidden_rows if row in rows]
    if hidden:
        yield f"{how_many(len(hidden), 'hidden row')}, read like the others: {', '.join(hidden[:NAMED])}{more(hidden)}"
    columns = [text for place, text in enumerate(header) if text and place in marks.hidden_columns]
    if columns:
        yield f"hidden columns, read like the others: {', '.join(columns[:NAMED])}{more(columns)}"


def doubled_headers(file: str, header_row: int, headers: Sequence[str], count: int) -> Problem:
    """Columns under the same headers are one thing to mend: whose they are nobody can say."""
    if len(headers) == 1:
        return Problem(f"{count} columns have this header", file, header_row, headers[0], "rename all but one")
    named = f"{', '.join(headers[:NAMED])}{more(headers)}"
    fix = "two questionnaires under the same headers? Write their names before the numbers, such as PHQ1 and GAD1"
    return Problem(f"{len(headers)} headers stand twice or more: {named}", file, header_row, fix=fix)


def refuse_header(file: str, header_row: int, header: Sequence[str], wanted: Wanted, head: Sequence[Record]) -> None:
    absent = [name for name in wanted.needed if not wanted.places(name, header)]
    problems, doubled = [], []
    for name in wanted.columns:
        count, pattern = len(wanted.places(name, header)), name in wanted.patterns
        if count > 1 and pattern:
            fix = "write more of the header into the pattern"
            problems.append(Problem(f"{count} columns fit this pattern", file, header_row, name, fix))
        elif count > 1:
            doubled.append(name)
    if doubled:
        most = max(len(wanted.places(name, header)) for name in doubled)
        problems.append(doubled_headers(file, header_row, doubled, most))
    for name in absent:
        near = difflib.get_close_matches(name.casefold(), {text.casefold(): text for text in header}, n=1)
        likely = [text for text in header if near and text.casefold() == near[0]]
        fix = f"is it {likely[0]}? Mend the mapping or the file" if likely else "mend the mapping or the file"
        problems.append(Problem("this column is absent", file, header_row, name, fix))
    if absent:
        rows = [n for n, record in enumerate(head, start=1) if n != header_row and wanted.held_by(headers_of(record))]
        if rows:
            what = f"the headers stand in row {rows[0]}, not in row {header_row}"
            problems = [Problem(what, file, fix=f"set header_row = {rows[0]} in the mapping's [files]")]
    if problems:
        raise bad_data(f"the columns of {file} do not fit the mapping", problems)
