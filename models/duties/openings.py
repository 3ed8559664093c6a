"""When each duty opens for a student, by when it is due, and what shows that it was done."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from data_schemas.codes import Contacted, FamilyFlag
from models.duties.facts import DutyStudent, VisitHow
from models.duties.terms import DutyTime, a_month_after
from models.tasks import ASK, BULLYING, CLASS_VISIT, CONTACT, VISIT
from models.triage.tasks_left import done_on

GUARDIANS = (Contacted.GUARDIAN, Contacted.BOTH)
FIRST_GRADES, SECONDARY = (1, 7, 10), (7, 10)
OF_LEAVE = frozenset({"leave-long", "leave-frequent", "leave-return", "suspension-expired", "R16", "R17"})


@dataclass(frozen=True)
class Opening:
    """From when on something is to be done and by when; `until` is the last day on which it can be, None where it stays
    to be done. `done` are days on which facts show that it was, whether within the time or not."""

    opens_on: date
    due_on: date
    done: tuple[date, ...] = ()
    until: date | None = None


def first_year(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    if one.grade in FIRST_GRADES:
        for term in time.begun[:1]:
            due = time.after(term.first, time.policy.duties.first_visit_days)
            yield Opening(term.first, due, tuple(one.visits()))


def everybody(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    for term in time.begun[:1]:
        yield Opening(term.first, time.year_end or term.last, tuple(one.visits()))


def home_first_year(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    if one.grade in FIRST_GRADES:
        yield from _home(one, time, 10, 20)


def home_special(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    if one.grade in SECONDARY and _special(one, time):
        yield from _home(one, time, 9, 30)


def _home(one: DutyStudent, time: DutyTime, month: int, day: int) -> Iterator[Opening]:
    for term in time.begun[:1]:
        yield Opening(term.first, date(term.first.year, month, day), tuple(one.visits(VisitHow.HOME)))


def monthly(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    """From the month after that in which the student came to stand there: the first talk has a clock of its own."""
    since = one.high_since
    if since is not None:
        for first, last in time.months(since):
            yield Opening(first, last, tuple(one.interviews()), last)


def visit_and_ask(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    """What was reported or is on the roster, and every family with special circumstances once a term."""
    yield from _errands(one, (VISIT, CLASS_VISIT))
    since = _special(one, time)
    if since is None:
        return
    for term in time.begun:
        opens = max(term.first, since)
        if opens <= time.today and opens <= term.last:
            due = time.school_days_after(opens, time.policy.tasks.visit_school_days)
            yield Opening(opens, due, _met(one), term.last)


def after_leave(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    yield from _errands(one, (ASK, CONTACT))
    for opens in _leave(one, time):
        due = time.school_days_after(opens, time.policy.duties.leave_school_days)
        yield Opening(opens, due, _met(one))


def plan_after_visit(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    for record in one.records:
        if record.result.code == "problem":
            yield Opening(record.on, time.after(record.on, time.policy.duties.plan_days), one.planned)


def weekly_contact(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    since = _special(one, time)
    if since is None:
        return
    spoken = (*one.spoken(*GUARDIANS), *one.visits())
    for term in time.begun:
        for monday, sunday in time.weeks(term, since):
            yield Opening(monday, sunday, spoken, sunday)


def arrived(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    """同步: on the day itself."""
    if one.arrived_on is not None:
        yield Opening(one.arrived_on, one.arrived_on, one.handed_over)


def handed_over(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    since = one.high_since
    for term in time.begun:
        if since is not None and since < term.first:
            due = time.after(term.first, time.policy.duties.handover_days)
            yield Opening(term.first, due, one.handed_over)


def file_opened(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    """Whoever takes a student on opens the file; so does whoever writes a plan."""
    since = one.high_since
    if since is not None:
        taken = tuple(at.date() for _, at in one.present.facts.case.taken_on)
        yield Opening(since, time.after(since, time.policy.duties.plan_days), (*taken, *one.planned))


def own_plan(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    since, plan = one.high_since, one.present.facts.case.plan
    if since is not None:
        done = (*one.planned, *(() if plan is None else (plan.on,)))
        yield Opening(since, time.after(since, time.policy.duties.plan_days), done)


def entrust(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    yield from _after_survey(one, time, (FamilyFlag.LEFT_BEHIND,))


def both_parents(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    yield from _after_survey(one, time, (FamilyFlag.DIVORCED_SINGLE,))


def _after_survey(one: DutyStudent, time: DutyTime, flags: Iterable[FamilyFlag]) -> Iterator[Opening]:
    """What D13 has found: so many days after the month of the survey."""
    for term in time.begun:
        if any(flag in one.flags for flag in flags):
            due = time.after(a_month_after(term.first), time.policy.duties.remind_days)
            yield Opening(term.first, due, until=term.last)


def unsupported(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    for flag in (FamilyFlag.DE_FACTO_UNSUPPORTED, FamilyFlag.ORPHAN):
        if flag in one.flags and time.begun:
            opens = max(one.flags[flag] or time.begun[0].first, time.begun[0].first)
            yield Opening(opens, time.after(opens, time.policy.duties.referral_days))
            return


def civil_affairs(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    """What has not come by the end of the month the school asks for."""
    if FamilyFlag.LEFT_BEHIND in one.flags and time.begun:
        for first, last in time.months(one.flags[FamilyFlag.LEFT_BEHIND] or time.begun[0].first):
            yield Opening(first, last, until=a_month_after(last))


def gap_and_absence(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    if FamilyFlag.GUARDIANSHIP_GAP in one.flags:
        for opens in _leave(one, time):
            yield Opening(opens, time.school_days_after(opens, time.policy.duties.leave_school_days))


def bullied(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    yield from _errands(one, (BULLYING,))


def seek_help(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    """Once a person has found it: nobody's family is told what a model or a sheet alone says."""
    since = one.found_high_on
    if since is not None:
        yield Opening(since, time.after(since, time.policy.duties.referral_days), one.referred)


