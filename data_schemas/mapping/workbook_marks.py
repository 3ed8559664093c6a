"""What a workbook of today says beside its values, which its reader does not pass on: formulas that were never worked
out, rows and columns that are hidden, and which columns show a time of the day.

`.xls` and `.ods` say it otherwise, and nothing is known of them.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import PurePosixPath

from data_schemas.reader_faults import damaged
from runxin.errors import UserError

# ECMA-376 part 1, 18.8.30: the built-in formats that show a time.
BUILT_IN_TIMES = frozenset([18, 19, 20, 21, 22, 45, 46, 47])
LOOKED_AT = 2_000_000  # bytes of a sheet in which a column's formats are seen
STYLES = "xl/styles.xml"
_ATTRIBUTE = re.compile(r'(?:\w+:)?(\w+)="([^"]*)"')
_UNWORKED = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+)(\d+)"[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*'
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="(\d+)"')
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_CELL = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\br="([A-Z]+)\d+")[^>]*?\bs="(\d+)"')
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


@dataclass(frozen=True)
class Marks:
    """Of one sheet, columns counted from 0 and rows from 1."""

    unworked: dict[int, tuple[int, ...]] = field(default_factory=dict)  # column → rows
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: frozenset[int] = frozenset()
    timed: frozenset[int] | None = None  # columns whose cells show a time of the day; None where nobody can tell


NOTHING_KNOWN = Marks()


def marks_of(content: bytes, sheet: str, broken: UserError) -> Marks:
    """The marks of a sheet; raises `broken` where the workbook is damaged."""
    if not content.startswith(b"PK\x03\x04"):
        return NOTHING_KNOWN
    with damaged(broken), zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return NOTHING_KNOWN
        text = archive.read(_part(archive, sheet))
        times = _time_styles(archive)
    found: dict[int, list[int]] = {}
    for letters, row in _UNWORKED.findall(text):
        found.setdefault(_number(letters), []).append(int(row))
    hidden = frozenset(column for tag in _COLUMN.findall(text) for column in _hidden(tag))
    timed = frozenset(_number(letters) for letters, style in _CELL.findall(text[:LOOKED_AT]) if int(style) in times)
    rows = tuple(map(int, _HIDDEN_ROW.findall(text)))
    return Marks({column: tuple(rows) for column, rows in found.items()}, rows, hidden, timed)


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """The part of the archive that holds a sheet; raises `KeyError` where there is none."""
    parts = {one["name"]: one["id"] for one in _tags(archive, "xl/workbook.xml", "sheet")}
    targets = {one["Id"]: one["Target"] for one in _tags(archive, "xl/_rels/workbook.xml.rels", "Relationship")}
    target = targets[parts[sheet]]
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)


def _time_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    """The styles of cells that show a time of the day."""
    if STYLES not in archive.namelist():
        return frozenset()
    times = set(BUILT_IN_TIMES)
    for one in _tags(archive, STYLES, "numFmt"):
        shown = _QUOTED.sub("", one["formatCode"]).casefold()
        if "h" in shown or "上午" in shown or "am/pm" in shown:
            times.add(int(one["numFmtId"]))
    formats = _tags(archive, STYLES, "xf", within="cellXfs")
    return frozenset(place for place, one in enumerate(formats) if int(one.get("numFmtId", 0)) in times)


def _tags(archive: zipfile.ZipFile, part: str, name: str, within: str | None = None) -> list[dict[str, str]]:
    """The attributes of each tag of a name, without their prefixes."""
    text = archive.read(part).decode("utf-8", "replace")
    if within is not None:
        found = re.search(rf"<(?:\w+:)?{within}\b.*?</(?:\w+:)?{within}>", text, re.DOTALL)
        text = found[0] if found else ""
    tags = re.findall(rf"<(?:\w+:)?{name}\b[^>]*>", text)
    return [{key: unescape(value) for key, value in _ATTRIBUTE.findall(tag)} for tag in tags]


def _hidden(tag: bytes) -> Iterator[int]:
    """The columns of a `col` tag, where it hides them."""
    said = {name: value for name, value in re.findall(rb'(\w+)="([^"]*)"', tag)}
    if said.get(b"hidden") in (b"1", b"true"):
        yield from range(int(said[b"min"]) - 1, min(int(said[b"max"]), 1000))


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
