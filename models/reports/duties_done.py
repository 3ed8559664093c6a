"""How duties that were due in a time stand: what of the plan was done, and what of that after its day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from models.duties import DutyState, DutyTask

DUE = (DutyState.DONE, DutyState.OVERDUE, DutyState.MISSED)  # nothing excused or locked, nothing that is still open


@dataclass(frozen=True)
class DutyDone:
    """Of one duty: how many tasks were due, were done, and were done late."""

    due: int
    done: int
    late: int

    def __add__(self, other: "DutyDone") -> "DutyDone":
        return DutyDone(self.due + other.due, self.done + other.done, self.late + other.late)


def due_between(tasks: Iterable[DutyTask], first: date, last: date) -> dict[str, DutyDone]:
    """By duty, the tasks that were due from a day to another one, both counted."""
    found: dict[str, DutyDone] = {}
    for task in tasks:
        if task.state in DUE and first <= task.due_on <= last:
            done = task.state is DutyState.DONE
            one = DutyDone(1, int(done), int(done and task.days_over > 0))
            found[task.duty] = found[task.duty] + one if task.duty in found else one
    return found
