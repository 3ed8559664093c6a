"""Structured outcomes: what a person found or what happened, as it came. The only source of labels."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from data_schemas.codes import Selection
from models.triage import ZONE, Word, in_force
from serving.store.audit import AuditEvent, add_events
from serving.store.brought import keep_brought, only_withdrawn
from serving.store.database import Store, chunks
from serving.store.files import id_of
from serving.store.outcome import COLUMNS, Outcome
from serving.store.students import is_unassigned
from serving.store.tables import outcomes, students

SCREENING, OUTCOMES = "screening", "outcomes"
TAKEN_BACK = only_withdrawn(outcomes.c.sha256)
SAID = sa.select(outcomes, TAKEN_BACK.label("taken_back"))


@dataclass(frozen=True)
class KeptOutcome:
    """An outcome with its school and where it came from: a run's dataset or an API client. `sha256` names it."""

    outcome: Outcome
    school_id: str
    sha256: str
    received_at: datetime
    run_id: str | None
    client: str | None


@dataclass(frozen=True)
class NewOutcome:
    """An outcome that a platform sends. `sent` is the row as it came, by which it is named and recognised when it is
    sent again: a day of record that was left out is not part of it, and the student goes by the school that speaks, so
    that the name of the record does not tell whether a roster has the id."""

    outcome: Outcome
    sent: Outcome
    school_id: str


@dataclass(frozen=True)
class OutcomeRecord:
    """What became of an outcome: the name of its record, and whether that is new."""

    record_id: str
    new: bool


def keep_outcomes(
    connection: sa.Connection,
    given: Sequence[NewOutcome],
    at: datetime,
    *,
    run_id: str | None = None,
    client: str | None = None,
    door: str = SCREENING,
    talk_id: str | None = None,
) -> list[OutcomeRecord]:
    """Keep outcomes, in each file each content once, whichever way it came, with who has brought it. A row may name
    what it corrects as the dataset or the platform calls it; it is kept with the name of the record. What somebody
    records on a page (`talk_id`) is a record of its own: two talks of a day may be told in the same words."""
    filed = _Filed(connection, sorted({one.outcome.student_id for one in given}))
    taken = _names(connection, [one.sent.sha256 for one in given])
    found: list[OutcomeRecord] = []
    for one in given:
        known = filed.name_of(one) if talk_id is None else None
        name = known or _free(one, taken)
        taken.add(name)
        filed.add(one, name)
        found.append(OutcomeRecord(name, known is None))
    rows = [
        one.outcome.row()
        | {"sha256": kept.record_id, "school_id": one.school_id, "received_at": at, "run_id": run_id}
        | {"client": client, "door": door, "corrects": filed.corrected(one.outcome), "file_id": one.outcome.student_id}
        | {"assessed": None if one.outcome.assessed is None else list(one.outcome.assessed)}
        for one, kept in zip(given, found, strict=True)
        if kept.new
    ]
    keep_brought(connection, {run_id or client or talk_id or door: [one.record_id for one in found]})
    if rows:
        connection.execute(outcomes.insert(), rows)
    return found


def _of(said: Outcome, student_id: str) -> Outcome:
    """The same of that student; itself where it is, whose hash is known."""
    return said if said.student_id == student_id else replace(said, student_id=student_id)


class _Filed:
    """The records of some files by their names and by what is in them."""

    def __init__(self, connection: sa.Connection, files: list[str]) -> None:
        self.records: dict[tuple[str, str], str] = {}
        for part in chunks(files):
            for row in connection.execute(outcomes.select().where(outcomes.c.student_id.in_(part))):
                said = [_outcome(row)]
                if row.client is not None and row.recorded_on == row.received_at.astimezone(ZONE).date():
                    said.append(replace(said[0], recorded_on=None))  # it may have come without a day of record
                for one in said:
                    self._add(row.student_id, row.sha256, one)

    def _add(self, file_id: str, name: str, said: Outcome) -> None:
        as_sent = _of(said, id_of(file_id))
        for called in (name, said.sha256, as_sent.sha256):
            self.records.setdefault((file_id, called), name)

    def add(self, one: NewOutcome, name: str) -> None:
        self._add(one.outcome.student_id, name, _of(one.sent, one.outcome.student_id))
        self.records.setdefault((one.outcome.student_id, one.sent.sha256), name)

    def name_of(self, one: NewOutcome) -> str | None:
        """The name of the record that says the same in the same file."""
        file_id = one.outcome.student_id
        content = _of(one.sent, file_id).sha256
        return self.records.get((file_id, one.sent.sha256)) or self.records.get((file_id, content))

    def corrected(self, outcome: Outcome) -> str | None:
        if outcome.corrects is None:
            return None
        return self.records.get((outcome.student_id, outcome.corrects), outcome.corrects)


