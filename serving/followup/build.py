"""One school's follow-up list, made from what the store holds at this moment."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime

import numpy as np

from data_schemas.calendar import SchoolCalendar, date_to_day
from data_schemas.codes import Tier
from data_schemas.instruments import Words
from data_schemas.school_days import Calendars
from models.assessment import Assessment, DataQuality, ModelStatus
from models.policy import Policy
from runxin.errors import Kind, UserError
from serving.followup.due import OWN_CONCERN, ZONE, clock_of, is_urgent
from serving.followup.entries import Due, Entry, FollowUpList, Section
from serving.followup.ranking import in_order, strengths
from serving.followup.why import why
from serving.store import Feed, SchoolReading, Standing, Store, read_school

SILENT_SCHOOL_DAYS = 2
AUDIT_WORDS = Words(zh="例行访谈", en="routine conversation")


def follow_up_list(
    store: Store,
    school_id: str,
    now: datetime,
    names_allowed: bool,
    policy: Policy,
    slots: int | None = None,
    as_of: date | None = None,
    calendars: Calendars | None = None,
) -> FollowUpList:
    """The list in force for a school, or that of one day, with evidence and clocks as they stand `now`.

    Clocks run in the school's days by `calendars`, the default ones where none are given. `slots` moves the line of the
    week away from the policy's. Raises `UserError` (not found) where nothing was published for the school and nothing
    received.
    """
    reading = read_school(store, school_id, names_allowed, as_of)
    if reading.run is None and not reading.unknown:
        what = f" as of {as_of.isoformat()}" if as_of is not None else ""
        raise UserError(
            Kind.NOT_FOUND, f"there is no list for this school{what}", fix="runxin screen DIR publishes one"
        )
    school = (calendars or Calendars()).of(school_id)
    return build_list(reading, school_id, now, policy, slots or policy.list.weekly_slots, school)


def build_list(
    reading: SchoolReading, school_id: str, now: datetime, policy: Policy, slots: int, school: SchoolCalendar
) -> FollowUpList:
    """The list of a reading; the same reading and time give the same list."""
    everyone = reading.standings
    told = [s for s in everyone if s.assessment is not None]
    urgent = {s.pupil.student_id for s in (*told, *reading.unknown) if any(is_urgent(row) for row in s.evidence)}
    immediate = [s for s in (*told, *reading.unknown) if s.pupil.student_id in urgent]
    history = [s for s in told if s.evidence and all(row.floor.history for row in s.evidence)]
    only_history = {s.pupil.student_id for s in history if _assessment(s).own_tier is Tier.ROUTINE}
    waiting = [
        s
        for s in told
        if _tier(s) is not Tier.ROUTINE and s.pupil.student_id not in urgent and s.pupil.student_id not in only_history
    ]
    strength = strengths((*everyone, *reading.unknown))

    def sort(group: Sequence[Standing], section: Section) -> list[Standing]:
        return in_order(group, strength, section, now, policy.due, school)

    def entry(standing: Standing, section: Section, slot: str | None = None) -> Entry:
        return _entry(standing, section, clock_of(standing, section, policy.due, school).due(now), slot)

    def entries(group: Sequence[Standing], section: Section) -> tuple[Entry, ...]:
        return tuple(entry(s, section) for s in sort(group, section))

    queue = sort(waiting, Section.WEEK) + sort(_by_total(told, waiting, urgent, reading, slots), Section.WEEK)
    week, below = _line(queue, reading, urgent, slots, policy, entry)
    run = reading.run
    return FollowUpList(
        run_id=run.run_id if run is not None else "",
        school_id=school_id,
        as_of=run.as_of if run is not None else now.astimezone(ZONE).date(),
        published_at=run.published_at if run is not None else now,
        synthetic=run.synthetic if run is not None else False,
        model=run.model if run is not None else ModelStatus(None, None, policy.name, None, "none"),
        enrolled=len(everyone),
        screened=sum(s.screened for s in everyone),
        immediate=entries(immediate, Section.IMMEDIATE),
        week=week,
        below=below,
        contact=entries([s for s in told if _assessment(s).tasks], Section.CONTACT),
        history=entries(history, Section.HISTORY),
        retest=entries([s for s in told if _assessment(s).data_quality.retest], Section.RETEST),
        not_screened=entries([s for s in told if not s.screened], Section.NOT_SCREENED),
        identity=entries(reading.unknown, Section.IDENTITY),
        weekly_slots=slots,
        check_minutes=policy.list.minutes_per_check,
        expected_missed=None,  # an estimate needs audit interviews with recorded results, which are not kept yet
        silent_feeds=tuple(f.feed for f in silent(reading.feeds, run.as_of, school)) if run is not None else (),
        tier_counts=_tier_counts(everyone),
    )


def _by_total(
    told: Sequence[Standing], waiting: Sequence[Standing], urgent: set[str], reading: SchoolReading, slots: int
) -> list[Standing]:
    """Where no model may rank, the highest questionnaire totals fill the places of the week that rules leave free."""
    if reading.run is None or reading.run.model.status == "ok":
        return []
    taken = urgent | {s.pupil.student_id for s in waiting}
    free = [s for s in told if s.pupil.student_id not in taken and s.severity > 0]
    free.sort(key=lambda s: (-s.severity, s.pupil.student_id))
    return free[: max(slots - len(waiting), 0)]


def _line(
    waiting: list[Standing],
    reading: SchoolReading,
    urgent: set[str],
    slots: int,
    policy: Policy,
    entry: Callable[[Standing, Section, str | None], Entry],
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """The week's places and what stays below: most by rank, some for people's own concerns, some by lot."""
    concern_slots, audit_slots = places(slots, policy)
    line = waiting[: slots - concern_slots - audit_slots]
    rest = waiting[len(line) :]
    concerns = [s for s in rest if any(row.floor.id == OWN_CONCERN for row in s.evidence)][:concern_slots]
    spare = slots - audit_slots - len(line) - len(concerns)
    taken = {s.pupil.student_id for s in concerns}
    ranked = [*line, *[s for s in rest if s.pupil.student_id not in taken][:spare]]
    on_line = urgent | taken | {s.pupil.student_id for s in ranked}
    run_id = reading.run.run_id if reading.run is not None else ""
    pool = [s for s in reading.standings if s.pupil.student_id not in on_line | reading.declined]
    audits = sorted(pool, key=lambda s: _lot(run_id, s.pupil.student_id))[:audit_slots]
    on_line |= {s.pupil.student_id for s in audits}
    week = [entry(s, Section.WEEK, "ranked") for s in ranked]
    week += [entry(s, Section.WEEK, "concern") for s in concerns]
    week += [_audit(s, reading) for s in audits]
    below = [entry(s, Section.BELOW, None) for s in waiting if s.pupil.student_id not in on_line]
    numbered = [replace(entry, rank=rank) for rank, entry in enumerate([*week, *below], start=1)]
    return tuple(numbered[: len(week)]), tuple(numbered[len(week) :])


def places(slots: int, policy: Policy) -> tuple[int, int]:
    """How many of `slots` go to concerns and how many to audits: the policy's shares, none where they are few."""
    share = slots / policy.list.weekly_slots
    wanted = [
        max(1, round(n * share)) if n and slots > 2 else 0 for n in (policy.list.concern_slots, policy.list.audit_slots)
    ]
    return wanted[0], wanted[1]


