"""Leave that was changed on its day of record: the canonical table keeps the day, and the file may say the time."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from data_schemas.cells import Texts
from data_schemas.mapping.fill import Mask
from data_schemas.mapping.fit import Step
from data_schemas.mapping.half_days import LEAVES, moments
from data_schemas.times_of_day import tells_time

RECORD = ["student_id", "type", "start_on", "recorded_on"]  # what versions of one day have in common


def replaced(step: Step, sources: Mapping[str, Texts], columns: Mapping[str, Any]) -> Mask:
    """Which rows (n,) a later record of the same student, kind and first day replaced within the day of record.

    Without times of record nobody can tell which is later: all rows stay, and the longest counts where they are read.
    So do halves of one day, which add up.
    """
    count = len(columns["start_on"]) if step.table.name == LEAVES else 0
    cell = step.cells.get("recorded_on")
    none = np.zeros(count, dtype=bool)
    start = step.cells.get("start_on")
    if not count or cell is None or cell.column is None or (start is not None and start.column == cell.column):
        return none
    texts = sources[cell.column]
    if not any(tells_time(text) for text in texts.distinct):
        return none
    at = pd.Series(moments(texts, None), dtype="datetime64[us]")
    frame = pd.DataFrame({name: columns[name] for name in RECORD}).assign(at=at)
    halves = columns.get("half_days")
    frame["half"] = (pd.Series(halves).fillna(0) == 1).to_numpy(dtype=bool) if halves is not None else False
    versions = frame.groupby(RECORD, dropna=True)
    later = versions["at"].transform("max") > frame["at"]
    return np.asarray((later & ~versions["half"].transform("any")).fillna(False), dtype=bool)
