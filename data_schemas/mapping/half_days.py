"""Leave between two times of day: its last day, and the halves of school days that it takes.

The canonical table counts days. A file that says from which hour to which a student is away says more than its two
days: 08:00 to 12:00 is half a day, and an end at midnight is the end of the day before.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd

from data_schemas.cells import BadCell, Texts, moment
from data_schemas.mapping.fill import typed
from data_schemas.mapping.fit import Step
from data_schemas.tables import TABLES, CellKind
from data_schemas.times_of_day import HALVES, halves_away

LEAVES = TABLES["leaves"].name
ZERO = timedelta()


def with_halves(step: Step, sources: Mapping[str, Texts], columns: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a block for leave, with the last day and the half days by the times of day of its two ends.

    Nothing changes where the file has no times of day, and half days that the file states itself stand. Two records of
    one kind and day, one of the morning and one of the afternoon, are one day: the second says so in its half days.
    """
    start, end = step.cells.get("start_on"), step.cells.get("end_on")
    if step.table.name != LEAVES or not (start and end and start.column and end.column):
        return dict(columns)
    if not any(
        ":" in text or any(word in text for word in HALVES)
        for name in (start.column, end.column)
        for text in sources[name].distinct
    ):
        return dict(columns)
    starts, ends = _moments(sources[start.column], ZERO), _moments(sources[end.column], timedelta(days=1))
    midnights = all(one.time() == time() for one in (*starts, *ends) if one is not None)
    if midnights and any(since == until for since, until in zip(starts, ends, strict=True) if since is not None):
        return dict(columns)  # days that a program wrote as times: of one day from midnight to midnight
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


def _moments(texts: Texts, whole: timedelta) -> list[datetime | None]:
    """Each cell as a moment, `None` where it is blank or cannot be read. A day without a time is taken whole: it ends
    when it is over."""
    found: list[datetime | None] = []
    for text in texts.distinct:
        try:
            read = moment(text)
            found.append(read if read.time() != time() or ":" in text else read + whole)
        except BadCell:
            found.append(None)
    found.append(None)
    return [found[place] for place in texts.index]
