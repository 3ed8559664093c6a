"""The columns of an attendance sheet with a column a lesson, brought to one cell a day."""

from dataclasses import replace

import numpy as np

from data_schemas.cells import Texts, texts_of
from data_schemas.mapping.day_columns import MOMENTS, SECOND, DayColumns, in_halves
from data_schemas.mapping.sheet import Sheet


def with_days(days: DayColumns, sheet: Sheet) -> Sheet:
    """The sheet with a column for each day that it has lessons of, as the steps of `days` read it. A mark that nobody
    explained stays as it is, and is named there."""
    columns, found = dict(sheet.columns), dict(sheet.found)
    for _, header in days.days():
        lessons = [name for name in days.lessons_of(header) if name in sheet.found]
        if not lessons:
            continue
        first, second = _texts(days, sheet, header)
        columns[header], columns[header + SECOND] = first, second
        found |= {header: sheet.found[lessons[0]], header + SECOND: sheet.found[lessons[-1]]}
    return replace(sheet, columns=columns, found=found)


def _texts(days: DayColumns, sheet: Sheet, header: str) -> tuple[Texts, Texts]:
    """What each row has of a day: the leave that begins it, and another one of its afternoon."""
    present = set(map(str, days.present))
    away: dict[int, list[tuple[bool, str]]] = {}
    for number, name in enumerate(days.lessons_of(header), start=1):
        if name not in sheet.found:
            continue
        texts = sheet.columns[name]
        marked = [place for place, text in enumerate(texts.distinct) if text not in present]
        for row in np.flatnonzero(np.isin(texts.index, marked)).tolist():
            away.setdefault(row, []).append((number > (days.morning or 0), texts.distinct[texts.index[row]]))
    first: list[str | None] = [None] * len(sheet.rows)
    second: list[str | None] = [None] * len(sheet.rows)
    for row, marks in away.items():
        first[row], second[row] = _day(days, marks)
    return texts_of(first), texts_of(second)


def _day(days: DayColumns, marks: list[tuple[bool, str]]) -> tuple[str | None, str | None]:
    unknown = next((mark for _, mark in marks if mark not in days.marks), None)
    if unknown is not None:
        return unknown, None
    halves = [_gravest(days, [mark for later, mark in marks if later is afternoon]) for afternoon in (False, True)]
    morning, afternoon = halves
    if morning is None or afternoon is None:
        one = morning or afternoon
        return (None if one is None else in_halves(one, 1)), None
    if days.marks[morning] == days.marks[afternoon]:
        return in_halves(morning, 2), None
    return in_halves(morning, 1), in_halves(afternoon, 1)


def _gravest(days: DayColumns, marks: list[str]) -> str | None:
    """The mark of half a day: the one that most lessons have, being away before being late."""
    return max(marks, key=lambda mark: (days.marks[mark] not in MOMENTS, marks.count(mark)), default=None)
