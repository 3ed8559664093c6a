"""How many tasks of a duty stand how: what pages, files and reports show, from the same tasks."""

from collections.abc import Iterable
from dataclasses import dataclass

from models.duties.rules import DUTIES, DutyRule
from models.duties.tasks import DutyState, DutyTask


@dataclass(frozen=True)
class DutyCount:
    """One duty: how many tasks are in each state, of those done how many late, and how long the longest is overdue."""

    rule: DutyRule
    states: dict[DutyState, int]
    late: int
    longest: int
    students: int  # of whom any of these tasks is; 0 of the school's own

    @property
    def asked(self) -> int:
        """All that had come due or was done: what a share is of; nothing excused, locked or open before its day."""
        return sum(self.states[one] for one in (DutyState.DONE, DutyState.OVERDUE, DutyState.MISSED))

    @property
    def share(self) -> float | None:
        return None if not self.asked else self.states[DutyState.DONE] / self.asked


def counted(tasks: Iterable[DutyTask]) -> tuple[DutyCount, ...]:
    """By duty, in the plan's order; duties without any task are left out."""
    by_duty: dict[str, list[DutyTask]] = {}
    for task in tasks:
        by_duty.setdefault(task.duty, []).append(task)
    return tuple(_count(rule, by_duty[rule.id]) for rule in DUTIES if rule.id in by_duty)


def _count(rule: DutyRule, tasks: list[DutyTask]) -> DutyCount:
    states = {state: sum(task.state is state for task in tasks) for state in DutyState}
    late = sum(task.state is DutyState.DONE and task.days_over > 0 for task in tasks)
    longest = max((task.days_over for task in tasks if task.state is DutyState.OVERDUE), default=0)
    students = len({task.student_id for task in tasks} - {None})
    return DutyCount(rule, states, late, longest, students)
