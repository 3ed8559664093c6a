"""Notes above a list: where more has come in within a fortnight than is usual. They name no student."""

from collections.abc import Iterator
from datetime import datetime

from data_schemas.codes import LeaveType
from models.clusters import (
    CAUGHT,
    CLASS,
    DORMITORY,
    LEAVE,
    SCHOOL,
    Cluster,
    Happened,
    WatchedUnit,
    happened_of,
    unusual,
)
from models.triage import ZONE
from serving.links.service import rooms_of_school
from serving.store import SchoolFacts, Store, read_school
from serving.store.leave_rows import KnownLeave, leave_of_school

COUNTED = (LeaveType.SICK.code, LeaveType.PERSONAL.code, LeaveType.UNEXCUSED.code)


def clusters_of(store: Store, school_id: str, now: datetime, blind: frozenset[str]) -> tuple[Cluster, ...]:
    """Of what was known by this day. Whoever is blind is left out before anything is counted: a note must not tell of
    one. It is worked out again when a fact changes, and each day."""
    today = now.astimezone(ZONE).date()
    facts = read_school(store, school_id, today)
    leave, rooms = leave_of_school(store, school_id, facts.run), rooms_of_school(store, school_id)
    given = (facts.everyone, leave, tuple(rooms.items()), blind, today)
    return facts.presents.once(
        "clusters",
        given,
        lambda: unusual(_happened(facts, leave, blind), _units(facts, rooms, blind, school_id), today),
    )


def _happened(facts: SchoolFacts, leave: tuple[KnownLeave, ...], blind: frozenset[str]) -> Iterator[Happened]:
    for one in facts.everyone:
        if one.student_id not in blind:
            for piece in one.pieces:
                event = happened_of(one.student_id, piece.floor, piece.known_on)
                if event is not None:
                    yield event
    for row in leave:
        if row.student_id not in blind and row.type in COUNTED and row.reason not in CAUGHT:
            yield Happened(row.student_id, LEAVE, row.known_on)


def _units(
    facts: SchoolFacts, rooms: dict[str, frozenset[str]], blind: frozenset[str], school_id: str
) -> tuple[WatchedUnit, ...]:
    classes: dict[str, set[str]] = {}
    there = {one.student_id for one in facts.everyone} - blind
    for student_id in there:
        name = facts.people[student_id].class_id
        if name is not None:
            classes.setdefault(name, set()).add(student_id)
    return (
        *(WatchedUnit(CLASS, name, frozenset(members)) for name, members in sorted(classes.items())),
        *(WatchedUnit(DORMITORY, room, members & there) for room, members in rooms.items()),
        WatchedUnit(SCHOOL, school_id, frozenset(there)),
    )
