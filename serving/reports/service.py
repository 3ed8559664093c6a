"""A report: allowed first, then put in the audit log, then counted from facts and told as its reader may know it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from time import monotonic

from data_schemas.calendar import SchoolCalendar
from models.duties import DUTIES, school_tasks, student_tasks
from models.duty_cover import at, gaps, hours_by_kind
from models.reports import (
    DutyDone,
    DutyTold,
    Figures,
    ReportKind,
    ReportPeriod,
    ToldFigures,
    due_between,
    duty_told,
    figures_of,
    period_of,
    together,
    told_of,
)
from models.small_counts import told
from serving.access import LEAST_TOLD, Action, User, check_may
from serving.duties.service import duty_facts
from serving.platform.state import State
from serving.reports.signals import ClassSignals, signals_of
from serving.reports.store import bookings_made, referrals_of, views_of
from serving.store import AuditEvent, duty_in_force, list_schools, school_ids, school_names, stamp_at, write_audit
from serving.today.blind import drawn_of_school

READ = "report.read"
BY_SCHOOL = ("students", "screened", "received", "talks", "referrals")
DAY, LONGEST_AGO = timedelta(days=1), timedelta(days=3 * 365)
SECONDS = 20  # for how long one request counts schools


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
    Of a school, `classes` has the signals.

    `duties` are those due within the time, `coverage` those due since the school year began, on the day
    `year_from`. `uncovered` are hours of
    it without anybody on duty, None where there is no roster. What is None is not told to this reader, who is told
    counts of students from `least` on.
    """

    period: ReportPeriod
    before: ReportPeriod | None
    after: ReportPeriod | None
    today: date
    school_id: str | None
    least: int
    told: ToldFigures
    duties: Mapping[str, DutyTold]
    coverage: Mapping[str, DutyTold]
    resources: Resources
    year_from: date
    uncovered: float | None
    synthetic: bool
    schools: int
    by_school: tuple[tuple[str, Mapping[str, int | None]], ...] = ()
    classes: tuple[ClassSignals, ...] = ()

    @property
    def now(self) -> bool:
        """Whether the time is not over: the state of today belongs to it."""
        return self.today <= self.period.last


@dataclass(frozen=True)
class Counting:
    """So many schools have been counted today: whoever asks again comes further."""

    done: int
    of: int


@dataclass(frozen=True)
class _Counted:
    """One school, exactly."""

    school_id: str
    figures: Figures
    duties: Mapping[str, DutyDone]
    coverage: Mapping[str, DutyDone]
    year_from: date
    uncovered: float | None
    synthetic: bool


def open_report(
    state: State, user: User, kind: ReportKind, day: date | None, school_id: str | None
) -> Report | Counting | None:
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
    counted = _count_all(state, schools, period) if school_id is None else [_count(state, school_id, period)]
    if len(counted) < len(schools):
        return Counting(len(counted), len(schools))
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
        year_from=min((one.year_from for one in counted), default=today),
        uncovered=sum(uncovered) if uncovered else None,
        synthetic=any(one.synthetic for one in counted),
        schools=len(schools),
        by_school=_by_school(state, counted, least) if school_id is None else (),
        classes=_classes(state, school_id, kind, today in period, least),
    )


def _classes(state: State, school_id: str | None, kind: ReportKind, now: bool, least: int) -> tuple[ClassSignals, ...]:
    """For the weekly and monthly meetings of a school: of the present, as the classes are now."""
    if school_id is None or not now or kind not in (ReportKind.WEEK, ReportKind.MONTH):
        return ()
    blind = drawn_of_school(state.store, school_id, state.clock(), state.policy, state.calendars)
    return signals_of(state, school_id, blind, least)


def _after(period: ReportPeriod, today: date, calendar: SchoolCalendar) -> ReportPeriod | None:
    """The next that has begun: after a term the one that follows the holidays."""
    for n in range((today - period.last).days):
        found = period_of(period.kind, period.last + (n + 1) * DAY, calendar)
        if found != period:
            return found
    return None


def _count(state: State, school_id: str, period: ReportPeriod) -> _Counted:
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
        figures_of(known.students, blind, referrals, bookings_made(state.store, school_id), views, period),
        due_between(tasks, period.first, period.last),
        due_between(tasks, began, today),
        began,
        _uncovered(state, school_id, period),
        known.synthetic,
    )


def _uncovered(state: State, school_id: str, period: ReportPeriod) -> float | None:
    """Hours of the time, up to today, in which nobody was on duty or on call."""
    spans = duty_in_force(state.store, [school_id]).get(school_id, [])
    until = at(min(state.today(), period.last + DAY))
    if not spans or until <= at(period.first):
        return None
    school = state.calendars.of(school_id)
    return sum(hours_by_kind(gaps(spans, at(period.first), until, school, state.policy.duty)).values(), 0.0)


def _count_all(state: State, schools: Sequence[str], period: ReportPeriod) -> list[_Counted]:
    """Every school, or as many as can be counted in one request. What was counted is kept for the day, in one piece:
    so many schools would drive out of memory what counselors ask for. Part of a sum is told to nobody."""
    kept_as = f" report {period.kind.code} {period.first}"
    before: Mapping[str, tuple[object, _Counted]] = state.store.kept.get(kept_as) or {}
    found, until = dict[str, tuple[object, _Counted]](), monotonic() + SECONDS
    for school_id in schools:
        holds = (state.today(), stamp_at(state.store, school_id)[:3])
        kept = before.get(school_id)
        if kept is not None and kept[0] == holds:
            found[school_id] = kept
        elif monotonic() < until:
            found[school_id] = holds, _count(state, school_id, period)
    state.store.kept.keep(kept_as, found)
    return [one for _, one in found.values()]


def _told_duties(figures: Sequence[Mapping[str, DutyDone]], least: int) -> Mapping[str, DutyTold]:
    """What is of schools themselves tells of nobody."""
    summed: dict[str, DutyDone] = {}
    for one in figures:
        for duty, done in one.items():
            summed[duty] = summed[duty] + done if duty in summed else done
    of_schools = {rule.id for rule in DUTIES if rule.of_school}
    return {duty: duty_told(one, 0 if duty in of_schools else least) for duty, one in summed.items()}


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
    exact: dict[str, dict[str, int]] = {name: {} for name in BY_SCHOOL}
    for one in counted:
        sums = {name: sum(parts.values()) for name, parts in one.figures.groups.items()}
        for name, cells in exact.items():
            cells[one.school_id] = sums[name] if name in sums else one.figures.counts[name]
    columns = {name: told(cells, least) for name, cells in exact.items()}
    names = school_names(state.store)
    return tuple(
        (names.get(one.school_id, one.school_id), {name: cells[one.school_id] for name, cells in columns.items()})
        for one in counted
    )
