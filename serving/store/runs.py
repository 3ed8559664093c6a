"""Published screenings: a run is whole or is not there, and the same screening is there once."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from models.assessment import Assessment, ModelStatus
from models.triage import day_start
from runxin.errors import Kind, UserError
from serving.store.audit import AuditEvent, add_event
from serving.store.contacts import NewContact, keep_contacts
from serving.store.contents import Content
from serving.store.database import Store
from serving.store.evidence import SCREENING, Filing, file_evidence
from serving.store.inputs import RunInputs, keep_context, keep_inputs
from serving.store.outcomes import Outcome, keep_outcomes
from serving.store.payload import pack_assessment
from serving.store.students import Student, Withdrawal, replace_students, replace_withdrawals
from serving.store.tables import assessments as assessments_table
from serving.store.tables import feeds as feeds_table
from serving.store.tables import run_schools, run_strangers, run_withdrawals, runs

ROWS_AT_ONCE = 5000


@dataclass(frozen=True)
class Run:
    """One screening: what was looked at, as of when, by which model, policy and code."""

    run_id: str
    fingerprint: str
    as_of: date
    code: str
    synthetic: bool
    data_origin: str
    model: ModelStatus
    published_at: datetime


@dataclass(frozen=True)
class Feed:
    """How far a school's table reaches."""

    school_id: str
    feed: str
    covered_from: date
    covered_to: date


@dataclass(frozen=True)
class Published:
    """`new` is false where the same screening had been published before; then nothing was written. `opened` counts the
    evidence that was not on file yet."""

    run_id: str
    new: bool
    opened: int


def make_run(
    fingerprint: str,
    as_of: date,
    code: str,
    synthetic: bool,
    data_origin: str,
    model: ModelStatus,
    schools: Sequence[str],
    published_at: datetime,
) -> Run:
    """A run whose id follows from what went into it, so that the same screening has the same id."""
    said = (fingerprint, as_of, code, model, tuple(sorted(schools)))
    run_id = hashlib.sha256(repr(said).encode()).hexdigest()[:16]
    return Run(run_id, fingerprint, as_of, code, synthetic, data_origin, model, published_at)


@dataclass(frozen=True)
class Stranger:
    """Somebody in a dataset whom its roster cannot place; `reason` is a code of `data_schemas.roster`."""

    student_id: str
    school_id: str
    reason: str


@dataclass(frozen=True)
class RunFacts:
    """What a screening brings beside its assessments: evidence of everyone (strangers included), people's words with
    the school of each, contacts, consents that were taken back, how far the schools' tables reach, and whom the roster
    could not place."""

    strangers: Sequence[Stranger] = ()
    filings: Sequence[Filing] = ()
    outcomes: Sequence[tuple[Outcome, str]] = ()
    contacts: Sequence[NewContact] = ()
    withdrawals: Sequence[Withdrawal] = ()
    feeds: Sequence[Feed] = ()


