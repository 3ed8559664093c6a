"""Structured outcomes: what a person found or what happened, as it came. The only source of labels."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from data_schemas.codes import Selection
from models.triage import Word, in_force
from serving.store.audit import AuditEvent, add_event
from serving.store.database import Store, chunks
from serving.store.students import is_unassigned
from serving.store.tables import outcomes, students


@dataclass(frozen=True)
class Outcome:
    """One row of the canonical table `outcomes`. `assessed` are the keys of the evidence that it assessed, None where
    it came without a list; `corrects` names the record that it supersedes by its `sha256`."""

    student_id: str
    observed_on: date
    kind: str
    level: int
    selection_reason: str | None = None
    selection_prob: float | None = None
    recorded_on: date | None = None
    interviewer: str | None = None
    second_interviewer: str | None = None
    saw_score: bool | None = None
    assessed: tuple[str, ...] | None = None
    corrects: str | None = None

    @property
    def known_on(self) -> date:
        return self.recorded_on or self.observed_on

    @property
    def identity(self) -> tuple[str, str, date, str | None]:
        """What the outcome is of: a later row that agrees on these corrects an earlier one."""
        return self.student_id, self.kind, self.observed_on, self.interviewer

    @property
    def sha256(self) -> str:
        said: dict[str, Any] = asdict(self)
        for later in ("assessed", "corrects"):  # columns of a later version: without them a row is named as before
            if said[later] is None:
                del said[later]
        return hashlib.sha256(json.dumps(said, default=str, ensure_ascii=False).encode()).hexdigest()


SCREENING, OUTCOMES = "screening", "outcomes"
COLUMNS = tuple(field.name for field in fields(Outcome))


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
    """An outcome that a platform sends. `sent` is the row as it came, by which it is recognised when it is sent again:
    a day of record that was left out is not part of it."""

    outcome: Outcome
    sent: Outcome
    school_id: str


def keep_outcomes(
    connection: sa.Connection,
    given: Sequence[tuple[Outcome, str]],
    at: datetime,
    *,
    run_id: str | None = None,
    client: str | None = None,
    names: Sequence[str] | None = None,
    door: str = SCREENING,
) -> list[bool]:
    """Keep outcomes with their schools, each content once; says of each whether it is new. `names` are the hashes to
    know them by, where these are not those of the outcomes themselves."""
    hashes = list(names) if names is not None else [outcome.sha256 for outcome, _ in given]
    known: set[str] = set()
    for part in chunks(sorted(set(hashes))):
        known |= set(connection.scalars(sa.select(outcomes.c.sha256).where(outcomes.c.sha256.in_(part))))
    rows, new = [], []
    for sha256, (outcome, school_id) in zip(hashes, given, strict=True):
        new.append(sha256 not in known)
        if sha256 not in known:
            known.add(sha256)
            came = {"sha256": sha256, "school_id": school_id, "received_at": at, "run_id": run_id, "client": client}
            assessed = None if outcome.assessed is None else list(outcome.assessed)
            rows.append(asdict(outcome) | came | {"door": door, "assessed": assessed})
    if rows:
        connection.execute(outcomes.insert(), rows)
    return new


def record_outcomes(store: Store, client: str, given: Sequence[NewOutcome], at: datetime) -> list[bool]:
    """Keep what a platform sends, all or nothing, and put it in the trail. Says of each row whether it is new. What it
    closes and which tier it sets follows from it at the next look."""
    with store.writing() as connection:
        pairs = [(one.outcome, one.school_id) for one in given]
        names = [one.sent.sha256 for one in given]
        new = keep_outcomes(connection, pairs, at, client=client, names=names, door=OUTCOMES)
        for one, is_new in zip(given, new, strict=True):
            if is_new:
                outcome = one.outcome
                event = AuditEvent(at, client, "outcome.recorded", "follow_up", outcome.student_id, outcome.kind)
                add_event(connection, event)
    return new


def words_of(connection: sa.Connection, ids: Sequence[str], at: datetime | None = None) -> dict[str, list[Word]]:
    """All that people said, by student: those in force and those that were corrected."""
    found: dict[str, list[Word]] = {}
    for part in chunks(list(ids)):
        query = outcomes.select().where(outcomes.c.student_id.in_(part)).order_by(outcomes.c.received_at)
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
    )


def outcomes_between(
    store: Store,
    first: date | None = None,
    last: date | None = None,
    kinds: Sequence[str] | None = None,
    sent: bool = False,
) -> list[KeptOutcome]:
    """Outcomes observed from the first to the last day that are in force. One that came without a school has the
    school that its student is at now. `sent` reads those of students only of whom a platform has sent any."""
    query = sa.select(outcomes, students.c.school_id.label("now_at")).select_from(
        outcomes.outerjoin(students, students.c.student_id == outcomes.c.student_id)
    )
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
    said = {name: getattr(row, name) for name in COLUMNS}
    outcome = Outcome(**said | {"assessed": None if row.assessed is None else tuple(row.assessed)})
    school = row.now_at or row.school_id if is_unassigned(row.school_id) else row.school_id
    return KeptOutcome(outcome, school, row.sha256, row.received_at, row.run_id, row.client)