def _names(connection: sa.Connection, wanted: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for part in chunks(sorted(set(wanted))):
        found |= set(connection.scalars(sa.select(outcomes.c.sha256).where(outcomes.c.sha256.in_(part))))
    return found


def _free(one: NewOutcome, taken: Collection[str]) -> str:
    """The name of a new record; another one where a record in somebody else's file has it already."""
    name = one.sent.sha256
    while name in taken:
        name = hashlib.sha256(f"{name} {one.outcome.student_id}".encode()).hexdigest()
    return name


def record_outcomes(store: Store, client: str, given: Sequence[NewOutcome], at: datetime) -> list[OutcomeRecord]:
    """Keep what a platform sends, all or nothing, and put it in the trail. What it closes and which tier it sets
    follows from it at the next look."""
    with store.writing() as connection:
        kept = keep_outcomes(connection, given, at, client=client, door=OUTCOMES)
        new = [one.outcome for one, record in zip(given, kept, strict=True) if record.new]
        add_events(
            connection,
            [AuditEvent(at, client, "outcome.recorded", "follow_up", one.student_id, one.kind) for one in new],
        )
    return kept


def words_of(connection: sa.Connection, ids: Sequence[str], at: datetime | None = None) -> dict[str, list[Word]]:
    """All that people said, by student, what was corrected among it. What only withdrawn runs have brought is marked:
    it may raise, and it closes, lowers and corrects nothing."""
    found: dict[str, list[Word]] = {}
    for part in chunks(list(ids)):
        query = SAID.where(outcomes.c.student_id.in_(part)).order_by(outcomes.c.received_at)
        if at is not None:
            query = query.where(outcomes.c.received_at <= at)
        for row in connection.execute(query):
            found.setdefault(row.student_id, []).append(_word(row))
    return found


def spoken_by_lot(connection: sa.Connection, since: date) -> list[str]:
    """Those drawn by lot with whom a routine talk was held from a day on, at all schools."""
    by_lot = (outcomes.c.selection_reason == Selection.AUDIT.code) & (outcomes.c.observed_on >= since)
    return sorted(set(connection.scalars(sa.select(outcomes.c.student_id).where(by_lot))))


def _word(row: Any) -> Word:
    return Word(
        word_id=row.sha256,
        kind=row.kind,
        level=row.level,
        observed_on=row.observed_on,
        received_at=row.received_at,
        interviewer=row.interviewer,
        second_interviewer=row.second_interviewer,
        selection_reason=row.selection_reason,
        saw_score=row.saw_score,
        recorded_on=row.recorded_on,
        assessed=None if row.assessed is None else tuple(row.assessed),
        corrects=row.corrects,
        door=row.door,
        file=row.file_id,
        withdrawn=row.taken_back,
        joined_at=row.joined_at,
        joined_to=row.joined_to,
    )


def outcomes_between(
    store: Store,
    first: date | None = None,
    last: date | None = None,
    kinds: Sequence[str] | None = None,
    sent: bool = False,
) -> list[KeptOutcome]:
    """Outcomes observed from the first to the last day that are in force, without those that only withdrawn runs have
    brought. One that came without a school has the school that its student is at now. `sent` reads those of students
    only of whom a platform has sent any."""
    now_at = sa.select(students.c.school_id).where(students.c.student_id == outcomes.c.student_id).scalar_subquery()
    query = SAID.add_columns(now_at.label("now_at")).where(~TAKEN_BACK)
    if sent:
        whose = sa.select(outcomes.c.student_id).where(outcomes.c.client.is_not(None))
        query = query.where(outcomes.c.student_id.in_(whose))
    with store.reading() as connection:
        rows = list(connection.execute(query))
    by_student: dict[str, list[Word]] = {}
    for row in rows:
        by_student.setdefault(row.student_id, []).append(_word(row))
    standing = {word.word_id for words in by_student.values() for word in in_force(words)}
    kept = [
        _kept(row)
        for row in rows
        if row.sha256 in standing
        and (first is None or row.observed_on >= first)
        and (last is None or row.observed_on <= last)
        and (kinds is None or row.kind in kinds)
    ]
    return sorted(kept, key=lambda one: (one.outcome.observed_on, one.outcome.student_id, one.sha256))


def sent_outcomes(store: Store) -> list[Outcome]:
    """Those in force that platforms have sent, which no dataset needs to hold."""
    return [one.outcome for one in outcomes_between(store, sent=True) if one.client is not None]


def outcome_row(word: Word, student_id: str) -> Outcome:
    """A word as a row of the table `outcomes`, for whoever reads records."""
    return Outcome(
        student_id,
        word.observed_on,
        word.kind,
        word.level,
        word.selection_reason,
        None,
        word.recorded_on,
        word.interviewer,
        word.second_interviewer,
        word.saw_score,
        word.assessed,
        word.corrects,
    )


def _kept(row: Any) -> KeptOutcome:
    outcome = _outcome(row)
    school = row.now_at or row.school_id if is_unassigned(row.school_id) else row.school_id
    return KeptOutcome(outcome, school, row.sha256, row.received_at, row.run_id, row.client)


def _outcome(row: Any) -> Outcome:
    said = {name: getattr(row, name) for name in COLUMNS}
    return Outcome(**said | {"assessed": None if row.assessed is None else tuple(row.assessed)})
