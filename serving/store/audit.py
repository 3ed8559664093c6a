"""The trail: who did what with whose record, when and why. Rows are only added."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from serving.store.database import Store
from serving.store.tables import audit

PURPOSES = ("follow_up", "crisis", "quality_audit", "model_training", "rights_request")


@dataclass(frozen=True)
class AuditEvent:
    """`object_id` is what was touched: a student's, school's, run's, user's or key's id.

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
    if event.purpose is not None and event.purpose not in PURPOSES:
        raise ValueError(f"not a purpose: {event.purpose}")
    connection.execute(
        audit.insert().values(
            at=event.at,
            actor=event.actor,
            action=event.action,
            purpose=event.purpose,
            object_id=event.object_id,
            detail=event.detail,
        )
    )


def write_audit(store: Store, event: AuditEvent) -> None:
    """Add one event by itself, for reads; a write adds its event in its own transaction."""
    with store.writing() as connection:
        add_event(connection, event)


def audit_rows(store: Store, limit: int = 100) -> list[AuditEvent]:
    """The newest events first."""
    with store.reading() as connection:
        return [
            _event(row) for row in connection.execute(audit.select().order_by(audit.c.audit_id.desc()).limit(limit))
        ]


def events_of(store: Store, object_id: str, actions: tuple[str, ...], since: datetime) -> list[AuditEvent]:
    """What befell one object since a time, oldest first."""
    query = audit.select().where(audit.c.action.in_(actions), audit.c.object_id == object_id, audit.c.at >= since)
    with store.reading() as connection:
        return [_event(row) for row in connection.execute(query.order_by(audit.c.audit_id))]


def _event(row: Any) -> AuditEvent:
    return AuditEvent(row.at, row.actor, row.action, row.purpose, row.object_id, row.detail)