def publish_run(
    store: Store,
    run: Run,
    students: Sequence[Student],
    assessments: Sequence[Assessment],
    facts: RunFacts | None = None,
    actor: str = "cli",
    made_from: RunInputs | None = None,
) -> Published:
    """Put a screening in force in one transaction; until it ends, and if it does not, the previous list stands.

    `students` are those of `assessments`, in any order. `made_from` is kept for replay.
    """
    schools = {student.student_id: student.school_id for student in students}
    facts = facts if facts is not None else RunFacts()
    with store.reading() as connection:
        known = _is_published(connection, run)
    # Packed before the lock is taken: others who write wait for the inserts only.
    payloads = [] if known else [pack_assessment(assessment) for assessment in assessments]
    with store.writing() as connection:
        if known or _is_published(connection, run):
            return Published(run.run_id, new=False, opened=0)
        before = _before(connection, sorted(set(schools.values())), run.as_of)
        connection.execute(runs.insert().values(_run_row(run, made_from)))
        if made_from is not None:
            keep_context(connection, made_from.context)
            keep_inputs(connection, made_from.rows)
        connection.execute(
            run_schools.insert(), [{"run_id": run.run_id, "school_id": s} for s in sorted(set(schools.values()))]
        )
        rows = _assessment_rows(run, assessments, payloads, schools, before, made_from)
        while part := list(islice(rows, ROWS_AT_ONCE)):
            connection.execute(assessments_table.insert(), part)
        if facts.strangers:
            unplaced = [asdict(one) | {"run_id": run.run_id} for one in facts.strangers]
            connection.execute(run_strangers.insert(), unplaced)
        replace_students(connection, students)
        replace_withdrawals(connection, schools.keys(), facts.withdrawals)
        keep_outcomes(connection, facts.outcomes, run.published_at, run_id=run.run_id)
        keep_contacts(connection, facts.contacts, run.published_at, SCREENING, run.run_id)
        _replace_feeds(connection, facts.feeds)
        opened = sum(file_evidence(connection, facts.filings, run.published_at, SCREENING, run.run_id).values())
        detail = f"students={len(assessments)} opened={opened}"
        add_event(connection, AuditEvent(run.published_at, actor, "run.published", object_id=run.run_id, detail=detail))
    return Published(run.run_id, new=True, opened=opened)


def withdraw_run(store: Store, run_id: str, reason: str, at: datetime, actor: str) -> bool:
    """Take a screening back: the list before it is in force again, and what it filed stays on file. Says whether it was
    in force; raises `UserError` (not found) where there is no such run."""
    with store.writing() as connection:
        if connection.scalar(sa.select(runs.c.run_id).where(runs.c.run_id == run_id)) is None:
            raise UserError(Kind.NOT_FOUND, f"there is no run {run_id!r}", fix="`runxin list --json` names the run")
        done = sa.select(run_withdrawals.c.run_id).where(run_withdrawals.c.run_id == run_id)
        if connection.scalar(done) is not None:
            return False
        taken = {"run_id": run_id, "withdrawn_at": at, "withdrawn_by": actor, "reason": reason}
        connection.execute(run_withdrawals.insert().values(taken))
        add_event(connection, AuditEvent(at, actor, "run.withdrawn", object_id=run_id, detail=reason))
    return True


def in_force_runs(today: date | None) -> sa.ColumnElement[bool]:
    """Which runs may be in force on a day: not withdrawn, and not of a day that has not come."""
    standing = runs.c.run_id.not_in(sa.select(run_withdrawals.c.run_id))
    return standing if today is None else standing & (runs.c.as_of <= today)


def _is_published(connection: sa.Connection, run: Run) -> bool:
    return connection.scalar(sa.select(runs.c.run_id).where(runs.c.run_id == run.run_id)) is not None


def newest_run(store: Store, school_id: str, today: date, as_of: date | None = None) -> Run | None:
    """The list in force for a school, or the one of that day: the newest as-of date, then the last published."""
    with store.reading() as connection:
        return newest_run_of(connection, school_id, today, as_of)


def newest_run_of(connection: sa.Connection, school_id: str, today: date, as_of: date | None = None) -> Run | None:
    query = runs.select().join(run_schools).where(run_schools.c.school_id == school_id, in_force_runs(today))
    if as_of is not None:
        query = query.where(runs.c.as_of == as_of)
    row = connection.execute(query.order_by(runs.c.as_of.desc(), runs.c.published_at.desc()).limit(1)).first()
    return None if row is None else run_from_row(row)


def run_from_row(row: Any) -> Run:
    model = ModelStatus(row.model_name, row.model_version, row.policy, row.model_origin, row.model_status)
    return Run(
        row.run_id,
        row.fingerprint,
        row.as_of,
        row.code,
        row.synthetic,
        row.data_origin,
        model,
        row.published_at,
    )


def _run_row(run: Run, made_from: RunInputs | None) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "fingerprint": run.fingerprint,
        "as_of": run.as_of,
        "model_name": run.model.name,
        "model_version": run.model.version,
        "policy": run.model.policy,
        "code": run.code,
        "synthetic": run.synthetic,
        "data_origin": run.data_origin,
        "model_status": run.model.status,
        "model_origin": run.model.data_origin,
        "published_at": run.published_at,
        "context": None if made_from is None else made_from.context.said.sha256,
    }


