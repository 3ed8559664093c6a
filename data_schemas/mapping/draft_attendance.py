"""Drafting an attendance sheet 考勤表 with a column a day or a column a lesson."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data_schemas.cells import Texts
from data_schemas.mapping.day_columns import PRESENT as THERE
from data_schemas.mapping.draft_leave import KINDS, TYPES
from data_schemas.mapping.lesson_names import MORNING, in_order
from data_schemas.mapping.questions import Question, reference, toml_list, toml_text
from runxin.errors import how_many

PRESENT = ("√", "✓", "✔", "到", "出勤", "正常")  # ○, / and 1 are present in some schools, leave in others
FEWEST_DAYS = 3
_NAMED = re.compile(r"考勤|出勤|缺勤|点名|签到|attendance", re.IGNORECASE)
_HALF = re.compile(r"半天|半日|上午|下午|0\.5天?|[()]")
_DAY = re.compile(
    r"(?:(?P<y>20\d\d)(?P<ys>[-/.年]))?(?:(?P<m>\d{1,2})(?P<s>[-/.月]))?(?P<d>\d{1,2})(?P<t>[日号]?)"
    r"(?:\s*\(?(?:周|星期)[一二三四五六日天]\)?)?"
    r"(?:(?P<l>\s*-?\s*第)(?P<n>\d{1,2})(?P<e>节课?))?"
)


@dataclass(frozen=True)
class AttendanceFile:
    """Headers that are days: how they are written, which days they are, and the marks below them."""

    pattern: str
    first: date
    last: date
    lessons: int | None
    morning: int  # of the lessons
    marks: tuple[str, ...]
    headers: frozenset[str]
    asked_year: bool
    unmarked: int  # blank cells of days that are marked for others, those present among these


def attendance_file(
    headers: Sequence[str], texts: Mapping[str, Texts], title: str, today: date, day: Sequence[str] = ()
) -> AttendanceFile | None:
    """The day columns of an attendance sheet: at least three headers that are days, and known marks below them or a
    `title` that says so; it may say year and month too. Of a file with a row for each lesson `day` are the lessons."""
    found: dict[str, list[tuple[re.Match[str], str]]] = {}
    for header in headers:
        hit = _DAY.fullmatch(header)
        if hit is not None and (hit["y"] is None or hit["m"]) and (hit["m"] or hit["t"] or _month(title)):
            found.setdefault(_pattern(hit, "mm", "dd"), []).append((hit, header))
    if not found:
        return None
    hits = max(found.values(), key=len)
    marks = tuple(dict.fromkeys(text for _, header in hits for text in texts[header].distinct))
    if not day and len({(hit["y"], hit["m"], hit["d"]) for hit, _ in hits}) < FEWEST_DAYS:
        return None
    if not (day or set(marks) & {*TYPES, *PRESENT} or _NAMED.search(title)):
        return None
    year, month = _year(title), _month(title)
    days = []
    for hit, _ in hits:
        try:
            own = int(hit["y"]) if hit["y"] else year
            days.append(_day(own, int(hit["m"] or month or 1), int(hit["d"]), today))
        except ValueError:
            return None
    padded = ["mm" if any((hit["m"] or "")[:1] == "0" for hit, _ in hits) else "m"]
    padded += ["dd" if any(hit["d"][:1] == "0" for hit, _ in hits) else "d"]
    pattern = _pattern(hits[0][0], *padded)
    lessons = len(day) or max((int(hit["n"]) for hit, _ in hits if hit["n"]), default=None)
    morning = in_order(day)[1] if day else min(MORNING, lessons or 0)
    named = frozenset(header for _, header in hits)
    guessed = year is None and not any(hit["y"] for hit, _ in hits)
    blank = sum(_unmarked(texts[header]) for _, header in hits)
    return AttendanceFile(pattern, min(days), max(days), lessons, morning, marks, named, guessed, blank)


def _unmarked(column: Texts) -> int:
    """How many cells of a day are blank on which others are marked as present."""
    return int(np.sum(column.blank)) if set(column.distinct) & set(PRESENT) else 0


def attendance_block(file: AttendanceFile, student: str, name: str) -> tuple[list[str], list[Question], list[str]]:
    """The lines of the block, the questions that it asks, and what else is to be looked at."""
    questions, notes, marks = [], [], []
    half = [mark for mark in file.marks if _HALF.search(mark)]
    for number, mark in enumerate((mark for mark in file.marks if mark not in PRESENT), start=1):
        kind = TYPES.get(mark) or TYPES.get(_HALF.sub("", mark))
        if kind is not None:
            marks.append(f"{toml_text(mark)} = {toml_text(kind)}")
            continue
        ask = f"考勤表里的“{mark}”是哪一种？出勤答 {THERE} / which kind of leave is the mark {mark}, or {THERE}?"
        questions.append(Question(id=f"mark-{number}", ask=ask, choices=(THERE, *KINDS)))
        marks.append(f"{toml_text(mark)} = {toml_text(reference(f'mark-{number}'))}")
    if file.unmarked:
        cells = how_many(file.unmarked, "blank cell")
        notes.append(f"{cells} on days on which others are marked present, read as present")
    if file.asked_year:
        notes.append(f"no title says the year; {file.first} to {file.last} is taken, the last that have been")
    lines = ['table = "leaves" # 考勤表', f'file = "{name}"', "[blocks.columns]", f"student_id = {toml_text(student)}"]
    lines += ["[blocks.days]", f"columns = {toml_text(file.pattern)}"]
    lines += [f"first = {file.first.isoformat()}", f"last = {file.last.isoformat()}"]
    lines.append(f"marks = {{ {', '.join(marks)} }}")
    lines.append(f"present = {toml_list([mark for mark in file.marks if mark in PRESENT])}")
    lines += [f"half = {toml_list(half)} # 半天 / half a day"] if half and file.lessons is None else []
    if file.lessons is not None:
        lines += [f"lessons = {file.lessons}", f"morning = {file.morning} # 上午几节 / before noon"]
        notes.append(f"{file.morning} of {file.lessons} lessons are taken to lie before noon")
    return lines, questions, notes


def _pattern(hit: re.Match[str], month: str, day: str) -> str:
    """How a header is written, with the names that stand for a month and a day in it."""
    rest = hit.string[hit.end("t") : hit.start("l")] if hit["n"] else hit.string[hit.end("t") :]
    lesson = f"{hit['l']}{{n}}{hit['e']}" if hit["n"] else ""
    before = f"{{y}}{hit['ys']}" if hit["y"] else ""
    before += f"{{{month}}}{hit['s']}" if hit["m"] else ""
    return f"{before}{{{day}}}{hit['t']}{rest}{lesson}"


def _year(title: str) -> int | None:
    found = re.search(r"(20\d\d)\s*年?", title)
    return int(found[1]) if found else None


def _month(title: str) -> int | None:
    found = re.search(r"(?<!\d)(\d{1,2})\s*月", title)
    return int(found[1]) if found and 1 <= int(found[1]) <= 12 else None


def _day(year: int | None, month: int, day: int, today: date) -> date:
    """The day of a year, or the last such day that has been; raises `ValueError` where there is none."""
    if year is not None:
        return date(year, month, day)
    this = date(today.year, month, day)
    return this if this <= today + timedelta(days=1) else date(today.year - 1, month, day)
