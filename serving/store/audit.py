"""The audit log: who did what with whose record, when and why. Rows are only added, each bound to the one before it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from serving.store.audit_actions import ACTIONS, OF_STUDENTS, OF_TWO_FILES
from serving.store.audit_chain import append, pseudonyms
from serving.store.audit_tables import audit, subject_keys
from serving.store.database import Store

OPENINGS = ("student.read", "student.revealed")
PURPOSES = ("follow_up", "crisis", "quality_audit", "model_training", "rights_request")


@dataclass(frozen=True)
class AuditEvent:
    """`object_id` is what was touched: a student's, school's, run's, user's or key's id, as the action says
    (`serving.store.audit_actions`). A student is kept under a pseudonym; `detail` holds no student's id.

    `purpose` is one of `PURPOSES` where an individual's record was read (未成年人网络保护条例 art. 36: each
    access is recorded).
    """

    at: datetime
    actor: str
    action: str
    purpose: str | None = None
    object_id: str | None = None
    detail: str | None = None


def add_event(connection: sa.Connection, event: AuditEvent) -> None:
    """Add one event; see `add_events`."""
    add_events(connection, [event])


def add_events(connection: sa.Connection, events: Sequence[AuditEvent]) -> None:
    """Add events in order, within the transaction of what they tell of. Raises `ValueError` for a purpose or an action
    that is none."""
    _check(events)
    if not events:
        return
    them = {event.object_id for event in events if event.action in OF_STUDENTS}
    them |= {event.detail for event in events if event.action in OF_TWO_FILES}
    names = pseudonyms(connection, {one for one in them if one is not None})
    append(connection, [vars(_hidden(event, names)) for event in events])


def _check(events: Sequence[AuditEvent]) -> None:
    for event in events:
        if event.purpose is not None and event.purpose not in PURPOSES:
            raise ValueError(f"not a purpose: {event.purpose}")
        if event.action not in ACTIONS:
            raise ValueError(f"not an action of the audit log: {event.action}")


def _hidden(event: AuditEvent, names: dict[str, str]) -> AuditEvent:
    if event.object_id is None or event.action not in OF_STUDENTS:
        return event
    detail = names.get(event.detail or "", event.detail) if event.action in OF_TWO_FILES else event.detail
    return replace(event, object_id=names[event.object_id], detail=detail)


def write_audit(store: Store, *events: AuditEvent) -> None:
    """Add events by themselves, for reads, those of several requests at once; a write adds its events in its own
    transaction."""
    _check(events)

    def write(together: list[AuditEvent]) -> None:
        with store.writing() as connection:
            add_events(connection, together)

    store.events.write(events, write)


def audit_rows(store: Store, limit: int = 100) -> list[AuditEvent]:
    """The newest events first. A student is named by id, or by the pseudonym where the record was erased."""
    other = subject_keys.alias()
    query = audit.outerjoin(subject_keys, audit.c.object_id == subject_keys.c.pseudonym)
    query = query.outerjoin(other, audit.c.detail == other.c.pseudonym)
    said = sa.select(audit, subject_keys.c.student_id, other.c.student_id.label("other_id")).select_from(query)
    with store.reading() as connection:
        rows = connection.execute(said.order_by(audit.c.id.desc()).limit(limit))
        return [_event(row, row.student_id, row.other_id) for row in rows]


def events_of(store: Store, object_id: str, actions: tuple[str, ...], since: datetime) -> list[AuditEvent]:
    """What befell one object that is no student since a time, oldest first."""
    query = audit.select().where(audit.c.action.in_(actions), audit.c.object_id == object_id, audit.c.at >= since)
    with store.reading() as connection:
        return [_event(row) for row in connection.execute(query.order_by(audit.c.id))]


def events_since(store: Store, actions: tuple[str, ...], since: datetime, actor: str | None = None) -> list[AuditEvent]:
    """Events whose object is no student, of everybody or of one, oldest first."""
    query = audit.select().where(audit.c.action.in_(actions), audit.c.at >= since)
    if actor is not None:
        query = query.where(audit.c.actor == actor)
    with store.reading() as connection:
        return [_event(row) for row in connection.execute(query.order_by(audit.c.id))]


def students_read_by(store: Store, actor: str, since: datetime) -> int:
    """Of how many students somebody has opened the record since a time."""
    count = sa.select(sa.func.count(audit.c.object_id.distinct()))
    mine = (audit.c.actor == actor) & (audit.c.at >= since) & audit.c.action.in_(OPENINGS)
    with store.reading() as connection:
        return connection.scalar(count.where(mine)) or 0


def _event(row: Any, student_id: str | None = None, other_id: str | None = None) -> AuditEvent:
    object_id, detail = student_id or row.object_id, other_id or row.detail
    return AuditEvent(row.at, row.actor, row.action, row.purpose, object_id, detail)
