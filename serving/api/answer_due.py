"""What a platform is told is to be done about a student: sentences only with the `explain` scope."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Literal

from models.assessment import Retest, Task
from models.triage import Present, Standing
from serving.api.answer_parts import DueGiven, Given, WordsGiven, words
from serving.today import Due


class LeadGiven(Given):
    """A report that opens no tier and that nobody has looked into yet. `evidence` is its key, by which an interview
    says that it did; two persons' reports of one kind and day share it."""

    evidence: str
    text: WordsGiven | None
    received_at: datetime
    look_by: datetime | None


class RetestGiven(Given):
    instrument: str
    why: str
    text: WordsGiven | None


class TaskGiven(Given):
    """An errand beside the list, such as a call on the day of an absence, from everything on record: what nobody has
    done yet."""

    kind: Literal["contact_unexcused", "ask_return", "visit", "class_visit", "bullying"]
    on: date
    due_on: date
    text: WordsGiven | None


def lead_given(one: Standing, present: Present, explain: bool, name_of: Callable[[str], str]) -> LeadGiven:
    piece = one.piece
    ends = [clock.by for clock in present.clocks if clock.source == "lead" and clock.start == piece.received_at]
    text = words(piece.floor.text) if explain else None
    return LeadGiven(
        evidence=name_of(piece.key), text=text, received_at=piece.received_at, look_by=next(iter(ends), None)
    )


def retest_given(retest: Retest, explain: bool) -> RetestGiven:
    return RetestGiven(instrument=retest.instrument, why=retest.why, text=words(retest.text) if explain else None)


def task_given(task: Task, explain: bool) -> TaskGiven:
    text = words(task.text) if explain else None
    return TaskGiven(kind=task.kind, on=task.on, due_on=task.due_on, text=text)


def due_given(due: Due, explain: bool) -> DueGiven:
    why = words(due.why) if due.why is not None and explain else None
    return DueGiven(what=words(due.what), why=why, since=due.since, by=due.by, overdue=due.overdue)
