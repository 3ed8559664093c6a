"""A report: allowed first, then put in the audit log, then counted from facts and told as its reader may know it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from data_schemas.calendar import SchoolCalendar
from models.duties import of_duty, school_tasks, student_tasks
from models.duty_cover import at, gaps, hours_by_kind
from models.reports import (
    DutyFigures,
    Figures,
    Period,
    ReportKind,
    Told,
    due_between,
    figures_of,
    period_of,
    together,
    told_of,
)
from models.small_counts import about, told
from serving.access import LEAST_TOLD, Action, User, check_may
from serving.duties.service import duty_facts
from serving.platform.state import State
from serving.reports.store import referrals_of, views_of
from serving.store import AuditEvent, duty_in_force, list_schools, school_ids, school_names, write_audit
from serving.today.blind import drawn_of_school

READ = "report.read"
DAY, LONGEST_AGO = timedelta(days=1), timedelta(days=3 * 365)
DutiesTold = Mapping[str, Mapping[str, int | None]]


@dataclass(frozen=True)
class Resources:
    """What schools have (D40), of those that have said so: how many `schools`, counselors, of these with two
    certificates, and rooms."""

    schools: int = 0
    counselors: int = 0
    double_certified: int = 0
    rooms: int = 0


@dataclass(frozen=True)
class Report:
    """One time of one school, or of all together (`school_id` None), with a line for each school in `by_school`.

    `duties` are those due within the time, `coverage` those due since the school year began. `uncovered` are hours of
    it without anybody on duty, None where there is no roster. What is None is not told to this reader, who is told
    counts of students from `least` on.
    """

    period: Period
    before: Period | None
    after: Period | None
    today: date
    school_id: str | None
    least: int
    told: Told
    duties: DutiesTold
    coverage: DutiesTold
    resources: Resources
    uncovered: float | None
    synthetic: bool
    schools: int
    by_school: tuple[tuple[str, Mapping[str, int | None]], ...] = ()

    @property
    def now(self) -> bool:
        """Whether the time is not over: the state of today belongs to it."""
        return self.today <= self.period.last


@dataclass(frozen=True)
class _Counted:
    """One school, exactly."""

    school_id: str
    figures: Figures
    duties: DutyFigures
    coverage: DutyFigures
    uncovered: float | None
    synthetic: bool


def open_report(state: State, user: User, kind: ReportKind, day: date | None, school_id: str | None) -> Report | None:
    """The report of the time in which a day lies, today's by default; None before the first term. Raises `UserError`
    (refused)."""
    check_may(user, Action.SEE_REPORTS, school_id)
    store, today = state.store, state.today()
    calendar = state.calendars.default if school_id is None else state.calendars.of(school_id)
    period = period_of(kind, max(min(day or today, today), today - LONGEST_AGO), calendar)
    detail = f"{kind.code} {period.name if period else ''}".strip()
    write_audit(store, AuditEvent(state.clock(), user.username, READ, "quality_audit", school_id, detail))
    if period is None:
        return None
    schools = school_ids(store) if school_id is None else [school_id]
    counted = [_count(state, one, period) for one in schools]
    least = LEAST_TOLD[user.role]
    uncovered = [one.uncovered for one in counted if one.uncovered is not None]
    return Report(
        period=period,
        before=period_of(kind, period.first - DAY, calendar) if period.first > today - LONGEST_AGO else None,
        after=_after(period, today, calendar),
        today=today,
        school_id=school_id,
        least=least,
        told=told_of(together([one.figures for one in counted]), least),
        duties=_told_duties([one.duties for one in counted], least),
        coverage=_told_duties([one.coverage for one in counted], least),
        resources=_resources(state, schools),
        uncovered=sum(uncovered) if uncovered else None,
        synthetic=any(one.synthetic for one in counted),
        schools=len(schools),
        by_school=_by_school(state, counted, least) if school_id is None else (),
    )


def _after(period: Period, today: date, calendar: SchoolCalendar) -> Period | None:
    """The next that has begun: after a term the one that follows the holidays."""
    for n in range((today - period.last).days):
        found = period_of(period.kind, period.last + (n + 1) * DAY, calendar)
        if found != period:
            return found
    return None


def _count(state: State, school_id: str, period: Period) -> _Counted:
    now, today = state.clock(), state.today()
    known = duty_facts(state.store, school_id, state.policy, state.calendars, now)
    ids = [one.present.student_id for one in known.students]
    blind = drawn_of_school(state.store, school_id, now, state.policy, state.calendars)
    referrals, views = referrals_of(state.store, ids), views_of(state.store, ids, period)
    tasks = [task for one in known.students for task in student_tasks(one, known.time)]
    tasks += school_tasks(known.said, known.time)
    began = known.time.terms[0].first if known.time.terms else today
    return _Counted(
        school_id,
        figures_of(known.students, blind, referrals, views, period),
        due_between(tasks, period.first, period.last),
        due_between(tasks, began, today),
        _uncovered(state, school_id, period),
        known.synthetic,
    )


def _uncovered(state: State, school_id: str, period: Period) -> float | None:
    """Hours of the time so far in which nobody was on duty or on call."""
    spans = duty_in_force(state.store, [school_id]).get(school_id, [])
    until = min(state.clock(), at(period.last + DAY))
    if not spans or until <= at(period.first):
        return None
    school = state.calendars.of(school_id)
    return sum(hours_by_kind(gaps(spans, at(period.first), until, school, state.policy.duty)).values(), 0.0)


def _told_duties(figures: Sequence[DutyFigures], least: int) -> DutiesTold:
    summed: dict[str, dict[str, int]] = {}
    for one in figures:
        for duty, parts in one.items():
            mine = summed.setdefault(duty, dict.fromkeys(parts, 0))
            for part, n in parts.items():
                mine[part] += n
    return {duty: _told_duty(duty, parts, least) for duty, parts in summed.items()}


def _told_duty(duty: str, parts: Mapping[str, int], least: int) -> Mapping[str, int | None]:
    """With what was `asked` in all. What is of schools themselves tells of nobody."""
    rule = of_duty(duty)
    if rule is not None and rule.of_school:
        least = 0
    return {**told(parts, least), "asked": about(sum(parts.values()), least)}


def _resources(state: State, schools: Sequence[str]) -> Resources:
    said = [one for one in list_schools(state.store) if one.school_id in set(schools) and one.counselors is not None]
    return Resources(
        len(said),
        sum(one.counselors or 0 for one in said),
        sum(one.double_certified or 0 for one in said),
        sum(bool(one.room) for one in said),
    )


def _by_school(
    state: State, counted: Sequence[_Counted], least: int
) -> tuple[tuple[str, Mapping[str, int | None]], ...]:
    """A line for each school, of which each column is a sum that stands above: hidden as its parts are."""
    exact = {
        "students": {one.school_id: sum(one.figures.groups["students"].values()) for one in counted},
        "screened": {one.school_id: one.figures.groups["screening"]["screened"] for one in counted},
        "received": {one.school_id: sum(one.figures.groups["received"].values()) for one in counted},
        "talks": {one.school_id: sum(one.figures.groups["talks"].values()) for one in counted},
        "referrals": {one.school_id: sum(one.figures.groups["referrals"].values()) for one in counted},
    }
    columns = {name: told(cells, least) for name, cells in exact.items()}
    names = school_names(state.store)
    return tuple(
        (names.get(one.school_id, one.school_id), {name: cells[one.school_id] for name, cells in columns.items()})
        for one in counted
    )
