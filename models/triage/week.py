"""The week's line: how many interviews the hours allow, who fills the places, what stays below, which deadlines the
hours cannot meet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import ceil

from models.policy import Policy
from models.triage.facts import ZONE
from models.triage.lots import drawn, lot, talk_done, week_of
from models.triage.order import in_order
from models.triage.present import Present

RANKED, CONCERN, AUDIT = "ranked", "concern", "audit"


@dataclass(frozen=True)
class Week:
    """`line` holds who is spoken with this week with the place each fills ("ranked", "concern" or "audit"), `below`
    those under it in order. `blind` are the students drawn by lot whose talk is not recorded yet. `unmet` counts the
    deadlines of the week that its places cannot meet, and `more_minutes` what would do."""

    line: tuple[tuple[Present, str], ...]
    below: tuple[Present, ...]
    blind: frozenset[str]
    unmet: int
    more_minutes: int


def plan_week(
    everyone: Sequence[Present],
    strength: Mapping[str, float],
    school_id: str,
    slots: int,
    ranked_by_model: bool,
    policy: Policy,
    now: datetime,
    blind: frozenset[str] | None = None,
) -> Week:
    """Give out the week's places. Immediate checks and confirmed crises stand above it and take none.

    Where no model may rank, those who stand highest without one fill the places that rules leave free. Whoever has
    asked for `blind_students` already gives the answer.
    """
    concern_places, audit_places = places(slots, policy)
    if blind is None:
        blind = blind_students(everyone, school_id, audit_places, now)
    waiting = in_order([one for one in everyone if one.waits_for_interview], strength, now)
    open_line = [one for one in waiting if not one.handled(now) and one.student_id not in blind]
    taken = {one.student_id for one in waiting} | blind
    totals = [] if ranked_by_model else by_total(everyone, taken, slots - len(open_line))
    open_line += totals
    line = open_line[: slots - concern_places - audit_places]
    rest = open_line[len(line) :]
    concerns = [one for one in rest if _own_concern(one)][:concern_places]
    with_concern = {one.student_id for one in concerns}
    spare = slots - audit_places - len(line) - len(concerns)
    ranked = [*line, *[one for one in rest if one.student_id not in with_concern][: max(spare, 0)]]
    given = [(one, RANKED) for one in ranked] + [(one, CONCERN) for one in concerns]
    given += [(one, AUDIT) for one in everyone if one.student_id in blind]
    inside = {one.student_id for one, _ in given}
    below = tuple(one for one in [*waiting, *totals] if one.student_id not in inside)
    sunday = datetime.combine(week_of(now) + timedelta(days=6), time(23, 59), ZONE)
    late = [one for one in below if not one.handled(now) and _due_by(one, sunday)]
    minutes = len(late) * policy.list.minutes_per_interview
    return Week(tuple(given), below, blind, len(late), minutes)


def blind_students(everyone: Sequence[Present], school_id: str, audit_places: int, now: datetime) -> frozenset[str]:
    """Who was drawn by lot for this week and has not been spoken with yet."""
    monday = week_of(now)
    by_lot = sorted(everyone, key=lambda one: lot(school_id, monday, one.student_id))
    return frozenset(one.student_id for one in drawn(by_lot, audit_places, now) if not talk_done(one, now))


def by_total(everyone: Sequence[Present], taken: set[str], most: int) -> list[Present]:
    """Those who stand highest where no model ranks, among those who are on no line yet and whom nobody has spoken with
    since the newest sheet, leave or report."""
    free = [
        one
        for one in everyone
        if one.student_id not in taken
        and one.facts.severity > 0
        and not (one.facts.stranger or one.urgent or one.in_review or one.only_history)
        and not _seen_since(one)
    ]
    free.sort(key=lambda one: (-one.facts.severity, one.student_id))
    return free[: max(most, 0)]


def _seen_since(one: Present) -> bool:
    said = one.facts.assessment
    changed = None if said is None else said.changed_on
    return one.seen_on is not None and (changed is None or one.seen_on >= changed)


def places(slots: int, policy: Policy) -> tuple[int, int]:
    """How many of `slots` go to concerns and how many to audits: the policy's shares, none where they are few."""
    share = slots / policy.list.weekly_slots
    wanted = [
        max(1, round(n * share)) if n and slots > 2 else 0 for n in (policy.list.concern_slots, policy.list.audit_slots)
    ]
    return wanted[0], wanted[1]


def keeps_the_lot(slots: int, policy: Policy) -> bool:
    """Whether a line of so many places draws as many by lot as the policy's: who is blind must not change because
    somebody looks at what another number of hours would do."""
    return places(slots, policy)[1] == places(policy.list.weekly_slots, policy)[1]


def hours_offered(policy: Policy) -> tuple[float, ...]:
    """Hours of a week between which one may choose, each with another number of interviews, all with the same lot."""
    most = 2 * policy.list.weekly_slots
    each = {slots: hours_for(slots * policy.list.minutes_per_interview) for slots in range(1, most + 1)}
    return tuple(sorted({hours for slots, hours in each.items() if keeps_the_lot(slots_of(hours, policy), policy)}))


def slots_of(hours: float, policy: Policy) -> int:
    """How many interviews fit into so many hours."""
    return max(1, int(hours * 60 // policy.list.minutes_per_interview))


def hours_for(minutes: int) -> float:
    """Minutes as half hours, rounded up."""
    return ceil(minutes / 30) / 2


def _own_concern(one: Present) -> bool:
    return any(standing.piece.floor.own_concern for standing in one.open)


def _due_by(one: Present, end: datetime) -> bool:
    return one.clock is not None and one.clock.by is not None and one.clock.by <= end
