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
from models.came import Came
from models.triage import as_received, knows_of_leave, newest_of_leave
from serving.store.audit import AuditEvent, add_events
from serving.store.concern_reports import ConcernReport, add_report, undone_entries
from serving.store.consents import Consent, keep_consents
from serving.store.contacts import NewContact, keep_contacts
from serving.store.contents import Content
from serving.store.database import Store, chunks
from serving.store.evidence import PAGE, SCORE, Filing, file_evidence
from serving.store.inputs import ReplayContext, keep_context, keep_inputs
from serving.store.payload import pack, pack_assessment, unpack, unpack_assessment
from serving.store.runs import Run, run_from_row
from serving.store.students import Student, of_school
from serving.store.tables import entries, runs, students


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


@dataclass(frozen=True)
class ReceivedEntry:
    entry_id: str
    client: str
    student: Student
    assessment: Assessment
    received_at: datetime


def record_entries(store: Store, given: Sequence[NewEntry]) -> list[str]:
    """Keep records, their contacts and consents, file their evidence and note them in the trail, all or none, those of
    several requests at once; returns their ids in order."""
    pairs = list(zip(given, _rows(given), strict=True))

    def write(together: list[tuple[NewEntry, dict[str, Any]]]) -> None:
        with store.writing() as connection:
            _record(connection, [entry for entry, _ in together], [row for _, row in together])

    store.entries.write(pairs, write)
    return [row["entry_id"] for _, row in pairs]


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


def received_record(store: Store, entry_id: str) -> dict[str, Any] | None:
    """The request of an entry as it came; None where there is no such entry, or its record was erased."""
    with store.reading() as connection:
        stored = connection.scalar(sa.select(entries.c.record).where(entries.c.entry_id == entry_id))
    return unpack(stored) if stored else None


def entries_of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, list[ReceivedEntry]]:
    """By student, in the order in which they came: the records that still speak beside the list that says where the
    student is, or was last: those that it could not know, and those that outlast a screening. All of whoever is on no
    roster."""
    found: dict[str, list[ReceivedEntry]] = {}
    for part in chunks(list(ids)):
        late = _late(connection, students.c.student_id.in_(part))
        speaks = late | entries.c.asks | students.c.student_id.is_(None)
        found |= _by_student(connection, _WITH_ROSTER.where(entries.c.student_id.in_(part), speaks))
    return found


def entries_at(connection: sa.Connection, school_id: str, run: Run | None) -> dict[str, list[ReceivedEntry]]:
    """Per student of a school, the same as `entries_of` reads, wherever they were sent from, and what an older `run`
    could not know; and those of strangers, also of whom nobody knows the school: better on every school's list than on
    none."""
    speaks = _late(connection, students.c.school_id == school_id) | entries.c.asks
    if run is not None:
        speaks |= entries.c.received_at > run.knows_until
    strangers = of_school(entries.c.school_id, school_id) & students.c.student_id.is_(None)
    here = (students.c.school_id == school_id) & speaks
    return _by_student(connection, _WITH_ROSTER.where(here | strangers))


_WITH_ROSTER = (
    sa.select(entries)
    .outerjoin(students, students.c.student_id == entries.c.student_id)
    .where(entries.c.entry_id.not_in(undone_entries()))
)


def _late(connection: sa.Connection, who: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Which records the last list of their students could not know, of the students that the condition names."""
    theirs = runs.select().where(runs.c.run_id.in_(sa.select(students.c.run_id).where(who)))
    last = {row.run_id: run_from_row(row).knows_until for row in connection.execute(theirs)}
    of_run = [(students.c.run_id == run_id) & (entries.c.received_at > at) for run_id, at in last.items()]
    return sa.or_(sa.false(), *of_run)


def entry_ids_of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, set[str]]:
    """By student the ids of all records."""
    found: dict[str, set[str]] = {}
    for part in chunks(list(ids)):
        query = sa.select(entries.c.student_id, entries.c.entry_id).where(entries.c.student_id.in_(part))
        for row in connection.execute(query):
            found.setdefault(row.student_id, set()).add(row.entry_id)
    return found


def known_until(connection: sa.Connection, ids: Sequence[str]) -> dict[str, datetime]:
    """By student of a roster, what the last list of theirs could know."""
    found: dict[str, datetime] = {}
    for part in chunks(list(ids)):
        query = sa.select(students.c.student_id.label("who"), runs).join(runs, runs.c.run_id == students.c.run_id)
        rows = connection.execute(query.where(students.c.student_id.in_(part)))
        found |= {row.who: run_from_row(row).knows_until for row in rows}
    return found


def _in_order(query: sa.Select[Any]) -> sa.Select[Any]:
    return query.order_by(entries.c.received_at, entries.c.place)


def _by_student(connection: sa.Connection, query: sa.Select[Any]) -> dict[str, list[ReceivedEntry]]:
    found: dict[str, list[ReceivedEntry]] = {}
    for row in connection.execute(_in_order(query)):
        found.setdefault(row.student_id, []).append(entry_from_row(row))
    return found


def entry_from_row(row: Any) -> ReceivedEntry:
    student = Student(row.student_id, row.school_id, None, row.stage, row.grade)
    came = Came(row.received_at, row.file_id, row.joined_at, row.joined_to)
    said = as_received(unpack_assessment(row.assessment), came)
    return ReceivedEntry(row.entry_id, row.client, student, said, row.received_at)
