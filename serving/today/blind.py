"""Which of some students are shown blind, without reading their whole schools."""

from collections.abc import Iterable
from datetime import date, datetime

from data_schemas.calendar import SchoolCalendar
from data_schemas.school_days import Calendars
from models.policy import Policy
from models.triage import ZONE, places, present_of, week_of
from models.triage.lots import lot, may_be_drawn, talk_done
from serving.store import FileOf, Store, facts_of, listed_ids, stamp_at, stamps_at
from serving.store.fact_changes import Stamp

AT_ONCE = 6  # students looked at together; most of those that a lot names may be drawn


def blind_among(
    store: Store, files: Iterable[FileOf], now: datetime, policy: Policy, calendars: Calendars
) -> frozenset[str]:
    """Those of some students who were drawn by lot for this week and whose routine talk is not recorded yet."""
    wanted: dict[str, set[str]] = {}
    for one in files:
        if one.on_roster:
            wanted.setdefault(one.school_id, set()).add(one.file_id)
    found: set[str] = set()
    stamps = stamps_at(store, wanted) if wanted else {}
    for school, ids in wanted.items():
        found |= ids & drawn_of_school(store, school, now, policy, calendars, stamps[school])
    return frozenset(found)


def drawn_of_school(
    store: Store, school_id: str, now: datetime, policy: Policy, calendars: Calendars, stamp: Stamp | None = None
) -> frozenset[str]:
    """Who of a school is blind now: the same as on its list. It is kept until a fact of the school changes, or the
    day. `stamp` is that read just now."""
    name, calendar = f" drawn at {school_id}", calendars.of(school_id)
    stamp = stamp or stamp_at(store, school_id)
    holds = (now.astimezone(ZONE).date(), stamp[:3], policy, calendar)
    before = store.kept.get(name)
    if before is not None and before[0] == holds:
        kept: frozenset[str] = before[1]
        return kept
    found = _drawn(store, school_id, now, policy, calendar)
    store.kept.keep(name, (holds, found))
    return found


def _drawn(store: Store, school_id: str, now: datetime, policy: Policy, calendar: SchoolCalendar) -> frozenset[str]:
    today, monday = now.astimezone(ZONE).date(), week_of(now)
    left = places(policy.list.weekly_slots, policy)[1]
    by_lot = _by_lot(store, school_id, today, monday)
    blind: set[str] = set()
    for start in range(0, len(by_lot), AT_ONCE):
        facts = facts_of(store, by_lot[start : start + AT_ONCE], today)
        for one in present_of(facts.values(), policy, calendar):
            if left <= 0:
                return frozenset(blind)
            if may_be_drawn(one, now):
                left -= 1
                if not talk_done(one, now):
                    blind.add(one.student_id)
    return frozenset(blind)


def _by_lot(store: Store, school_id: str, today: date, monday: date) -> list[str]:
    """Who is on a school's list, in the order of the week's lot; kept until another list may be in force."""
    name, holds = f" lots of {school_id}", (today, stamp_at(store, school_id).of_all)
    before = store.kept.get(name)
    if before is not None and before[0] == holds:
        found: list[str] = before[1]
        return found
    found = sorted(listed_ids(store, school_id, today), key=lambda one: lot(school_id, monday, one))
    store.kept.keep(name, (holds, found))
    return found
