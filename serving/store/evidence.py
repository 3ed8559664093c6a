"""Evidence as it was filed: the one door in for what safety rules find and people report, by whatever way it came.

Rows are added and never changed. A piece of evidence that is on file is filed again only where more was seen in it, so
that no clock begins anew, or where it rests on another report or sheet, so that nothing new passes for what somebody
has assessed. Whether a piece is open is not kept here: `models.triage` tells it from people's words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data_schemas.codes import Tier
from data_schemas.instruments import Words
from models.assessment import AnswerTime, Floor
from models.triage import ZONE, Piece, day_start
from models.triage.facts import same_record
from serving.store.concern_reports import undone_entries
from serving.store.database import chunks
from serving.store.tables import evidence

TIERS = tuple(Tier)
SCREENING, SCORE, PAGE = "screening", "score", "page"


@dataclass(frozen=True)
class Filing:
    """What is to be filed of one student of one school, `UNASSIGNED` where nobody knows the school."""

    student_id: str
    school_id: str
    floors: Sequence[Floor]


def file_evidence(
    connection: sa.Connection, filings: Mapping[str, Iterable[Filing]], at: datetime, door: str
) -> dict[str, int]:
    """File evidence that is not on file yet, in which more was seen, or that rests on another record than what is on
    file. `filings` stand by what brings them, a run or a record; returns how many pieces of each were new.

    The clock of a piece starts at its receipt. What came by a platform's request without one was received `at`; what
    stood in a dataset, on the day it became known.
    """
    given = [(filed_by, one, floor) for filed_by, them in filings.items() for one in them for floor in one.floors]
    known = weights_of(connection, sorted({one.student_id for _, one, _ in given}))
    new = dict.fromkeys(filings, 0)
    rows = []
    for filed_by, one, floor in given:
        weights = known.setdefault((one.student_id, floor.evidence), [])
        if any(seen >= floor.weight for record, seen in weights if same_record(record, floor.record)):
            continue
        weights.append((floor.record, floor.weight))
        new[filed_by] += 1
        rows.append(_row(one, floor, at, door, filed_by))
    if rows:
        connection.execute(evidence.insert(), rows)
    return new


def received(floor: Floor, at: datetime, door: str) -> datetime:
    """The moment from which a piece of evidence waits."""
    if floor.received_at is not None:
        return min(floor.received_at, at)
    today = at.astimezone(ZONE).date()
    if door != SCREENING and floor.known_on >= today:
        return at
    return min(day_start(floor.known_on), at)


def pieces_of(connection: sa.Connection, ids: Sequence[str], at: datetime | None = None) -> dict[str, list[Piece]]:
    """All evidence by student in the order it was filed, or what was on file at a moment."""
    found: dict[str, list[Piece]] = {}
    for part in chunks(list(ids)):
        query = evidence.select().where(evidence.c.student_id.in_(part)).order_by(evidence.c.filed_id)
        query = query.where(evidence.c.filed_by.not_in(undone_entries()))
        if at is not None:
            query = query.where(evidence.c.filed_at <= at)
        for row in connection.execute(query):
            found.setdefault(row.student_id, []).append(piece_from_row(row))
    return found


def piece_from_row(row: Any) -> Piece:
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
        answer=AnswerTime.of(row.answer),
        danger=row.danger,
        own_concern=row.own_concern,
        lead=row.lead,
        received_at=row.received_at,
        record=row.record,
    )
    return Piece(
        floor, row.received_at, row.door, row.filed_by, row.filed_at, row.file_id, row.joined_at, row.joined_to
    )


Weight = tuple[int, int, bool]
Seen = list[tuple[str | None, Weight]]  # by what record, and how much


def weights_of(connection: sa.Connection, ids: Sequence[str]) -> dict[tuple[str, str], Seen]:
    """By student and key how much has been seen, and on what record."""
    names = ("student_id", "evidence", "record", "tier", "severity", "history")
    columns = [evidence.c[name] for name in names]
    found: dict[tuple[str, str], Seen] = {}
    for part in chunks(list(ids)):
        for row in connection.execute(sa.select(*columns).where(evidence.c.student_id.in_(part))):
            seen = row.record, (row.tier, row.severity, not row.history)
            found.setdefault((row.student_id, row.evidence), []).append(seen)
    return found


def _row(one: Filing, floor: Floor, at: datetime, door: str, filed_by: str) -> dict[str, Any]:
    return {
        "student_id": one.student_id,
        "school_id": one.school_id,
        "evidence": floor.evidence,
        "record": floor.record,
        "rule": floor.id,
        "tier": floor.tier.ord,
        "severity": floor.severity,
        "text_zh": floor.text.zh,
        "text_en": floor.text.en,
        "history": floor.history,
        "protection": floor.protection,
        "answer": floor.answer.code,
        "danger": floor.danger,
        "own_concern": floor.own_concern,
        "lead": floor.lead,
        "evidence_on": floor.evidence_on,
        "known_on": floor.known_on,
        "received_at": received(floor, at, door),
        "filed_at": at,
        "filed_by": filed_by,
        "door": door,
        "file_id": one.student_id,
    }
