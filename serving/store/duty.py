"""Duty rosters as they were said, by file or on a page, and what stands of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from data_schemas.codes import DutyRole
from data_schemas.duty import DutySpan
from data_schemas.zone import CHINA
from models.duty import Duty, DutyStatement, OnDuty, clashes, in_force, make_duty, turn_key
from serving.store.audit import AuditEvent, add_event
from serving.store.database import Store
from serving.store.fact_changes import Changes, changes_of
from serving.store.school_tables import duty, duty_numbers
from serving.store.sealing import seal, unseal

PUBLIC = "public"  # the kind of the school's public number; every other kind is a role
STANDING = (DutyRole.DEPUTY, DutyRole.PRINCIPAL, DutyRole.CENTRE)  # who may stand behind a roster
ADDED, TAKEN_OUT = "added", "taken_out"
Number = tuple[str | None, str | None]  # person and phone


def keep_duty(store: Store, spans: Sequence[DutySpan], actor: str, now: datetime) -> None:
    """Add one import's turns. For each school of it they replace, from their first start to their last end, what was
    there; `data_schemas.duty` has looked for turns that overlap."""
    by_school = {school_id: uuid4().hex for school_id in dict.fromkeys(span.school_id for span in spans)}
    with store.writing() as connection:
        rows = [_row(connection, span, by_school[span.school_id], actor, now) for span in spans]
        connection.execute(duty.insert(), rows)
        for school_id in by_school:
            detail = f"turns={sum(span.school_id == school_id for span in spans)}"
            add_event(connection, AuditEvent(now, actor, "duty.imported", object_id=school_id, detail=detail))


def change_duty(
    store: Store, school_id: str, taken_out: Sequence[DutySpan], added: Sequence[DutySpan], actor: str, now: datetime
) -> str:
    """Take turns out of a roster and add others, all or none. Answers "" where it was done, "gone" where a turn that is
    to be taken out stands no more, "overlap" where a new one meets another of its role."""
    with store.writing() as connection:
        stands = _in_force(connection, [school_id]).get(school_id, [])
        keys = {turn_key(span) for span in taken_out}
        if not keys <= {turn_key(span) for span in stands}:
            return "gone"
        if clashes([span for span in stands if turn_key(span) not in keys], added):
            return "overlap"
        changes = [*((TAKEN_OUT, span) for span in taken_out), *((ADDED, span) for span in added)]
        said = uuid4().hex
        rows = [_row(connection, span, said, actor, now) | {"change": change} for change, span in changes]
        connection.execute(duty.insert(), rows)
        detail = f"added={len(added)} taken_out={len(taken_out)}"
        add_event(connection, AuditEvent(now, actor, "duty.changed", object_id=school_id, detail=detail))
    return ""


def _row(connection: sa.Connection, span: DutySpan, import_id: str, actor: str, now: datetime) -> dict[str, object]:
    return {
        "import_id": import_id,
        "school_id": span.school_id,
        "imported_at": now,
        "imported_by": actor,
        "person": span.person,
        "role": span.role.code,
        "phone": None if span.phone is None else seal(connection, "duty", span.school_id, span.phone),
        "starts_at": span.starts_at,
        "ends_at": span.ends_at,
        "note": span.note,
        "change": None,
    }


def duty_in_force(store: Store, school_ids: Sequence[str] | None = None) -> dict[str, list[DutySpan]]:
    """By school, the turns that stand, in order; of all schools that have any, or of these."""
    with store.reading() as connection:
        return _in_force(connection, school_ids)


def _in_force(connection: sa.Connection, school_ids: Sequence[str] | None) -> dict[str, list[DutySpan]]:
    said: dict[str, dict[str, list[tuple[str | None, DutySpan]]]] = {}
    query = duty.select().order_by(duty.c.row_id)
    if school_ids is not None:
        query = query.where(duty.c.school_id.in_(school_ids))
    for row in connection.execute(query):
        one = (row.change, _span(connection, row))
        said.setdefault(row.school_id, {}).setdefault(row.import_id, []).append(one)
    return {school_id: in_force([_statement(rows) for rows in said[school_id].values()]) for school_id in sorted(said)}


def _statement(rows: Sequence[tuple[str | None, DutySpan]]) -> DutyStatement:
    by_change: Mapping[str | None, list[DutySpan]] = {
        change: [span for this, span in rows if this == change] for change in (None, TAKEN_OUT, ADDED)
    }
    return DutyStatement(by_change[None], by_change[TAKEN_OUT], by_change[ADDED])


def _span(connection: sa.Connection, row: Any) -> DutySpan:
    return DutySpan(
        row.school_id,
        row.person,
        DutyRole.of(row.role),
        None if row.phone is None else unseal(connection, "duty", row.school_id, row.phone),
        row.starts_at.astimezone(CHINA),
        row.ends_at.astimezone(CHINA),
        row.note,
    )


def duty_of(store: Store, school_id: str, changes: Changes | None = None) -> Duty:
    """The roster of one school and who stands behind it; without turns where there is none. A term's turns are kept
    until something is said of schools; `changes` are those read just now."""
    if changes is None:
        with store.reading() as connection:
            changes = changes_of(connection, ())
    name = f" duty of {school_id}"
    return store.kept.once(name, changes.settings, lambda: duty_of_schools(store, [school_id])[school_id])


def duty_of_schools(store: Store, school_ids: Sequence[str]) -> dict[str, Duty]:
    """`duty_of` of several schools in one reading."""
    found, numbers = duty_in_force(store, list(school_ids)), numbers_of_schools(store, school_ids)
    return {one: make_duty(found.get(one, []), _standing(numbers.get(one, {}))) for one in school_ids}


def _standing(numbers: Mapping[str, Number]) -> tuple[OnDuty, ...]:
    named = ((role, *numbers.get(role.code, (None, None))) for role in STANDING)
    return tuple(OnDuty(person or role.zh, role, phone) for role, person, phone in named if person or phone)


def numbers_of(store: Store, school_id: str) -> dict[str, Number]:
    """By kind, `PUBLIC` or the code of a role in `STANDING`, the person and the phone that were named last."""
    return numbers_of_schools(store, [school_id]).get(school_id, {})


def numbers_of_schools(store: Store, school_ids: Sequence[str]) -> dict[str, dict[str, Number]]:
    query = duty_numbers.select().where(duty_numbers.c.school_id.in_(list(school_ids))).order_by(duty_numbers.c.row_id)
    found: dict[str, dict[str, Number]] = {}
    with store.reading() as connection:
        for row in connection.execute(query):
            phone = None if row.phone is None else unseal(connection, "duty_numbers", row.school_id, row.phone)
            found.setdefault(row.school_id, {})[row.kind] = row.person, phone
    return found


def keep_numbers(store: Store, school_id: str, given: Mapping[str, Number], actor: str, now: datetime) -> None:
    """Add what is said of numbers, by kind; what is as it was is not added again."""
    before = numbers_of(store, school_id)
    new = {kind: said for kind, said in given.items() if before.get(kind, (None, None)) != said}
    if not new:
        return
    with store.writing() as connection:
        for kind, (person, phone) in new.items():
            sealed = None if phone is None else seal(connection, "duty_numbers", school_id, phone)
            row = {"school_id": school_id, "kind": kind, "person": person, "phone": sealed}
            connection.execute(duty_numbers.insert().values(**row, said_at=now, said_by=actor))
        event = AuditEvent(now, actor, "duty.numbers_set", object_id=school_id, detail=",".join(sorted(new)))
        add_event(connection, event)
