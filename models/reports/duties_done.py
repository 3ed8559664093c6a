"""How duties that were due in a time stand: what of the plan was done, and done by its day."""

from collections.abc import Iterable
from datetime import date

from models.duties import DutyState, DutyTask

# In time, done after its day, not done though its day is over. Nothing excused or locked, nothing that is still open.
DONE_BY = ("in_time", "late", "not_done")
DutyFigures = dict[str, dict[str, int]]


def due_between(tasks: Iterable[DutyTask], first: date, last: date) -> DutyFigures:
    """By duty, how many tasks that were due from a day to another one, both counted, were done how (`DONE_BY`)."""
    found: dict[str, dict[str, int]] = {}
    for task in tasks:
        how = _how(task)
        if how is not None and first <= task.due_on <= last:
            found.setdefault(task.duty, dict.fromkeys(DONE_BY, 0))[how] += 1
    return found


def _how(task: DutyTask) -> str | None:
    if task.state is DutyState.DONE:
        return "late" if task.days_over else "in_time"
    return "not_done" if task.state in (DutyState.OVERDUE, DutyState.MISSED) else None
