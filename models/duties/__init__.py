"""The city's plan as dated work: what each duty asks for, of whom, by when, and what shows that it was done. Pure, over
facts: nothing here is stored, and nothing here moves a student on the list."""

from models.duties.counts import DutyCount, counted
from models.duties.facts import HOW, DutyRecord, DutyResult, DutyStudent, ExcuseReason, VisitHow
from models.duties.rules import DUTIES, Duties, DutyRule, DutyWho, Repeats, of_duty
from models.duties.tasks import DutyState, DutyTask, school_tasks, student_tasks, who_does
from models.duties.terms import DutyTime, duty_time, key_seasons

__all__ = [
    "DUTIES",
    "HOW",
    "Duties",
    "DutyCount",
    "DutyRecord",
    "DutyResult",
    "DutyRule",
    "DutyState",
    "DutyStudent",
    "DutyTask",
    "DutyTime",
    "DutyWho",
    "ExcuseReason",
    "Repeats",
    "VisitHow",
    "counted",
    "duty_time",
    "key_seasons",
    "of_duty",
    "school_tasks",
    "student_tasks",
    "who_does",
]
