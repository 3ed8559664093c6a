"""Published screenings: a run is whole or is not there, and the same screening is there once."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from models.assessment import Assessment, ModelStatus
from serving.store.audit import AuditEvent, add_event
from serving.store.contents import Content
from serving.store.database import Store
from serving.store.evidence import close_assessed, open_floors
from serving.store.inputs import RunInputs, keep_context, keep_inputs
from serving.store.interviews import Interviews, replace_interviews
from serving.store.outcomes import Outcome, keep_outcomes
from serving.store.payload import pack_assessment
from serving.store.pupils import Pupil, Withdrawal, replace_pupils, replace_withdrawals
from serving.store.tables import assessments as assessments_table
from serving.store.tables import feeds as feeds_table
from serving.store.tables import run_schools, runs

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
    """`new` is false where the same screening had been published before; then nothing was written."""

    run_id: str
    new: bool
    opened: int
    closed: int


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


def publish_run(
    store: Store,
    run: Run,
    pupils: Sequence[Pupil],
    assessments: Sequence[Assessment],
    withdrawals: Sequence[Withdrawal] = (),
    feeds: Sequence[Feed] = (),
    interviews: Mapping[str, Interviews] | None = None,
    actor: str = "cli",
    made_from: RunInputs | None = None,
    outcomes: Sequence[tuple[Outcome, str]] = (),
) -> Published:
    """Put a screening in force in one transaction; until it ends, and if it does not, the previous list stands.

    `pupils` are those of `assessments`, in any order. New floors open evidence; `interviews` close evidence of
    earlier runs and entries that a named person has assessed. `made_from` is kept for replay, `outcomes` with the
    school of each as labels.
    """
    schools = {pupil.student_id: pupil.school_id for pupil in pupils}
    with store.reading() as connection:
        known = _is_published(connection, run)
    # Packed before the lock is taken: others who write wait for the inserts only.
    payloads = [] if known else [pack_assessment(assessment) for assessment in assessments]
    with store.writing() as connection:
        if known or _is_published(connection, run):
            return Published(run.run_id, new=False, opened=0, closed=0)
        before = _before(connection, sorted(set(schools.values())))
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
        replace_pupils(connection, pupils)
        replace_withdrawals(connection, schools.keys(), withdrawals)
        replace_interviews(connection, schools.keys(), interviews or {})
        keep_outcomes(connection, outcomes, run.published_at, run_id=run.run_id)
        _replace_feeds(connection, feeds)
        opened = open_floors(connection, assessments, run.published_at, run.run_id)
        closed = close_assessed(connection, interviews or {}, run.published_at)
        detail = f"students={len(assessments)} opened={opened} closed={closed}"
        add_event(connection, AuditEvent(run.published_at, actor, "run.published", object_id=run.run_id, detail=detail))
    return Published(run.run_id, new=True, opened=opened, closed=closed)


def _is_published(connection: sa.Connection, run: Run) -> bool:
    return connection.scalar(sa.select(runs.c.run_id).where(runs.c.run_id == run.run_id)) is not None


def newest_run(store: Store, school_id: str, as_of: date | None = None) -> Run | None:
    """The list in force for a school, or the one of that day: the newest as-of date, then the last published."""
    with store.reading() as connection:
        return newest_run_of(connection, school_id, as_of)


def newest_run_of(connection: sa.Connection, school_id: str, as_of: date | None = None) -> Run | None:
    query = runs.select().join(run_schools).where(run_schools.c.school_id == school_id)
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
    tier: int
    tier_since: datetime
    retest_since: datetime | None


def _before(connection: sa.Connection, schools: Sequence[str]) -> dict[str, _Before]:
    """How each student stood in the list in force, so that a clock that runs is not started anew."""
    found: dict[str, _Before] = {}
    table = assessments_table.c
    for school_id in schools:
        run = newest_run_of(connection, school_id)
        if run is not None:
            query = sa.select(table.student_id, table.tier, table.tier_since, table.retest_since)
            for row in connection.execute(query.where(table.run_id == run.run_id, table.school_id == school_id)):
                found[row.student_id] = _Before(row.tier, row.tier_since, row.retest_since)
    return found


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
        stood = before.get(assessment.student_id)
        risen = stood is None or assessment.tier.ord > stood.tier
        retest = stood.retest_since if stood is not None else None
        yield {
            "run_id": run.run_id,
            "student_id": assessment.student_id,
            "school_id": schools[assessment.student_id],
            "tier": assessment.tier.ord,
            "margin": assessment.margin,
            "severity": assessment.severity,
            "screened": assessment.screened,
            "tier_since": run.published_at if stood is None or risen else stood.tier_since,
            "retest_since": (retest or run.published_at) if assessment.data_quality.retest else None,
            "payload": payload,
            "assessment_id": uuid4().hex,
            "inputs": rows[assessment.student_id].sha256 if assessment.student_id in rows else None,
            "earlier_margin": earlier.get(assessment.student_id),
        }


def _replace_feeds(connection: sa.Connection, feeds: Sequence[Feed]) -> None:
    if not feeds:
        return
    gone = (feeds_table.c.school_id == sa.bindparam("school")) & (feeds_table.c.feed == sa.bindparam("gone"))
    connection.execute(feeds_table.delete().where(gone), [{"school": f.school_id, "gone": f.feed} for f in feeds])
    connection.execute(feeds_table.insert(), [asdict(feed) for feed in feeds])