@dataclass(frozen=True)
class _Before:
    model_tier: int | None
    model_since: datetime | None


def _before(connection: sa.Connection, schools: Sequence[str], today: date) -> dict[str, _Before]:
    """What the model said of each student in the list in force, so that a clock that runs is not started anew."""
    found: dict[str, _Before] = {}
    table = assessments_table.c
    for school_id in schools:
        run = newest_run_of(connection, school_id, today)
        if run is not None:
            query = sa.select(table.student_id, table.model_tier, table.model_since)
            for row in connection.execute(query.where(table.run_id == run.run_id, table.school_id == school_id)):
                found[row.student_id] = _Before(row.model_tier, row.model_since)
    return found


def _model_since(assessment: Assessment, before: _Before | None) -> datetime | None:
    """From when the model's tier counts: where it has risen, from the newest record that it rests on."""
    if assessment.model_tier is None:
        return None
    stood = before is not None and before.model_tier is not None and before.model_tier >= assessment.model_tier.ord
    if before is not None and stood and before.model_since is not None:
        return before.model_since
    return day_start(assessment.changed_on or assessment.as_of)


def _tells(assessment: Assessment) -> bool:
    """Whether there is anything in an assessment that a list shows of a student whom the model calls 一般."""
    needs = assessment.uncertainty is not None and assessment.uncertainty.needs_person
    quality = bool(assessment.data_quality.retest) or not assessment.screened
    return quality or needs or bool(assessment.tasks) or assessment.suspended_since is not None


def _assessment_rows(
    run: Run,
    assessments: Sequence[Assessment],
    payloads: Sequence[bytes],
    schools: Mapping[str, str],
    before: Mapping[str, _Before],
    made_from: RunInputs | None,
) -> Iterator[dict[str, Any]]:
    """A row an assessment, with an id that is drawn and says nothing: of an erased one its hash may be kept."""
    rows: Mapping[str, Content] = {} if made_from is None else made_from.rows
    earlier: Mapping[str, float] = {} if made_from is None else made_from.earlier
    for assessment, payload in zip(assessments, payloads, strict=True):
        model = assessment.model_tier
        yield {
            "run_id": run.run_id,
            "student_id": assessment.student_id,
            "school_id": schools[assessment.student_id],
            "tier": assessment.tier.ord,
            "margin": assessment.margin,
            "severity": assessment.severity,
            "screened": assessment.screened,
            "payload": payload,
            "assessment_id": uuid4().hex,
            "inputs": rows[assessment.student_id].sha256 if assessment.student_id in rows else None,
            "earlier_margin": earlier.get(assessment.student_id),
            "model_tier": None if model is None else model.ord,
            "model_since": _model_since(assessment, before.get(assessment.student_id)),
            "tells": _tells(assessment),
        }


def _replace_feeds(connection: sa.Connection, feeds: Sequence[Feed]) -> None:
    if not feeds:
        return
    gone = (feeds_table.c.school_id == sa.bindparam("school")) & (feeds_table.c.feed == sa.bindparam("gone"))
    connection.execute(feeds_table.delete().where(gone), [{"school": f.school_id, "gone": f.feed} for f in feeds])
    connection.execute(feeds_table.insert(), [asdict(feed) for feed in feeds])


def feeds_of_schools(store: Store, schools: Collection[str], today: date) -> dict[str, tuple[date, list[Feed]]]:
    """Per school with a list in force, its as-of date and how far each table reached then."""
    found: dict[str, tuple[date, list[Feed]]] = {}
    with store.reading() as connection:
        for school in schools:
            run = newest_run_of(connection, school, today)
            if run is not None:
                rows = connection.execute(feeds_table.select().where(feeds_table.c.school_id == school))
                found[school] = (run.as_of, [Feed(r.school_id, r.feed, r.covered_from, r.covered_to) for r in rows])
    return found
