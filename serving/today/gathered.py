"""What a school's list goes by at any hour of a day: kept with the facts, and worked out anew where they change."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from data_schemas.calendar import SchoolCalendar
from data_schemas.codes import Tier
from data_schemas.roster import Unsettled
from models.duty import Duty
from models.policy import Policy
from models.retest import ASKED
from models.triage import (
    QUEUES,
    Present,
    Week,
    blind_students,
    by_deadline,
    places,
    stands_in,
    strengths_of,
    week_of,
)
from models.triage.moved import ListMove, moves
from serving.store import SchoolFacts


@dataclass(frozen=True)
class Gathered:
    """Everyone of a school; `inside` holds who stands in each queue that facts tell, by deadline, strangers among them.
    `strength` is that of the order, `by_lot` who is blind this week, `scheduled` who is checked at once or reviewed,
    `class_tasks` counts by class whom the homeroom teacher is to ask."""

    everyone: tuple[Present, ...]
    inside: Mapping[str, Sequence[Present]]
    strength: Mapping[str, float]
    by_lot: frozenset[str]
    scheduled: frozenset[str]
    screened: int
    tier_counts: Mapping[str, int]
    class_tasks: Mapping[str, int]


def gather(
    facts: SchoolFacts,
    school_id: str,
    policy: Policy,
    slots: int,
    school: SchoolCalendar,
    duty: Duty | None,
    now: datetime,
) -> Gathered:
    """Of a school's facts; of `now` nothing counts but the week, and of `slots` how many are given by lot."""
    everyone = facts.presents.of(facts.everyone, policy, school, duty)
    strangers = facts.presents.of(facts.strangers, policy, school, duty, "strangers")
    lot = places(slots, policy)[1]

    def work() -> Gathered:
        told = [*everyone, *(one for one in strangers if _is_told(one))]
        return Gathered(
            everyone,
            _in_queues(told),
            strengths_of(told),
            blind_students(everyone, school_id, lot, now),
            frozenset(one.student_id for one in everyone if one.urgent or one.in_review),
            sum(one.facts.screened for one in everyone),
            {tier.code: sum(one.tier is tier for one in everyone) for tier in Tier},
            _class_tasks(everyone, facts),
        )

    return facts.presents.once("gathered", (everyone, strangers, school_id, lot, week_of(now)), work)


def moves_of(facts: SchoolFacts, week: Week) -> Mapping[str, ListMove]:
    """Why students of the line and below it moved since the list was published."""
    if facts.run is None:
        return {}
    listed = sorted([*(one for one, _ in week.line), *week.below], key=lambda one: one.student_id)
    published_at = facts.run.published_at
    return facts.presents.once("moves", (*listed, published_at), lambda: moves(listed, published_at))


def _in_queues(everyone: Sequence[Present]) -> dict[str, list[Present]]:
    inside: dict[str, list[Present]] = {queue.code: [] for queue in QUEUES}
    for one in everyone:
        for code in stands_in(one):
            inside[code].append(one)
    return {code: by_deadline(there) for code, there in inside.items()}


def _is_told(one: Present) -> bool:
    """Whether somebody on no roster is shown: not who has left and of whom nothing is open. Whom a roster just does not
    name any more, and a person holds at 重点 or something is to be asked of, is asked about: nobody has said that the
    student left."""
    reason = one.facts.reason
    left = one.facts.gone if reason is None else reason == Unsettled.LEFT.code
    held = reason is None and one.confirmed and one.tier.ord >= Tier.PRIORITY.ord
    asked = reason is None and any(retest.why in ASKED for retest in one.retests)
    return bool(one.open or one.leads or one.in_review or held or asked) or not left


def _class_tasks(everyone: Sequence[Present], facts: SchoolFacts) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for one in everyone:
        if one.asked_in_class:
            counts[facts.people[one.student_id].class_id or ""] += 1
    return dict(sorted(counts.items()))
