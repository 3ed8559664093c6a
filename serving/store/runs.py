"""Published screenings: a run is whole or is not there, and the same screening is there once."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from models.assessment import ModelStatus
from runxin.errors import Kind, UserError
from serving.store.audit import AuditEvent, add_event
from serving.store.database import Store
from serving.store.tables import feeds as feeds_table
from serving.store.tables import run_schools, run_withdrawals, runs

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
