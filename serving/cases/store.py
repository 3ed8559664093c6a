"""Events of cases: kept with their event in the audit log, read back for one school or one account."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from serving.store import AuditEvent, Store, add_event
from serving.store.case_events import CaseEvent, add_case_event, case_events_of
from serving.store.case_tables import case_events
from serving.store.database import chunks
from serving.store.tables import evidence


def read_events(store: Store, ids: Sequence[str]) -> tuple[dict[str, list[CaseEvent]], dict[str, datetime]]:
    """By student: the events of the case, and when the newest evidence came in."""
    newest: dict[str, datetime] = {}
    with store.reading() as connection:
        for part in chunks(list(ids)):
            query = sa.select(evidence.c.student_id, sa.func.max(evidence.c.filed_at).label("at"))
            query = query.where(evidence.c.student_id.in_(part)).group_by(evidence.c.student_id)
            newest |= {row.student_id: row.at for row in connection.execute(query)}
        return case_events_of(connection, ids), newest


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
