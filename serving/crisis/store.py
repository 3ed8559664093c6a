"""Rings as they are kept, and of whom there is evidence that may ring."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data_schemas.codes import DutyRole
from models.assessment import AnswerTime
from models.ringing import RingStep
from serving.jobs.store import WORKER, Message, add_messages
from serving.store import AuditEvent, Store, add_event
from serving.store.case_events import CaseEvent, add_case_event
from serving.store.database import chunks
from serving.store.fact_changes import OF_ALL, fact_changes, school_changes
from serving.store.ring_tables import rings
from serving.store.tables import evidence

MAY_RING = tuple(time.code for time in AnswerTime if time is not AnswerTime.TIER)


@dataclass(frozen=True)
class KeptRing:
    """A ring that is on record: because of whom, since when that waits, why, and who was called as what by which
    call."""

    ring_id: str
    student_id: str
    school_id: str
    call_id: str
    rules: tuple[str, ...]
    since: datetime
    step: RingStep
    role: DutyRole
    person: str | None
    rung_at: datetime


def may_ring(store: Store) -> tuple[int, dict[str, int]]:
    """Everybody of whom there is evidence that rings or is checked above the week's line, open or not, each with how
    often the facts about the student have changed; and how often everybody's have."""
    c = evidence.c
    which = c.answer.in_(MAY_RING) & ~c.history & ~c.lead
    times = sa.func.coalesce(fact_changes.c.times, 0).label("times")
    query = sa.select(c.student_id, times).distinct()
    query = query.select_from(evidence.outerjoin(fact_changes, fact_changes.c.student_id == c.student_id)).where(which)
    with store.reading() as connection:
        of_all = connection.scalar(sa.select(school_changes.c.times).where(school_changes.c.school_id == OF_ALL))
        return of_all or 0, {row.student_id: row.times for row in connection.execute(query)}


def keep_call(store: Store, given: Sequence[KeptRing], messages: Sequence[Message], now: datetime) -> bool:
    """Keep the rings of one call with the messages by which it goes out, in one transaction; False, and nothing is
    kept, where another has kept one of them by now."""
    with store.writing() as connection:
        ids = [one.ring_id for one in given]
        if connection.scalar(sa.select(rings.c.ring_id).where(rings.c.ring_id.in_(ids)).limit(1)) is not None:
            return False
        connection.execute(rings.insert(), [_row(one) for one in given])
        add_messages(connection, messages, now)
        for one in given:
            detail = f"{one.step.code} {one.role.code} {' '.join(one.rules)}"
            add_event(connection, AuditEvent(now, WORKER, "ring.rung", "crisis", one.student_id, detail))
    return True


def rings_of(store: Store, ids: Collection[str]) -> dict[str, list[KeptRing]]:
    """By student, in the order in which they were rung."""
    found: dict[str, list[KeptRing]] = {}
    with store.reading() as connection:
        for part in chunks(sorted(ids)):
            query = rings.select().where(rings.c.student_id.in_(part))
            for row in connection.execute(query.order_by(rings.c.rung_at, rings.c.ring_id)):
                found.setdefault(row.student_id, []).append(_ring(row))
    return found


def rings_since(store: Store, schools: Sequence[str], since: datetime) -> list[KeptRing]:
    """What was rung at these schools since a time, the newest first."""
    query = rings.select().where(rings.c.school_id.in_(list(schools)), rings.c.rung_at >= since)
    with store.reading() as connection:
        return [_ring(row) for row in connection.execute(query.order_by(rings.c.rung_at.desc(), rings.c.ring_id))]


def rings_of_call(store: Store, call_id: str) -> list[KeptRing]:
    with store.reading() as connection:
        query = rings.select().where(rings.c.call_id == call_id).order_by(rings.c.since, rings.c.student_id)
        return [_ring(row) for row in connection.execute(query)]


def keep_answer(store: Store, event: CaseEvent) -> None:
    with store.writing() as connection:
        add_case_event(connection, event)
        audited = AuditEvent(event.done_at, event.done_by, "case.respond", "crisis", event.student_id)
        add_event(connection, audited)


def _row(one: KeptRing) -> dict[str, Any]:
    return {
        "ring_id": one.ring_id,
        "student_id": one.student_id,
        "file_id": one.student_id,
        "school_id": one.school_id,
        "call_id": one.call_id,
        "rules": list(one.rules),
        "since": one.since,
        "step": one.step.code,
        "role": one.role.code,
        "person": one.person,
        "rung_at": one.rung_at,
    }


def _ring(row: Any) -> KeptRing:
    known: Mapping[str, Any] = row._mapping
    plain = {name: known[name] for name in ("ring_id", "student_id", "school_id", "call_id", "since", "person")}
    step, role = RingStep.of(row.step), DutyRole.of(row.role)
    return KeptRing(rules=tuple(row.rules), step=step, role=role, rung_at=row.rung_at, **plain)
