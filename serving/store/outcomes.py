"""Structured outcomes: what a person found or what happened, as it came. The only source of labels."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from serving.store.audit import AuditEvent, add_event
from serving.store.database import Store, chunks
from serving.store.evidence import close_assessed
from serving.store.interviews import add_interviews
from serving.store.pupils import UNASSIGNED
from serving.store.tables import outcomes, students


@dataclass(frozen=True)
class Outcome:
    """One row of the canonical table `outcomes`."""

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

    @property
    def known_on(self) -> date:
        return self.recorded_on or self.observed_on

    @property
    def identity(self) -> tuple[str, str, date, str | None]:
        """What the outcome is of: a later row that agrees on these corrects an earlier one."""
        return self.student_id, self.kind, self.observed_on, self.interviewer

    @property
    def sha256(self) -> str:
        said = json.dumps(asdict(self), default=str, ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()


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
            rows.append(asdict(outcome) | came)
    if rows:
        connection.execute(outcomes.insert(), rows)
    return new


def record_outcomes(
    store: Store, client: str, given: Sequence[NewOutcome], today: date, at: datetime
) -> tuple[list[bool], int]:
    """Keep what a platform sends, all or nothing, close the evidence that its interviews have assessed, and put it in
    the trail. Says of each row whether it is new, and how much evidence was closed."""
    with store.writing() as connection:
        pairs = [(one.outcome, one.school_id) for one in given]
        new = keep_outcomes(connection, pairs, at, client=client, names=[one.sent.sha256 for one in given])
        fresh = [one.outcome for one, is_new in zip(given, new, strict=True) if is_new]
        rows: dict[str, list[dict[str, Any]]] = {}
        for outcome in fresh:
            rows.setdefault(outcome.student_id, []).append(asdict(outcome))
        closed = close_assessed(connection, add_interviews(connection, rows, today), at, by=client)
        for outcome in fresh:
            add_event(
                connection,
                AuditEvent(at, client, "outcome.recorded", "follow_up", outcome.student_id, outcome.kind),
            )
    return new, closed


def outcomes_between(
    store: Store,
    first: date | None = None,
    last: date | None = None,
    kinds: Sequence[str] | None = None,
    sent: bool = False,
) -> list[KeptOutcome]:
    """Outcomes observed from the first to the last day that are in force: of several on the same thing the one that
    was recorded last. One that came without a school has the school that its student is at now. `sent` reads those of
    students only of whom a platform has sent any."""
    query = sa.select(outcomes, students.c.school_id.label("now_at")).select_from(
        outcomes.outerjoin(students, students.c.student_id == outcomes.c.student_id)
    )
    if first is not None:
        query = query.where(outcomes.c.observed_on >= first)
    if last is not None:
        query = query.where(outcomes.c.observed_on <= last)
    if kinds is not None:
        query = query.where(outcomes.c.kind.in_(kinds))
    if sent:
        whose = sa.select(outcomes.c.student_id).where(outcomes.c.client.is_not(None))
        query = query.where(outcomes.c.student_id.in_(whose))
    with store.reading() as connection:
        kept = [_kept(row) for row in connection.execute(query)]
    kept.sort(key=lambda one: (one.outcome.known_on, one.received_at, one.sha256))
    in_force = {one.outcome.identity: one for one in kept}
    return sorted(in_force.values(), key=lambda one: (one.outcome.observed_on, one.outcome.student_id, one.sha256))


def sent_outcomes(store: Store) -> list[Outcome]:
    """Those in force that platforms have sent, which no dataset needs to hold."""
    return [one.outcome for one in outcomes_between(store, sent=True) if one.client is not None]


def _kept(row: Any) -> KeptOutcome:
    outcome = Outcome(**{name: getattr(row, name) for name in COLUMNS})
    school = row.school_id if row.school_id != UNASSIGNED else row.now_at or UNASSIGNED
    return KeptOutcome(outcome, school, row.sha256, row.received_at, row.run_id, row.client)