def reported(one: DutyStudent, time: DutyTime) -> Iterator[Opening]:
    on = one.present.confirmed_on if one.present.in_review else None
    if on is not None:
        yield Opening(on, on)


def _errands(one: DutyStudent, kinds: Iterable[str]) -> Iterator[Opening]:
    """The errands that stand beside the list, with their own days, as the queue of contacts tells them, and those of
    the school year that it has forgotten, because somebody has done them or they are old."""
    said = one.present.facts.assessment
    asked = () if said is None else said.tasks
    known = {(task.kind, task.on, task.since or task.on) for task in asked}
    earlier = (task for task in one.errands if (task.kind, task.on, task.since or task.on) not in known)
    for task in (*asked, *earlier):
        if task.kind in kinds:
            done = done_on(task, one.present.words, one.present.facts.contacts)
            yield Opening(task.since or task.on, task.due_on, () if done is None else (done,))


def _leave(one: DutyStudent, time: DutyTime) -> list[date]:
    """Days of this school year on which leave, or a suspension, became something to follow up; each once."""
    said = one.present.facts.assessment
    known = {standing.piece.known_on for standing in one.present.evidence if standing.piece.floor.id in OF_LEAVE}
    if said is not None and said.suspended_since is not None:
        known.add(said.suspended_since)
    begun = time.begun
    return sorted(day for day in known if begun and day >= begun[0].first)


def _special(one: DutyStudent, time: DutyTime) -> date | None:
    """Since when the family is among those with special circumstances; None where it is not."""
    flags = [FamilyFlag.of(code) for code in time.policy.duties.special_flags]
    since = [
        one.flags[flag] or (time.terms[0].first if time.terms else time.today) for flag in flags if flag in one.flags
    ]
    return min(since, default=None)


def _met(one: DutyStudent) -> tuple[date, ...]:
    """Days on which somebody met the student or the family."""
    return (*one.visits(), *one.spoken(), *one.interviews())
