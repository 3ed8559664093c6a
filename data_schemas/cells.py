"""Reading a cell: one text form for whatever a file holds, and its value as a canonical column holds it.

A source column is kept as its distinct texts and an index into them, so that each distinct text is read once.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.ids import BadId, plain_id, undressed
from data_schemas.tables import CellKind, Column
from data_schemas.times_of_day import at_time, from_epoch, in_halves

EXCEL_ERRORS = frozenset(["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"])
# Excel keeps 15 digits of a number (Microsoft, "Excel specifications and limits").
EXACT = 10**15
EARLIEST, LATEST = 1900, 2100  # years; others are slips of the hand
# Leave that has no end yet, as the day on which it ends.
GOING_ON = frozenset(
    ["至今", "今", "目前", "现在", "未销假", "未返校", "未归", "未结束", "now", "present", "-", "--", "—", "/", "无"]
)
PEOPLE = ("student_id", "school_id")  # ids that a caller of the API sends too, and that are refused alike there
OUTSIDE = "outside the range"
DRESS = ("=", "'")  # before a text that a spreadsheet is to leave as it is
LISTED = 20  # known codes named in a problem
_DATE = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))"
)
_WORDED_DURATION = re.compile(
    r"(?:(\d+)(?:小时|时|h))?\s*(?:(\d+)(?:分钟|分|min|m))?\s*(?:(\d+(?:\.\d+)?)(?:秒钟|秒|s))?"
)
_CLOCK_DURATION = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2}(?:\.\d+)?)")
_DAY_OVER = re.compile(r"[T ]24:00(:00)?$")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
# The mark of an option before its words (`A.从无`, `(1)好几天`, `2-好几天`, `B 好几天`), and its points behind them.
_OPTION = re.compile(
    r"^(?:\(\s*[A-Za-z0-9]{1,2}\s*\)|[A-Za-z0-9]{1,2}\s*[.、):．_-]|[A-Za-z](?=\s|[\u4e00-\u9fff])|\d(?=\s*[\u4e00-\u9fff]))\s*"
)
_POINTS = re.compile(r"\s*[(\[〔【〖「]\s*-?\d{1,2}\s*分?\s*[)\]〕】〗」]$|\s+\d{1,2}\s*分$")
_OF_POINTS = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*分")
_WHOLE = re.compile(r"-?(0|[1-9]\d*)\.0+")
_ROUNDED = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
WORDS = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}


class BadCell(ValueError):
    """What is wrong with a cell, and what to do."""

    def __init__(self, what: str, fix: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix


@dataclass(frozen=True)
class Texts:
    """A source column: `index` (n,) points into `distinct`; -1 is a blank cell."""

    index: NDArray[np.intp]
    distinct: tuple[str, ...]

    @property
    def blank(self) -> NDArray[np.bool_]:
        return self.index < 0

    def counted(self) -> dict[str, int]:
        """Each text with how many cells have it."""
        counts = np.bincount(self.index[self.index >= 0], minlength=len(self.distinct)).tolist()
        return {text: n for text, n in zip(self.distinct, counts, strict=True) if n}

    def take(self, rows: NDArray[np.intp]) -> "Texts":
        return Texts(self.index[rows], self.distinct)

    def without(self, codes: Iterable[str]) -> "Texts":
        """The column with these texts read as blank."""
        blank = frozenset(codes)
        unanswered = [place for place, text in enumerate(self.distinct) if text in blank]
        return Texts(np.where(np.isin(self.index, unanswered), -1, self.index), self.distinct) if unanswered else self


def text_of(value: object) -> str | None:
    """The text of a cell: full-width forms and outer spaces are levelled, 3.0 is 3, a blank cell is `None`."""
    if isinstance(value, str):
        text = value.strip() if value.isascii() else unicodedata.normalize("NFKC", value).strip()
        if text[:1] in DRESS:
            text = undressed(text).strip()
        if text.endswith("0") and _WHOLE.fullmatch(text):  # a number that a program wrote as 3.0
            text = text.partition(".")[0]
        return text or None
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (float, np.floating, Decimal)):
        number = float(value)
        if np.isnan(number):
            return None
        return str(int(number)) if number.is_integer() and abs(number) < EXACT else f"{number:.15g}"
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    return str(value).strip() or None


def header_of(value: object) -> str:
    """A header as it is compared: levelled like a cell, line breaks and runs of spaces made one space."""
    return " ".join((text_of(value) or "").split())


def texts_of(values: Iterable[object]) -> Texts:
    """A column of cells as texts."""
    index, distinct = pd.factorize(np.array([text_of(value) for value in values], dtype=object))
    return Texts(index, tuple(map(str, distinct)))


def blanks(count: int) -> Texts:
    return Texts(np.full(count, -1, dtype=np.intp), ())


def number(text: str) -> float:
    """A number, such as 3, -1.5 or 1e3; raises `BadCell`."""
    if not NUMBER.fullmatch(text):
        raise BadCell("not a number", "write digits, or leave the cell blank where it is unknown")
    return float(text)


def seconds(text: str) -> float:
    """A duration as 125, 125秒, 2分5秒, 1小时2分 or 00:02:05; raises `BadCell`."""
    worded = _WORDED_DURATION.fullmatch(text)
    clock = _CLOCK_DURATION.fullmatch(text)
    found = worded if worded and any(worded.groups()) else clock
    if not found:
        return number(text)
    hours, minutes, rest = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + rest


def day(text: str) -> date:
    """A date as 2026-03-05, 2026/3/5, 2026.3.5, 2026年3月5日 or 20260305, with or without a time; raises `BadCell`.

    24:00 belongs to the day that it ends.
    """
    over = _DAY_OVER.search(text)
    if over is not None:
        return day(text[: over.start()])
    return moment(text).date()


def moment(text: str) -> datetime:
    """A date with a time of the day in local time; midnight where there is none. Raises `BadCell`.

    A time with a zone, and Unix seconds or milliseconds, are read as the local time that they stand for.
    """
    since = from_epoch(text)
    if since is not None:
        return since
    found = _DATE.match(text)
    if not found:
        raise _no_date(text)
    year, month, dom = (int(part) for part in found.groups() if part is not None)
    try:
        on = date(year, month, dom)
    except ValueError:
        raise BadCell("there is no such day in the calendar", "mend the date") from None
    if not EARLIEST <= year <= LATEST:
        raise BadCell(f"the year {year:04d} is hardly meant", "mend the year")
    rest = text[found.end() :].removeprefix("T").strip()
    told = at_time(on, rest) if rest else datetime.combine(on, time())
    if told is not None:
        return told
    if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", rest):
        raise BadCell("there is no such time of the day", "write it as 2026-03-05 08:30")
    raise _no_date(text)


def _no_date(text: str) -> BadCell:
    excel = re.fullmatch(r"[34]\d{4}(\.\d+)?|5\d{4}(\.\d+)?", text)
    return BadCell(
        "not a date",
        "it looks like Excel's own day number: format the column as a date"
        if excel
        else "write it as 2026-03-05, 2026/3/5, 2026年3月5日 or 20260305, with a time as 08:30, 上午 or 下午",
    )


def identifier(text: str) -> str:
    """An id; raises `BadCell` where a spreadsheet has rounded its digits away."""
    if _ROUNDED.fullmatch(text):
        raise BadCell("an id that a spreadsheet has rounded", "format the column as text and export it again")
    return text


def truth(text: str) -> bool:
    try:
        return WORDS[text.lower()]
    except KeyError:
        raise BadCell("neither yes nor no", "add values for it to the mapping") from None


def coded(text: str, column: Column) -> str:
    """A code of the column, written as the code or in Chinese, with brackets of either width; raises `BadCell` that
    lists the known ones."""
    assert column.codes is not None
    for member in column.codes:
        if text in (member.code, member.zh, unicodedata.normalize("NFKC", member.zh)):
            return str(member.code)
    raise unknown_code(text, column.codes.codes())


def without_mark(text: str) -> str:
    """An answer without the mark of an option before it and its points behind it: `A.从无(1分)` is 从无, whatever the
    points are, and `1分` is 1."""
    return without_points(text) if _OF_POINTS.fullmatch(text) else _POINTS.sub("", _OPTION.sub("", text, count=1))


def without_points(text: str) -> str:
    """A number of points, such as 12分, as the number; any other text as it is."""
    points = _OF_POINTS.fullmatch(text)
    return points[1] if points else text


def unknown_code(text: str, known: Iterable[str]) -> BadCell:
    """A short number is shown, as codes of that kind say nothing about a person alone; words are not."""
    shown = f" {text}" if re.fullmatch(r"-?\d{1,3}(\.\d)?", text) else ""
    listed = list(known)
    if len(listed) > LISTED:
        listed[LISTED:] = [f"and {len(listed) - LISTED} more"]
    return BadCell(
        f"an unknown code{shown}", f"known are {', '.join(listed)}; add it to the mapping's values or mend it"
    )


def value_of(text: str, column: Column) -> object:
    """The value of a cell in a canonical column; raises `BadCell`."""
    if text in EXCEL_ERRORS:
        raise BadCell("an error of the spreadsheet", "mend the formula, or leave the cell blank")
    if column.codes is not None:
        return coded(text, column)
    if column.kind in (CellKind.INT, CellKind.NUMBER):
        halves = in_halves(text) if column.halves else None
        text = without_points(text) if column.points else text
        return ranged(halves if halves is not None else seconds(text) if column.duration else number(text), column)
    if column.kind is CellKind.DATE:
        return None if column.blank_says and text.lower() in GOING_ON else day(text)
    if column.kind is CellKind.TIME:
        return moment(text)
    if column.kind is CellKind.BOOL:
        return truth(text)
    if column.name in PEOPLE:
        try:
            return plain_id(identifier(text))
        except BadId as error:
            raise BadCell(error.what, error.fix) from None
    return identifier(text) if column.kind is CellKind.ID else text


def ranged(value: float, column: Column) -> float:
    """The number, if it is whole where it must be and within the column's bounds; raises `BadCell`."""
    low = -np.inf if column.low is None else column.low
    high = np.inf if column.high is None else column.high
    if column.kind is CellKind.INT and value != np.floor(value):
        raise BadCell("not a whole number", "mend it")
    if not low <= value <= high:
        raise BadCell(f"{OUTSIDE} {low:g} to {high:g}", "mend it, or leave the cell blank where it is unknown")
    return value
