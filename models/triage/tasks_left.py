"""Which tasks of an assessment nobody has done since, and what they say under the protection lock."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from data_schemas.calendar import SchoolCalendar
from data_schemas.instruments import Words
from models.assessment import Task
from models.policy import Policy
from models.tasks import OF_REPORTS, TO_DO, UNDER_LOCK
from models.triage.clocks import school_days_between
from models.triage.facts import Contact, StudentFacts, Word


def tasks_left(
    facts: StudentFacts, words: Sequence[Word], policy: Policy, school: SchoolCalendar, locked: bool
) -> tuple[Task, ...]:
    """The tasks that nobody has done since, and that are not too old to be asked for; where the protection lock is on
    (`locked`), without any step that calls a guardian."""
    said = facts.assessment
    if said is None:
        return ()
    left = (
        task
        for task in said.tasks
        if done_on(task, words, facts.contacts) is None
        and school_days_between(task.since or task.on, said.as_of, school) < policy.tasks.school_days
    )
    return tuple(_under_lock(task) if locked else task for task in left)


def done_on(task: Task, words: Sequence[Word], contacts: Sequence[Contact]) -> date | None:
    """The first day on which somebody has done a task; None where nobody has. `words` are in force."""
    return min((one[0] for one in _spoken(words, contacts) if _does(task, *one)), default=None)


def _spoken(words: Sequence[Word], contacts: Sequence[Contact]) -> Iterator[tuple[date, datetime, str]]:
    asked = (word for word in words if word.is_interview and not word.blind)
    yield from ((word.observed_on, word.received_at, word.file) for word in asked)
    yield from ((contact.on, contact.received_at, contact.file) for contact in contacts)


def _under_lock(task: Task) -> Task:
    """Without any step that calls a guardian."""
    if task.kind not in UNDER_LOCK:
        return task
    plain, locked = TO_DO[task.kind], UNDER_LOCK[task.kind]
    text = Words(zh=task.text.zh.replace(plain.zh, locked.zh), en=task.text.en.replace(plain.en, locked.en))
    return replace(task, text=text)


def _does(task: Task, on: date, told: datetime, file: str) -> bool:
    """Whoever was reached on the very day on which a report came in need not have heard of it. An absence is known
    whoever tells of it, but not of somebody who was another student then."""
    since, came = task.since or task.on, task.came
    if on < since or (on == since and task.kind in OF_REPORTS):
        return False
    if came is None or (file == came.file and task.kind not in OF_REPORTS):
        return True
    here = came.here(file)
    return here is not None and told >= here
