"""Published screenings: a run is whole or is not there, and the same screening is there once."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from data_schemas.zone import CHINA
from models.assessment import ModelStatus
from serving.store.database import Store
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

    @property
    def knows_until(self) -> datetime:
        """What came in later the list could not know: it is made from records up to the end of its day, however late it
        is published."""
        return min(self.published_at, datetime.combine(self.as_of + timedelta(days=1), time(), CHINA))


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


def again(run: Run) -> Run:
    """The same screening once more, after its run was withdrawn: the id follows from that of the withdrawn one."""
    return replace(run, run_id=hashlib.sha256(f"{run.run_id} again".encode()).hexdigest()[:16])


def is_withdrawn(connection: sa.Connection, run_id: str) -> bool:
    done = sa.select(run_withdrawals.c.run_id).where(run_withdrawals.c.run_id == run_id)
    return connection.scalar(done) is not None


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


def runs_in_force(connection: sa.Connection, schools: Iterable[str], today: date) -> dict[str, Run]:
    """By school the list in force, of those that have one."""
    found = {school: newest_run_of(connection, school, today) for school in sorted(set(schools))}
    return {school: run for school, run in found.items() if run is not None}


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


def runs_that_stood(connection: sa.Connection, school_id: str | None = None) -> dict[str, list[Any]]:
    """Per school the runs that were ever in force, oldest list first: the last is in force. Those that were withdrawn
    were never made, and one as of an earlier day than the list that stood says nothing of the present."""
    query = sa.select(run_schools.c.school_id, runs.c.run_id, runs.c.as_of, runs.c.published_at)
    query = query.join(runs, runs.c.run_id == run_schools.c.run_id).where(in_force_runs(None))
    if school_id is not None:
        query = query.where(run_schools.c.school_id == school_id)
    found: dict[str, list[Any]] = {}
    for row in connection.execute(query.order_by(runs.c.published_at, runs.c.as_of)):
        stood = found.setdefault(row.school_id, [])
        if not stood or stood[-1].as_of <= row.as_of:
            stood.append(row)
    return found
