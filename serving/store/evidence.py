"""Open evidence: what a safety rule found and no named person has assessed yet.

A row opens once and is closed by a person's assessment only. Publishing the same evidence again neither
re-opens a closed row nor restarts an open one's clock; where a rule came to see more in it, its tier rises.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data_schemas.codes import Tier
from data_schemas.instruments import Words
from models.assessment import Assessment, Floor
from serving.store.database import Store, chunks
from serving.store.interviews import Interviews
from serving.store.tables import evidence

TIERS = tuple(Tier)
IMPORTED = "imported interview"


@dataclass(frozen=True)
class Evidence:
    """A floor and its clock, which starts at receipt."""

    student_id: str
    floor: Floor
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None = None
    closed_by: str | None = None
    reason: str | None = None


def open_floors(
    connection: sa.Connection, assessments: Sequence[Assessment], opened_at: datetime, opened_by: str
) -> int:
    """Put the floors of `assessments` among the evidence; returns how many were new."""
    found = {(a.student_id, floor.evidence): floor for a in assessments for floor in a.floors}
    known: dict[tuple[str, str], tuple[int, bool]] = {}
    for part in chunks(sorted({student_id for student_id, _ in found})):
        for row in connection.execute(evidence.select().where(evidence.c.student_id.in_(part))):
            known[(row.student_id, row.evidence)] = (row.tier, row.closed_at is None)
    new = [
        {
            "student_id": student_id,
            "evidence": key,
            **_said(floor),
            "history": floor.history,
            "evidence_on": floor.evidence_on,
            "known_on": floor.known_on,
            "opened_at": opened_at,
            "opened_by": opened_by,
        }
        for (student_id, key), floor in found.items()
        if (student_id, key) not in known
    ]
    if new:
        connection.execute(evidence.insert(), new)
    for (student_id, key), floor in found.items():
        tier, is_open = known.get((student_id, key), (floor.tier.ord, False))
        if is_open and floor.tier.ord > tier:
            same = (evidence.c.student_id == student_id) & (evidence.c.evidence == key)
            connection.execute(evidence.update().where(same).values(**_said(floor)))
    return len(new)


def close_assessed(
    connection: sa.Connection, interviews: Mapping[str, Interviews], at: datetime, by: str = IMPORTED
) -> int:
    """Close open evidence that an interview has assessed, held once it was known; danger needs two persons."""
    closed = 0
    for part in chunks(sorted(interviews)):
        query = evidence.select().where(evidence.c.student_id.in_(part), evidence.c.closed_at.is_(None))
        for row in connection.execute(query).all():
            held = interviews[row.student_id]
            last = held.last_by_two_on if TIERS[row.tier] is Tier.CRISIS else held.last_on
            if last is not None and row.known_on <= last:
                same = (evidence.c.student_id == row.student_id) & (evidence.c.evidence == row.evidence)
                reason = f"interview of {last.isoformat()}"
                connection.execute(evidence.update().where(same).values(closed_at=at, closed_by=by, reason=reason))
                closed += 1
    return closed


def is_open(at: datetime | None = None) -> sa.ColumnElement[bool]:
    """Whether evidence is open, now or as it was at a moment."""
    if at is None:
        return evidence.c.closed_at.is_(None)
    return (evidence.c.opened_at <= at) & (evidence.c.closed_at.is_(None) | (evidence.c.closed_at > at))


def open_evidence_of(
    connection: sa.Connection, ids: Sequence[str], at: datetime | None = None
) -> dict[str, list[Evidence]]:
    """Open evidence by student, the gravest first."""
    found: dict[str, list[Evidence]] = {}
    for part in chunks(list(ids)):
        query = evidence.select().where(evidence.c.student_id.in_(part), is_open(at))
        for row in connection.execute(query):
            found.setdefault(row.student_id, []).append(evidence_from_row(row))
    return {student_id: sorted(rows, key=_gravest) for student_id, rows in found.items()}


def evidence_of(store: Store, student_id: str) -> list[Evidence]:
    """All of a student's evidence, open and closed, the newest first."""
    query = evidence.select().where(evidence.c.student_id == student_id)
    with store.reading() as connection:
        rows = [evidence_from_row(row) for row in connection.execute(query)]
    return sorted(rows, key=lambda row: (row.opened_at, row.floor.evidence_on, row.floor.evidence), reverse=True)


def open_evidence(store: Store, student_id: str) -> list[Evidence]:
    """A student's open evidence, the gravest first."""
    with store.reading() as connection:
        return open_evidence_of(connection, [student_id]).get(student_id, [])


def _said(floor: Floor) -> dict[str, Any]:
    return {
        "rule": floor.id,
        "tier": floor.tier.ord,
        "severity": floor.severity,
        "text_zh": floor.text.zh,
        "text_en": floor.text.en,
        "protection": floor.protection,
    }


def _gravest(row: Evidence) -> tuple[int, int, int, str]:
    return (-row.floor.tier.ord, -row.floor.severity, -row.floor.evidence_on.toordinal(), row.floor.evidence)


def evidence_from_row(row: Any) -> Evidence:
    floor = Floor(
        id=row.rule,
        tier=TIERS[row.tier],
        evidence=row.evidence,
        evidence_on=row.evidence_on,
        known_on=row.known_on,
        severity=row.severity,
        text=Words(zh=row.text_zh, en=row.text_en),
        history=row.history,
        protection=row.protection,
    )
    return Evidence(row.student_id, floor, row.opened_at, row.opened_by, row.closed_at, row.closed_by, row.reason)
