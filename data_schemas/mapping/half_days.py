"""Leave between two times of day: its last day, and the halves of school days that it takes.

The canonical table counts days. A file that says from which hour to which a student is away says more than its two
days: 08:00 to 12:00 is half a day, and an end at midnight is the end of the day before.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd

from data_schemas.cells import NUMBER, BadCell, Texts, moment
from data_schemas.mapping.cell import Cell
from data_schemas.mapping.fill import typed
from data_schemas.mapping.fit import Step
from data_schemas.mapping.sheet import Sheet
from data_schemas.tables import TABLES, CellKind
from data_schemas.times_of_day import HALVES, HALVES_A_DAY, NOON, halves_away, tells_time, unit_of
from runxin.errors import Problem

LEAVES = TABLES["leaves"].name
SATURDAY = 5
TIMES = re.compile(r"时间|时刻|time", re.IGNORECASE)


def with_halves(step: Step, sources: Mapping[str, Texts], columns: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a block for leave, with the last day and the half days by the times of day of its two ends.

    Nothing changes where the file has no times of day, and half days that the file states itself stand. Two records of
    one kind and day, one of the morning and one of the afternoon, are one day: the second says so in its half days.
    """
    start, end = step.cells.get("start_on"), step.cells.get("end_on")
    if step.table.name != LEAVES or not (start and end and start.column and end.column):
        return dict(columns)
    if end.counted is not None:
        return {**columns, "end_on": _counted(columns["start_on"], columns.get("half_days"), end.counted)}
    if "half_days" in step.cells and (parts := _parts(step.cells["half_days"], sources)) is not None:
        return {**columns, "half_days": _together(columns, parts)}
    if end.end_is is None and not any(
        tells_time(text) for name in (start.column, end.column) for text in sources[name].distinct
    ):
        return dict(columns)
    starts, ends = moments(sources[start.column], None), moments(sources[end.column], end.end_is or "written")
    midnights = end.end_is is None and all(one.time() == time() for one in (*starts, *ends) if one is not None)
    within = any(since == until for since, until in zip(starts, ends, strict=True) if since is not None)
    if midnights and (within or not TIMES.search(end.column)):
        return dict(columns)  # days that a program wrote as times: headed as days, or of one day throughout
    last, halves = columns["end_on"].copy(), np.full(len(starts), None, dtype=object)
    away: dict[tuple[object, ...], set[str]] = {}
    students, kinds = columns["student_id"], columns["type"]
    for row, (since, until) in enumerate(zip(starts, ends, strict=True)):
        if since is None or until is None or until < since or (until == since and until.time() == time()):
            continue
        on, count, morning, afternoon = halves_away(since, until)
        last[row], halves[row] = pd.Timestamp(on), count
        if on == since.date() and count is not None:
            part = away.setdefault((students[row], kinds[row], on), set())
            part |= {name for name, taken in (("morning", morning), ("afternoon", afternoon)) if taken}
            halves[row] = max(count, len(part))
    stated = {} if "half_days" in step.cells else {"half_days": typed(halves, CellKind.INT)}
    return {**columns, "end_on": last, **stated}


def _counted(start: Any, halves: Any, days: str) -> Any:
    """The last day of each leave by its first day and its half days; the first day where these are not known."""
    ends = []
    for first, count in zip(start, halves if halves is not None else [pd.NA] * len(start), strict=True):
        last, left = first, 0 if pd.isna(count) else math.ceil(count / HALVES_A_DAY) - 1
        while left > 0 and not pd.isna(last):
            last += pd.Timedelta(days=1)
            left -= days == "days" or last.weekday() < SATURDAY
        ends.append(last)
    return pd.Series(ends, index=start.index, dtype=start.dtype)


def _parts(cell: Cell, sources: Mapping[str, Texts]) -> list[str | None] | None:
    """The part of the day that a column of its own names in each row, such as 上午; None where it is no such column."""
    if cell.column is None or not isinstance(cell.values, dict):
        return None
    texts = sources[cell.column]
    if not any(text in HALVES for text in texts.distinct):
        return None
    return [texts.distinct[place] if place >= 0 else None for place in texts.index]


def _together(columns: Mapping[str, Any], parts: Sequence[str | None]) -> Any:
    """The half days, where the second half of a day of one kind says that both are taken: a later record stands for
    an earlier one."""
    taken: dict[tuple[object, ...], set[str]] = {}
    halves = columns["half_days"].copy()
    for row, part in enumerate(parts):
        if part in HALVES:
            mine = taken.setdefault(
                tuple(columns[name].iloc[row] for name in ("student_id", "type", "start_on")), set()
            )
            mine.add("afternoon" if HALVES[part] > NOON else "morning")
            halves.iloc[row] = max(halves.iloc[row], len(mine))
    return halves


def leave_questions(steps: Sequence[Step], sheets: Mapping[str, Sequence[Sheet]]) -> Iterator[Problem]:
    """What nobody can tell of a file of leave: whether ends at midnight belong to the leave, and in which unit bare
    numbers say how long it is."""
    for step in steps:
        if step.table.name != LEAVES:
            continue
        for sheet in sheets[step.role]:
            yield from _midnight_question(step.cells.get("start_on"), step.cells.get("end_on"), sheet)
            yield from _unit_question(step.cells.get("half_days"), sheet)


def _midnight_question(start: Cell | None, end: Cell | None, sheet: Sheet) -> Iterator[Problem]:
    """Ends that are days in a column that is headed as one of times, where no leave begins and ends on one day."""
    if not (start and end and start.column and end.column) or end.end_is is not None:
        return
    header = sheet.found.get(end.column, end.column)
    if end.column not in sheet.midnights or not TIMES.search(header):
        return
    pairs = zip(moments(sheet.columns[start.column], None), moments(sheet.columns[end.column], None), strict=True)
    known = [(since, until) for since, until in pairs if since is not None and until is not None]
    if known and all(since.date() < until.date() for since, until in known):
        what = "all leave ends at 00:00 of a later day: is that day part of the leave?"
        fix = f'write end_on = {{ column = "{end.column}", end_is = "midnight" }}, or end_is = "day" where it is'
        yield Problem(what, sheet.file, column=header, fix=fix)


def _unit_question(cell: Cell | None, sheet: Sheet) -> Iterator[Problem]:
    if cell is None or cell.column is None or cell.column not in sheet.found or cell.values is not None:
        return
    header = sheet.found[cell.column]
    bare = any(NUMBER.fullmatch(text) for text in sheet.columns[cell.column].distinct)
    if bare and cell.unit is None and not cell.thresholds and unit_of(header) is None:
        what = "are these numbers hours, days or half days?"
        fix = f'write half_days = {{ column = "{cell.column}", unit = "hours" }}, or "days", or "half_days"'
        yield Problem(what, sheet.file, column=header, fix=fix)


def moments(texts: Texts, end_is: str | None) -> list[datetime | None]:
    """Each cell as a moment, `None` where it is blank or cannot be read. Of an end (`end_is`) a day without a time is
    taken whole, it ends when it is over; midnight as it is written, unless it is said to be the whole `day` too, or a
    day to be its `midnight`."""
    found: list[datetime | None] = []
    for text in texts.distinct:
        try:
            read = moment(text)
            whole = end_is == "day" or (end_is == "written" and not tells_time(text))
            found.append(read + timedelta(days=1) if whole and read.time() == time() else read)
        except BadCell:
            found.append(None)
    found.append(None)
    return [found[place] for place in texts.index]
