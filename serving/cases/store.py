"""Events of cases: kept with their event in the audit log, read back for one school or one account."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from data_schemas.codes import Tier
from models.triage.facts import INTERVIEW
from serving.cases.case import CaseNow, case_from
from serving.store import AuditEvent, Changes, Store, add_event
from serving.store.case_events import CaseEvent, add_case_event, case_events_of
from serving.store.case_tables import case_events
from serving.store.database import chunks
from serving.store.tables import evidence, outcomes


def case_of(store: Store, student_id: str) -> CaseNow:
    """Where one student's case stands."""
    return cases_of(store, [student_id])[student_id]


def cases_of(store: Store, ids: Sequence[str], changes: Changes | None = None) -> dict[str, CaseNow]:
    """Where the cases of students stand, by id, in a number of readings that does not grow with them (one in 500). With
    `changes`, those read just now, what is kept of each holds while they are the same."""
    if changes is None or not changes.asked.issuperset(ids):
        return _cases(store, ids)
    holds = {one: (changes.of_all, changes.times.get(one, 0)) for one in ids}
    kept = {one: store.kept_students.get(f"case of {one}") for one in ids}
    found = {one: before[1] for one, before in kept.items() if before is not None and before[0] == holds[one]}
    for one, case in _cases(store, [one for one in ids if one not in found]).items():
        found[one] = case
        store.kept_students.keep(f"case of {one}", (holds[one], case))
    return found


def _cases(store: Store, ids: Sequence[str]) -> dict[str, CaseNow]:
    if not ids:
        return {}
    events, newest = read_events(store, ids)
    return {one: case_from(one, events.get(one, ()), newest.get(one)) for one in ids}


def read_events(store: Store, ids: Sequence[str]) -> tuple[dict[str, list[CaseEvent]], dict[str, datetime]]:
    """By student: the events of the case, and when what may open it again came in last: evidence, a file that was
    joined, a crisis event or referral, danger that a talk found, or a correction, which may open what was settled."""
    newest: dict[str, datetime] = {}
    with store.reading() as connection:
        for part in chunks(list(ids)):
            query = sa.select(evidence.c.student_id, sa.func.max(evidence.c.filed_at).label("at"))
            query = query.where(evidence.c.student_id.in_(part)).group_by(evidence.c.student_id)
            for row in connection.execute(query.union_all(*_joined(part), _raised(part))):
                newest[row.student_id] = max(row.at, newest.get(row.student_id, row.at))
        return case_events_of(connection, ids), newest


def _joined(ids: Sequence[str]) -> Iterator[sa.Select[tuple[str, datetime]]]:
    for c in (evidence.c, outcomes.c):
        query = sa.select(c.student_id, sa.func.max(c.joined_at).label("at"))
        yield query.where(c.student_id.in_(ids), c.joined_to == c.student_id).group_by(c.student_id)


def _raised(ids: Sequence[str]) -> sa.Select[tuple[str, datetime]]:
    c = outcomes.c
    opens = c.corrects.is_not(None) | (c.kind != INTERVIEW) | (c.level >= Tier.CRISIS.ord)
    query = sa.select(c.student_id, sa.func.max(c.received_at).label("at"))
    return query.where(c.student_id.in_(ids), opens).group_by(c.student_id)


def keep_event(store: Store, event: CaseEvent, last_seen: int, audited: AuditEvent) -> bool:
    """Keep an event of a case; False, and nothing is kept, where the case has gone on since `last_seen`."""
    with store.writing() as connection:
        known = case_events_of(connection, [event.student_id]).get(event.student_id, [])
        if (known[-1].event_id if known else 0) != last_seen:
            return False
        add_case_event(connection, event)
        add_event(connection, audited)
    return True


def students_with_cases(store: Store, schools: Sequence[str], username: str) -> list[str]:
    """Whose cases were worked on at these schools, or offered to one of them or to this account."""
    c = case_events.c
    mine = c.school_id.in_(schools) | c.to_school.in_(schools) | (c.person == username)
    with store.reading() as connection:
        return sorted(connection.scalars(sa.select(c.student_id).where(mine).distinct()))
