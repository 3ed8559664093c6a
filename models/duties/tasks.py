"""The tasks of the plan: of each student and of the school, with how each stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from data_schemas.codes import Code
from models.duties.facts import DutyRecord, DutyResult, DutyStudent
from models.duties.openings import Opening
from models.duties.rules import DUTIES, DutyRule, DutyWho
from models.duties.terms import DAY, DutyTime, a_month_after


class DutyState(Code):
    """How a task stands. One that is done is done however late."""

    OPEN = ("open", "待办", "to do")
    OVERDUE = ("overdue", "逾期", "overdue")
    DONE = ("done", "已完成", "done")
    MISSED = ("missed", "未做", "missed")
    EXCUSED = ("excused", "免做", "excused")
    LOCKED = ("locked", "保护锁：不联系监护人", "protection lock: no call to guardians")


@dataclass(frozen=True)
class DutyTask:
    """One duty, once: of a student, or of the school (`student_id` None). `days_over` counts from the day it was due to
    the day it was done, or to today."""

    duty: str
    student_id: str | None
    opens_on: date
    due_on: date
    state: DutyState
    done_on: date | None = None
    days_over: int = 0

    @property
    def to_do(self) -> bool:
        return self.state in (DutyState.OPEN, DutyState.OVERDUE)


def who_does(task: DutyTask, rule: DutyRule) -> DutyWho:
    """Whose a task is as it stands: what another body has not sent in time is the school's to ask for."""
    return rule.then if rule.then is not None and task.state is DutyState.OVERDUE else rule.who


def student_tasks(one: DutyStudent, time: DutyTime) -> Iterator[DutyTask]:
    """Everything that the plan asks for a student in this school year so far, what was done among it."""
    for rule in DUTIES:
        if rule.opens is None or rule.id in time.policy.duties.off:
            continue
        for opening in sorted(set(rule.opens(one, time)), key=lambda found: (found.opens_on, found.due_on)):
            if opening.due_on >= time.since:
                yield _task(rule, opening, one.present.student_id, _of(rule, one.records), time, one.present.protection)


def school_tasks(records: Sequence[DutyRecord], time: DutyTime) -> Iterator[DutyTask]:
    """Everything that the plan asks of the school as a whole."""
    for rule in DUTIES:
        if rule.opens is None and rule.id not in time.policy.duties.off:
            for opening in _of_school(rule, time):
                if opening.due_on >= time.since:
                    yield _task(rule, opening, None, _of(rule, records), time, False)


def _of(rule: DutyRule, records: Sequence[DutyRecord]) -> list[DutyRecord]:
    return [record for record in records if record.duty == rule.id]


def _task(
    rule: DutyRule,
    opening: Opening,
    student_id: str | None,
    records: Sequence[DutyRecord],
    time: DutyTime,
    locked: bool,
) -> DutyTask:
    until = opening.until or date.max
    done = [*opening.done, *(record.on for record in records if record.result is not DutyResult.EXCUSED)]
    excused = [record.on for record in records if record.result is DutyResult.EXCUSED]
    task = DutyTask(rule.id, student_id, opening.opens_on, opening.due_on, DutyState.OPEN)
    first = min((day for day in done if opening.opens_on <= day <= until), default=None)
    if first is not None:
        return replace(task, state=DutyState.DONE, done_on=first, days_over=_over(first, opening.due_on))
    if any(opening.opens_on <= day <= until for day in excused):
        return replace(task, state=DutyState.EXCUSED)
    if locked and rule.guardian:
        return replace(task, state=DutyState.LOCKED)
    if time.today > until:
        return replace(task, state=DutyState.MISSED)
    late = _over(time.today, opening.due_on)
    return replace(task, state=DutyState.OVERDUE if late else DutyState.OPEN, days_over=late)


def _over(day: date, due_on: date) -> int:
    """By how many days it is, or was, overdue: the whole of the day on which it is due is in time."""
    return max(0, (day - due_on).days)


def _of_school(rule: DutyRule, time: DutyTime) -> Iterator[Opening]:
    if rule.id == "D11":
        yield from (Opening(term.first, time.after(term.first, 6)) for term in time.begun[:1])
    elif rule.id == "D13":
        yield from (Opening(term.first, a_month_after(term.first), until=term.last) for term in time.begun)
    else:
        ahead = () if time.next_term is None else (time.next_term,)
        for term in (*time.terms, *ahead):
            opens = time.after(term.first, -time.policy.duties.refresh_days)
            if opens <= time.today:
                yield Opening(opens, term.first - DAY, until=term.last)
