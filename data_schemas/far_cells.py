"""How far the sheets of a workbook of today reach. Its reader makes room for every cell up to the last one, so that one
in the last corner of a sheet asks for 512 GB."""

import io
import re
import zipfile
from functools import lru_cache
from typing import IO

AT_ONCE = 2**22  # bytes of a sheet
_PART = re.compile(r"xl/worksheets/[^/]+\.xml")
_STATED = re.compile(rb'<(?:\w+:)?dimension\b[^>]*\bref="(?:[A-Z]{1,3}\d{1,7}:)?([A-Z]{1,3})(\d{1,7})"')
# A cell with anything in it, by column and row.
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"(?:[^>]*[^/>])?>')
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d{1,7})"')


@lru_cache(maxsize=1)  # drafting opens one file several times
def corners_of(content: bytes) -> tuple[tuple[int, int], ...]:
    """The last row and the last column of each sheet: those that it states, where no cell lies beyond, or else those of
    its cells. Raises what the library does where the archive is damaged."""
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in filter(_PART.fullmatch, archive.namelist()):
            with archive.open(name) as part:
                stated = _stated(part)
            with archive.open(name) as part:
                found.append(stated or _counted(part))
    return tuple(found)


def _stated(part: IO[bytes]) -> tuple[int, int] | None:
    """What a sheet states of its size, where that is so."""
    text = part.read(AT_ONCE)
    said = _STATED.search(text)
    if said is None:
        return None
    rows, columns, beyond = int(said[2]), _number(said[1]), _beyond(said[1])
    while text:
        last = [int(row) for row in _ROW.findall(text, max(text.rfind(b"<row"), 0))]
        if beyond.search(text) or (last and last[-1] > rows):
            return None
        more = part.read(AT_ONCE)
        text = text[-200:] + more if more else b""
    return rows, columns


def _counted(part: IO[bytes]) -> tuple[int, int]:
    """The last row and column with a cell that holds anything."""
    rows, columns, rest = 0, 0, b""
    while text := part.read(AT_ONCE):
        cut = (rest + text).rfind(b"<")
        text, rest = (rest + text)[: max(cut, 0)], (rest + text)[max(cut, 0) :]
        cells = _CELL.findall(text)
        rows = max([rows, *(int(row) for _, row in cells)])
        columns = max([columns, *(_number(letters) for letters in {letters for letters, _ in cells})])
    for letters, row in _CELL.findall(rest):
        rows, columns = max(rows, int(row)), max(columns, _number(letters))
    return rows, columns


def _beyond(letters: bytes) -> re.Pattern[bytes]:
    """What finds a cell in a column behind the one with these letters."""
    ways = [rb"[A-Z]{%d,3}" % (len(letters) + 1)] if len(letters) < 3 else []
    for place, letter in enumerate(letters):
        if letter < ord("Z"):
            ways.append(letters[:place] + b"[%c-Z]" % (letter + 1) + b"[A-Z]" * (len(letters) - place - 1))
    return re.compile(rb'\br="(?:%s)\d' % b"|".join(ways or [rb"(?!)"]))


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
