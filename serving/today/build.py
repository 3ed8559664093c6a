"""One school's follow-up list, made from what the store holds at this moment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import numpy as np

from data_schemas.calendar import SchoolCalendar, date_to_day
from data_schemas.instruments import Words
from data_schemas.roster import Unsettled
from data_schemas.school_days import Calendars
from models.assessment import ModelStatus
from models.duty import Duty
from models.policy import Policy
from models.triage import (
    QUEUES,
    ZONE,
    Present,
    in_order,
    plan_week,
)
from models.triage.missed import expected_missed
from models.triage.moved import ListMove
from models.triage.queues import BELOW, CONTACT, IDENTITY, IMMEDIATE, LEADS, RETEST, REVIEW, WEEK
from models.triage.week import Week, hours_for
from models.why import why
from runxin.errors import Kind, UserError
from serving.store import A_YEAR, SCREENING, Feed, SchoolFacts, Store, Student, read_school
from serving.store.duty import duty_of
from serving.store.facts import NEW_STUDENT
from serving.today.blind import drawn_of_school
from serving.today.due import blind_due, due_of, overdue_of, own_due
from serving.today.entries import Entry, FollowUpList
from serving.today.gathered import gather, moves_of

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
    slots, duty = slots or policy.list.weekly_slots, duty_of(store, school_id)
    return build_list(facts, school_id, now, policy, slots, calendars.of(school_id), duty, drawn)


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
    run, today = facts.run, now.astimezone(ZONE).date()
    known = gather(facts, school_id, policy, slots, school, duty, now)
    ranked = run is not None and run.model.status == "ok"
    week = plan_week(known.everyone, known.strength, school_id, slots, ranked, policy, now, known.by_lot)
    blind = week.blind | drawn
    lines = _Lines(facts.people, blind, now, moves_of(facts, week))
    queues = {WEEK: lines.of_week(week), BELOW: lines.below(week)}
    for queue in QUEUES:
        if queue.holds is None:
            continue
        inside: Sequence[Present] = known.inside[queue.code]
        if queue.tells_tier:
            inside = [one for one in inside if one.student_id not in blind]
        ordered = in_order(inside, known.strength, now) if queue.code == IMMEDIATE else inside
        queues[queue.code] = lines.of_queue(queue.code, ordered)
    scheduled = len(known.scheduled | {one.student_id for one, _ in week.line})
    hidden = [one.tier.code for one in known.everyone if one.student_id in blind]
    return FollowUpList(
        run_id=run.run_id if run is not None else "",
        school_id=school_id,
        as_of=run.as_of if run is not None else today,
        published_at=run.published_at if run is not None else now,
        synthetic=run.synthetic if run is not None else False,
        model=run.model if run is not None else ModelStatus(None, None, policy.name, None, "none"),
        enrolled=len(known.everyone),
        screened=known.screened,
        queues={queue.code: queues[queue.code] for queue in QUEUES},
        scheduled=scheduled,
        weekly_slots=slots,
        check_minutes=policy.list.minutes_per_check,
        missed=expected_missed(facts.by_lot, len(known.everyone) - scheduled, today - A_YEAR),
        unmet=week.unmet,
        more_hours=hours_for(week.more_minutes),
        silent_feeds=tuple(f.feed for f in silent(facts.feeds, run.as_of, school)) if run is not None else (),
        tier_counts={tier: n - hidden.count(tier) for tier, n in known.tier_counts.items()},
        class_tasks=known.class_tasks,
    )


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
        """The same object as before, where everything that it says is the same."""
        student = self.people[one.student_id]
        if one.student_id in self.blind:
            due, why = blind_due(one, queue, self.now), (AUDIT_WORDS,)
            place = {"rank": rank, "slot": slot, "others": others}
            return Entry(student, queue, None, None, False, (), why, due, blind=True, **place)  # type: ignore[arg-type]
        move, handled = self.moved.get(one.student_id), one.handled_lately(self.now)
        told = student, rank, slot, others, move, handled, overdue_of(one, queue, self.now)
        before = one.worked_out.get(queue)
        if before is not None and before[0] == told:
            same: Entry = before[1]
            return same
        line = Entry(
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
            move=move,
            handled=handled,
        )
        one.worked_out[queue] = told, line
        return line


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


def silent(feeds: Sequence[Feed], as_of: date, school: SchoolCalendar) -> tuple[Feed, ...]:
    """Feeds that stopped two school days or more before the day of the list."""

    def passed(day: date) -> int:
        return int(school.school_days_until(np.array([date_to_day(day)]))[0])

    return tuple(feed for feed in feeds if passed(as_of) - passed(feed.covered_to) >= SILENT_SCHOOL_DAYS)
