"""One school's follow-up list, made from what the store holds at this moment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import numpy as np

from data_schemas.calendar import SchoolCalendar, date_to_day
from data_schemas.codes import Tier
from data_schemas.instruments import Words
from data_schemas.roster import Unsettled
from data_schemas.school_days import Calendars
from models.assessment import ModelStatus
from models.duty import Duty
from models.policy import Policy
from models.retest import ASKED
from models.tasks import CLASS_VISIT
from models.triage import (
    QUEUES,
    ZONE,
    Present,
    by_deadline,
    in_order,
    plan_week,
    strengths_of,
)
from models.triage.missed import expected_missed
from models.triage.moved import ListMove, moves
from models.triage.queues import BELOW, CONTACT, IDENTITY, IMMEDIATE, LEADS, RETEST, REVIEW, WEEK
from models.triage.week import Week, hours_for
from models.why import why
from runxin.errors import Kind, UserError
from serving.store import A_YEAR, SCREENING, Feed, SchoolFacts, Store, Student, read_school
from serving.store.duty import duty_of
from serving.store.facts import NEW_STUDENT
from serving.today.blind import drawn_of_school
from serving.today.due import blind_due, due_of, own_due
from serving.today.entries import Entry, FollowUpList

SILENT_SCHOOL_DAYS = 2
AUDIT_WORDS = Words(zh="例行访谈", en="routine conversation")
WHY_UNPLACED = {one.code: Words(zh=one.zh, en=one.en) for one in Unsettled} | {
    NEW_STUDENT: Words(
        zh="已确认是新学生，等学籍更新", en="a new student, as somebody has confirmed: the roster follows"
    ),
    "gone": Words(zh="名册中不再有此编号", en="the id is on the roster no more"),
    "two_schools": Words(
        zh="另一所学校的名册上有同一编号的另一名学生", en="another school's roster has this id for somebody else"
    ),
}


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
    """The list in force for a school, or that of one day, as it stands `now`.

    Clocks run in the school's days by `calendars`, the default ones where none are given, and those of minutes by
    its duty roster. `slots` moves the line of the week away from the policy's. Raises `UserError` (not found) where
    nothing was published for the school and nothing received.
    """
    facts = read_school(store, school_id, now.astimezone(ZONE).date(), names_allowed, as_of)
    if facts.run is None and not facts.strangers:
        what = f" as of {as_of.isoformat()}" if as_of is not None else ""
        raise UserError(
            Kind.NOT_FOUND, f"there is no list for this school{what}", fix="runxin screen DIR publishes one"
        )
    calendars = calendars or Calendars()
    drawn = frozenset[str]() if as_of is None else drawn_of_school(store, school_id, now, policy, calendars)
    places, duty = slots or policy.list.weekly_slots, duty_of(store, school_id)
    return build_list(facts, school_id, now, policy, places, calendars.of(school_id), duty, drawn)


def build_list(
    facts: SchoolFacts,
    school_id: str,
    now: datetime,
    policy: Policy,
    slots: int,
    school: SchoolCalendar,
    duty: Duty | None = None,
    drawn: frozenset[str] = frozenset(),
) -> FollowUpList:
    """The list of a school's facts; the same facts and time give the same list. Whoever is `drawn` by lot over another
    list is blind here as well."""
    everyone = facts.presents.of(facts.everyone, policy, school, duty)
    strangers = [one for one in facts.presents.of(facts.strangers, policy, school, duty) if _is_told(one)]
    strength = strengths_of([*everyone, *strangers])
    ranked = facts.run is not None and facts.run.model.status == "ok"
    week = plan_week(everyone, strength, school_id, slots, ranked, policy, now)
    blind = week.blind | drawn
    moved = moves([one for one, _ in week.line] + list(week.below), facts.run.published_at) if facts.run else {}
    lines = _Lines(facts.people, blind, now, moved)
    queues = {WEEK: lines.of_week(week), BELOW: lines.below(week)}
    for queue in QUEUES:
        if queue.holds is None:
            continue
        inside = [one for one in (*everyone, *strangers) if queue.holds(one)]
        if queue.tells_tier:
            inside = [one for one in inside if one.student_id not in blind]
        ordered = in_order(inside, strength, now) if queue.code == IMMEDIATE else by_deadline(inside)
        queues[queue.code] = lines.of_queue(queue.code, ordered)
    run = facts.run
    own = {one.student_id for one in everyone}
    scheduled = {one.student_id for one in everyone if one.urgent or one.in_review}
    scheduled |= {one.student_id for one, _ in week.line}
    return FollowUpList(
        run_id=run.run_id if run is not None else "",
        school_id=school_id,
        as_of=run.as_of if run is not None else now.astimezone(ZONE).date(),
        published_at=run.published_at if run is not None else now,
        synthetic=run.synthetic if run is not None else False,
        model=run.model if run is not None else ModelStatus(None, None, policy.name, None, "none"),
        enrolled=len(everyone),
        screened=sum(one.facts.screened for one in everyone),
        queues={queue.code: queues[queue.code] for queue in QUEUES},
        scheduled=len(scheduled & own),
        weekly_slots=slots,
        check_minutes=policy.list.minutes_per_check,
        missed=expected_missed(
            facts.by_lot, len(everyone) - len(scheduled & own), now.astimezone(ZONE).date() - A_YEAR
        ),
        unmet=week.unmet,
        more_hours=hours_for(week.more_minutes),
        silent_feeds=tuple(f.feed for f in silent(facts.feeds, run.as_of, school)) if run is not None else (),
        tier_counts=_tier_counts(one for one in everyone if one.student_id not in blind),
        class_tasks=_class_tasks(everyone, facts.people),
    )


def _is_told(one: Present) -> bool:
    """Whether somebody on no roster is shown: not who has left and of whom nothing is open. Whom a roster just does not
    name any more, and a person holds at 重点 or something is to be asked of, is asked about: nobody has said that the
    student left."""
    reason = one.facts.reason
    left = one.facts.gone if reason is None else reason == Unsettled.LEFT.code
    held = reason is None and one.confirmed and one.tier.ord >= Tier.PRIORITY.ord
    asked = reason is None and any(retest.why in ASKED for retest in one.retests)
    return bool(one.open or one.leads or one.in_review or held or asked) or not left


class _Lines:
    """Lines of one list: who each student is, who is blind, and what time it is."""

    def __init__(
        self, people: Mapping[str, Student], blind: frozenset[str], now: datetime, moved: Mapping[str, ListMove]
    ) -> None:
        self.people, self.blind, self.now, self.moved = people, blind, now, moved

    def of_week(self, week: Week) -> tuple[Entry, ...]:
        return tuple(self.line(one, WEEK, slot=slot, rank=rank) for rank, (one, slot) in enumerate(week.line, start=1))

    def below(self, week: Week) -> tuple[Entry, ...]:
        first = len(week.line) + 1
        return tuple(self.line(one, BELOW, rank=rank) for rank, one in enumerate(week.below, start=first))

    def of_queue(self, queue: str, ordered: Iterable[Present]) -> tuple[Entry, ...]:
        """A line a student, but one for all whom an import brought and the roster does not know: a wrong roster floods
        nobody. The gravest of them stands for the others."""
        together: dict[str, list[Present]] = defaultdict(list)
        for one in ordered:
            together[_import_of(one) or one.student_id].append(one)
        lines = []
        for group in together.values():
            positive_first = sorted(group, key=lambda one: not one.urgent) if len(group) > 1 else group
            others = tuple(one.student_id for one in positive_first[1:])
            lines.append(self.line(positive_first[0], queue, others=others))
        return tuple(lines)

    def line(
        self,
        one: Present,
        queue: str,
        rank: int | None = None,
        slot: str | None = None,
        others: tuple[str, ...] = (),
    ) -> Entry:
        student = self.people[one.student_id]
        if one.student_id in self.blind:
            due, why = blind_due(one, queue, self.now), (AUDIT_WORDS,)
            place = {"rank": rank, "slot": slot, "others": others}
            return Entry(student, queue, None, None, False, (), why, due, blind=True, **place)  # type: ignore[arg-type]
        return Entry(
            student=student,
            queue=queue,
            tier=one.tier,
            source=one.source,
            confirmed=one.confirmed,
            floors=one.floors,
            why=_why(one, queue),
            due=due_of(one, self.now),
            also_due=own_due(one, queue, self.now),
            assessment=one.facts.assessment,
            rank=rank,
            slot=slot,
            others=others,
            undecided=one.undecided,
            suspended=one.suspended,
            lacks=one.lacks,
            seen_on=one.seen_on,
            assessment_id=one.facts.assessment_id,
            move=self.moved.get(one.student_id),
            handled=one.handled_lately(self.now),
        )


def why_unplaced(one: Present) -> Words:
    """Why the roster cannot place somebody."""
    return WHY_UNPLACED[one.facts.reason or ("gone" if one.facts.gone else Unsettled.UNKNOWN.code)]


def _import_of(one: Present) -> str | None:
    """The screening that brought somebody whom no roster knows, with the reason; None for all others. The newest one
    tells the reason, with evidence or without."""
    if not one.facts.stranger or one.facts.reason == NEW_STUDENT:
        return None
    if one.facts.reason is not None:
        return f"\n{one.facts.reason}"
    brought = {piece.filed_by for piece in one.facts.pieces if piece.door == SCREENING}
    return f"\n{min(brought)}" if brought and one.facts.assessment is None else None


def _why(one: Present, queue: str) -> tuple[Words, ...]:
    """Two sentences at most: what was found, or what the queue is about."""
    said = why(one)
    if queue == LEADS:
        said = tuple(lead.piece.floor.text for lead in one.leads)
    elif queue == RETEST:
        said = tuple(retest.text for retest in one.retests)
    elif queue == CONTACT:
        said = tuple(task.text for task in one.to_contact)
    elif queue == REVIEW and one.confirmed_on is not None:
        on = one.confirmed_on.isoformat()
        said = (Words(zh=f"人工确认为危机（{on}）", en=f"confirmed as a crisis by a person ({on})"), *said)
    elif queue == IDENTITY:
        said = (why_unplaced(one), *said)
    return said[:2]


def _tier_counts(everyone: Iterable[Present]) -> dict[str, int]:
    counts = {tier.code: 0 for tier in Tier}
    for one in everyone:
        counts[one.tier.code] += 1
    return counts


def _class_tasks(everyone: Sequence[Present], people: Mapping[str, Student]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for one in everyone:
        if any(task.kind == CLASS_VISIT for task in one.tasks):
            counts[people[one.student_id].class_id or ""] += 1
    return dict(sorted(counts.items()))


def silent(feeds: Sequence[Feed], as_of: date, school: SchoolCalendar) -> tuple[Feed, ...]:
    """Feeds that stopped two school days or more before the day of the list."""

    def passed(day: date) -> int:
        return int(school.school_days_until(np.array([date_to_day(day)]))[0])

    return tuple(feed for feed in feeds if passed(as_of) - passed(feed.covered_to) >= SILENT_SCHOOL_DAYS)