def _entry(standing: Standing, section: Section, due: Due, slot: str | None) -> Entry:
    assessment = _assessment(standing)
    said = why(assessment)
    if section is Section.RETEST:
        said = tuple(retest.text for retest in assessment.data_quality.retest)[:2]
    if section is Section.CONTACT:
        said = tuple(task.text for task in assessment.tasks)[:2]
    return Entry(standing.pupil, section, assessment, said, due, slot=slot, assessment_id=standing.assessment_id)


def _audit(standing: Standing, reading: SchoolReading) -> Entry:
    """A blind line: who, and nothing of what is known, so that the interviewer starts from nothing."""
    assert reading.run is not None
    run = reading.run
    blank = Assessment(
        student_id=standing.pupil.student_id,
        as_of=run.as_of,
        tier=Tier.ROUTINE,
        tier_source="model",
        own_tier=Tier.ROUTINE,
        own_source="model",
        confirmed=False,
        probability=None,
        margin=None,
        base_value=None,
        reasons=(),
        group_contributions=None,
        floors=(),
        instruments=(),
        data_quality=DataQuality("ok"),
        model=replace(run.model, status="none"),
        screened=True,
        severity=0.0,
    )
    due = Due(Words(zh="本周内访谈", en="talk this week"), None, False)
    return Entry(standing.pupil, Section.WEEK, blank, (AUDIT_WORDS,), due, slot="audit")


def _lot(run_id: str, student_id: str) -> str:
    return hashlib.sha256(f"{run_id}/{student_id}".encode()).hexdigest()


def _assessment(standing: Standing) -> Assessment:
    assert standing.assessment is not None
    return standing.assessment


def _tier(standing: Standing) -> Tier:
    return standing.assessment.tier if standing.assessment is not None else Tier.ROUTINE


def _tier_counts(everyone: Sequence[Standing]) -> dict[str, int]:
    counts = {tier.code: 0 for tier in Tier}
    for standing in everyone:
        counts[_tier(standing).code] += 1
    return counts


def silent(feeds: Sequence[Feed], as_of: date, school: SchoolCalendar) -> tuple[Feed, ...]:
    """Feeds that stopped two school days or more before the day of the list."""

    def passed(day: date) -> int:
        return int(school.school_days_until(np.array([date_to_day(day)]))[0])

    return tuple(feed for feed in feeds if passed(as_of) - passed(feed.covered_to) >= SILENT_SCHOOL_DAYS)
