"""What platforms send: each record with the answer it was given, kept before the answer leaves the house."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from models.assessment import Assessment, Floor
from models.triage import knows_of_leave, newest_of_leave
from runxin.errors import Kind, UserError
from serving.store.audit import AuditEvent, add_events
from serving.store.concern_reports import ConcernReport, add_report
from serving.store.consents import Consent, keep_consents
from serving.store.contacts import NewContact, keep_contacts
from serving.store.contents import Content
from serving.store.database import Store, chunks
from serving.store.evidence import PAGE, SCORE, Filing, file_evidence
from serving.store.inputs import ReplayContext, keep_context, keep_inputs
from serving.store.payload import pack, pack_assessment, unpack_assessment
from serving.store.received import entries_of
from serving.store.sent_requests import Claim, claimed_among, keep_claim
from serving.store.tables import entries


@dataclass(frozen=True)
class NewEntry:
    """One record to keep, in the file `student_id` (see `serving.store.files`). `record` is the request in JSON's own
    types, `floors` the evidence in it, leads among them, `contacts` and `consents` what it says of these. `inputs` is
    the record as it was assessed, with what the store knew beside it, and `context` what it was assessed with, for
    replay. `report` is what a person has filled in on a page."""

    client: str
    student_id: str
    school_id: str
    stage: str
    grade: int | None
    record: dict[str, Any]
    assessment: Assessment
    received_at: datetime
    floors: tuple[Floor, ...] = ()
    contacts: tuple[NewContact, ...] = ()
    consents: tuple[Consent, ...] = ()
    context: ReplayContext | None = None
    inputs: Content | None = None
    report: ConcernReport | None = None


@dataclass
class _Recording:
    """What one request records. `came_before` says that it did so already."""

    given: Sequence[NewEntry]
    rows: Sequence[dict[str, Any]]
    claim: Claim | None
    at: datetime | None
    came_before: bool = False


def record_entries(
    store: Store, given: Sequence[NewEntry], claim: Claim | None = None, at: datetime | None = None
) -> list[str]:
    """Keep records, their contacts and consents, file their evidence and note them in the trail, all or none, those of
    several requests at once; returns their ids in order. With a `claim`, made `at` a moment, they are recorded once:
    raises `UserError` (conflict) where the same request came before."""
    mine = _Recording(given, _rows(given), claim, at)

    def write(together: list[_Recording]) -> None:
        with store.writing() as connection:
            taken = claimed_among(connection, [one.claim for one in together if one.claim is not None])
            for one in together:
                if one.claim is not None:
                    one.came_before = one.claim.name in taken
                    taken.add(one.claim.name)
                if one.claim is not None and one.at is not None and not one.came_before:
                    keep_claim(connection, one.claim, [row["entry_id"] for row in one.rows], one.at)
            fresh = [one for one in together if not one.came_before]
            _record(connection, [entry for one in fresh for entry in one.given], [r for one in fresh for r in one.rows])

    store.entries.write([mine], write)
    if mine.came_before:
        raise UserError(Kind.CONFLICT, "the same request came before", fix="ask again in a moment")
    return [row["entry_id"] for row in mine.rows]


@contextmanager
def as_if_recorded(store: Store, given: Sequence[NewEntry]) -> Iterator[sa.Connection]:
    """The database as it would be with these records, to be read within the block; nothing of it stays."""
    rows = _rows(given)
    with store.writing() as connection:
        _record(connection, given, rows)
        yield connection
        connection.rollback()


def _rows(given: Sequence[NewEntry]) -> list[dict[str, Any]]:
    """Packed before the lock is taken: others wait for it."""
    return [_row(uuid4().hex, entry, place) for place, entry in enumerate(given)]


def _record(connection: sa.Connection, given: Sequence[NewEntry], rows: Sequence[dict[str, Any]]) -> None:
    """One statement a table, however many records: others wait for the lock."""
    if not given:
        return
    connection.execute(entries.insert(), _with_ends_of_leave(connection, given, rows))
    for context in {e.context.said.sha256: e.context for e in given if e.context is not None}.values():
        keep_context(connection, context)
    keep_inputs(connection, [(entry.student_id, entry.inputs) for entry in given if entry.inputs is not None])
    ids = [row["entry_id"] for row in rows]
    opened: dict[str, int] = {}
    for (at, client, door), alike in groupby(zip(ids, given, strict=True), key=lambda one: _came(one[1])):
        part = list(alike)
        filings = {one: [Filing(entry.student_id, entry.school_id, entry.floors)] for one, entry in part}
        opened |= file_evidence(connection, filings, at, door)
        keep_contacts(connection, {one: entry.contacts for one, entry in part}, at, SCORE)
        consents: dict[str, list[Consent]] = {}
        for _, entry in part:
            consents.setdefault(entry.student_id, []).extend(entry.consents)
        keep_consents(connection, consents, at, client)
    for entry_id, entry in zip(ids, given, strict=True):
        if entry.report is not None:
            add_report(connection, entry.report, entry_id)
    add_events(connection, [_event(entry, opened.get(one, 0)) for one, entry in zip(ids, given, strict=True)])


def _came(entry: NewEntry) -> tuple[datetime, str, str]:
    return entry.received_at, entry.client, SCORE if entry.report is None else PAGE


def _event(entry: NewEntry, opened: int) -> AuditEvent:
    action = "entry.recorded" if entry.report is None else "report.recorded"
    return AuditEvent(entry.received_at, entry.client, action, "follow_up", entry.student_id, f"opened={opened}")


def _row(entry_id: str, entry: NewEntry, place: int) -> dict[str, Any]:
    return {
        "place": place,
        "asks": asks(entry.assessment),
        "entry_id": entry_id,
        "received_at": entry.received_at,
        "client": entry.client,
        "student_id": entry.student_id,
        "file_id": entry.student_id,
        "school_id": entry.school_id,
        "stage": entry.stage,
        "grade": entry.grade,
        "record": pack(entry.record),
        "assessment": pack_assessment(entry.assessment),
        "context": None if entry.context is None else entry.context.said.sha256,
        "inputs": None if entry.inputs is None else entry.inputs.sha256,
    }


def asks(assessment: Assessment) -> bool:
    """Whether a record outlasts the next screening, since something in it is still to be done."""
    quality = assessment.data_quality
    return bool(quality.retest or assessment.tasks) or assessment.suspended_since is not None


def _with_ends_of_leave(
    connection: sa.Connection, given: Sequence[NewEntry], rows: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The rows, of which those ask as well that know of leave and say that a suspension is over of which an earlier
    record told."""
    ends = [not row["asks"] and knows_of_leave(entry.assessment) for row, entry in zip(rows, given, strict=True)]
    told: dict[str, list[tuple[datetime, int, Assessment]]] = {}
    for part in chunks(sorted({entry.student_id for entry, may_end in zip(given, ends, strict=True) if may_end})):
        mine = entries.select().where(entries.c.student_id.in_(part), entries.c.asks)
        for row in connection.execute(mine):
            said = row.received_at, row.place, unpack_assessment(row.assessment)
            told.setdefault(row.student_id, []).append(said)
    found: list[dict[str, Any]] = []
    for fresh, entry, may_end in zip(rows, given, ends, strict=True):
        before = told.setdefault(entry.student_id, [])
        newest = newest_of_leave([said for *_, said in sorted(before, key=lambda one: one[:2])]) if may_end else None
        asks = fresh["asks"] or (newest is not None and newest.suspended_since is not None)
        if asks:
            before.append((entry.received_at, fresh["place"], entry.assessment))
        found.append(fresh | {"asks": asks})
    return found


def keep_asked(connection: sa.Connection, given: Sequence[NewEntry]) -> None:
    """Keep what a screening has to ask of people on no roster, as the records of platforms are: each thing once,
    however often its sheet is read."""
    before = entries_of(connection, [entry.student_id for entry in given])
    fresh = [
        entry
        for entry in given
        if all(retest_of(entry.assessment) != retest_of(one.assessment) for one in before.get(entry.student_id, ()))
    ]
    _record(connection, fresh, _rows(fresh))


def retest_of(assessment: Assessment) -> set[tuple[str, str, date | None]]:
    return {(one.instrument, one.why, one.since) for one in assessment.data_quality.retest}


def record_entry(store: Store, entry: NewEntry) -> str:
    """Keep one record; see `record_entries`."""
    return record_entries(store, [entry])[0]
