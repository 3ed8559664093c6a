"""One fact that stands in several rows: a report that was exported three times was made once."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

RECORDED = "recorded_on"
# What a record of these is about. The same record may come again with a later day of record; the first one says since
# when it was known. In every other table rows are the same fact only where they are equal in every column: a
# circumstance that is recorded anew has been looked at anew.
ABOUT = {
    "concerns": ("student_id", "kind", "reported_on", "source", "source_event_id"),
    "leaves": ("student_id", "type", "start_on"),
}


def repeats(frame: pd.DataFrame, table: str) -> NDArray[np.bool_]:
    """Which rows (n,) of a table say again what another row says, whatever their order; the earliest record is none.

    Between two equal records of one thing another may have corrected the first (a leave shortened, then prolonged
    again): only a row that says the same as the record right before it is a repeat. One that takes the leave back comes
    last of its day, so that leave which is asked for anew is no repeat of what was taken back. `recorded_on` may be
    days or whole numbers; a blank one is the earliest.
    """
    said = [name for name in frame.columns if name != RECORDED or table not in ABOUT]
    doubled = frame.duplicated(said, keep=False).to_numpy(dtype=bool)
    if not doubled.any() or table not in ABOUT:
        return np.asarray(frame.duplicated(said) if doubled.any() else doubled, dtype=bool)
    student = pd.factorize(frame["student_id"])[0]
    rows = np.flatnonzero(np.isin(student, student[doubled]))
    part = frame.iloc[rows]
    recorded = part[RECORDED].to_numpy()
    if recorded.dtype.kind == "M":
        recorded = recorded.astype(np.int64)  # a blank day is the smallest number
    says, thing = _group(part, said), _group(part, ABOUT[table])
    order = np.lexsort((says, _withdrawals(part), recorded, thing))
    found = np.zeros(len(frame), dtype=bool)
    found[rows[order[1:]]] = says[order[1:]] == says[order[:-1]]
    return found


def asked_again(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows (n,) of leave take back what was asked for more often than taken back on that day of record: nobody
    can tell without times which came last, and the leave stands, so that nothing that it says is lost."""
    back = _withdrawals(frame)
    if not back.any():
        return back
    student = frame["student_id"].to_numpy()
    mine = np.flatnonzero(np.isin(student, student[back]))
    part = frame.iloc[mine]
    recorded = part[RECORDED]
    blank = recorded.isna() if recorded.dtype.kind == "M" else recorded < 0  # a day that is not there
    taken = back[mine].astype(np.int64)
    group = _group(part, [*ABOUT["leaves"], RECORDED])
    withdrawn = np.bincount(group, weights=taken)[group]
    asked = np.bincount(group, weights=1 - taken)[group]
    found = np.zeros(len(frame), dtype=bool)
    found[mine] = back[mine] & ~blank.to_numpy(dtype=bool) & (asked > withdrawn)
    return found


def _withdrawals(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows take leave back: those of no half days."""
    if "half_days" not in frame:
        return np.zeros(len(frame), dtype=bool)
    return np.asarray((frame["half_days"] == 0).fillna(False), dtype=bool)


def _group(frame: pd.DataFrame, names: Sequence[str]) -> NDArray[np.int64]:
    """A number for each row, the same where the columns are; in the order of their contents."""
    number: NDArray[np.int64] = frame.groupby(list(names), dropna=False, sort=True).ngroup().to_numpy(dtype=np.int64)
    return number
