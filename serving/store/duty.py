"""Duty rosters as they were imported, and what stands of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa

from data_schemas.codes import DutyRole
from data_schemas.duty import DutySpan
from data_schemas.zone import CHINA
from models.duty import Duty, in_force, make_duty
from serving.store.audit import AuditEvent, add_event
from serving.store.database import Store
from serving.store.school_tables import duty
from serving.store.sealing import seal, unseal


def keep_duty(store: Store, spans: Sequence[DutySpan], actor: str, now: datetime) -> None:
    """Add one import's turns. For each school of it they replace, from their first start to their last end, what was
    there; `data_schemas.duty` has looked for turns that overlap."""
    by_school = {school_id: uuid4().hex for school_id in dict.fromkeys(span.school_id for span in spans)}
    with store.writing() as connection:
        rows = _rows(connection, spans, by_school, actor, now)
        connection.execute(duty.insert(), rows)
        for school_id in by_school:
            detail = f"turns={sum(span.school_id == school_id for span in spans)}"
            add_event(connection, AuditEvent(now, actor, "duty.imported", object_id=school_id, detail=detail))


def _rows(
    connection: sa.Connection, spans: Sequence[DutySpan], by_school: Mapping[str, str], actor: str, now: datetime
) -> list[dict[str, object]]:
    return [
        {
            "import_id": by_school[span.school_id],
            "school_id": span.school_id,
            "imported_at": now,
            "imported_by": actor,
            "person": span.person,
            "role": span.role.code,
            "phone": None if span.phone is None else seal(connection, "duty", span.school_id, span.phone),
            "starts_at": span.starts_at,
            "ends_at": span.ends_at,
            "note": span.note,
        }
        for span in spans
    ]


def duty_in_force(store: Store, school_ids: Sequence[str] | None = None) -> dict[str, list[DutySpan]]:
    """By school, the turns that stand, in order; of all schools that have any, or of these."""
    imports: dict[str, dict[str, list[DutySpan]]] = {}
    query = duty.select().order_by(duty.c.row_id)
    if school_ids is not None:
        query = query.where(duty.c.school_id.in_(school_ids))
    with store.reading() as connection:
        for row in connection.execute(query):
            span = DutySpan(
                row.school_id,
                row.person,
                DutyRole.of(row.role),
                None if row.phone is None else unseal(connection, "duty", row.school_id, row.phone),
                row.starts_at.astimezone(CHINA),
                row.ends_at.astimezone(CHINA),
                row.note,
            )
            imports.setdefault(row.school_id, {}).setdefault(row.import_id, []).append(span)
    return {school_id: in_force(list(imports[school_id].values())) for school_id in sorted(imports)}


def duty_of(store: Store, school_id: str) -> Duty:
    """The roster of one school, for clocks and for who is to be called; one without turns where there is none."""
    return make_duty(duty_in_force(store, [school_id]).get(school_id, []))


def duty_of_schools(store: Store, school_ids: Sequence[str]) -> dict[str, Duty]:
    """`duty_of` of several schools in one reading."""
    found = duty_in_force(store, list(school_ids))
    return {school_id: make_duty(found.get(school_id, [])) for school_id in school_ids}
