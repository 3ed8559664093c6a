"""How the service stands, in numbers that say nothing about one student."""

from dataclasses import dataclass

import sqlalchemy as sa

from serving.store.database import Store
from serving.store.runs import Run, run_from_row
from serving.store.tables import assessments, entries, run_schools, runs


@dataclass(frozen=True)
class ServiceState:
    """`students` and `schools` are those of the run that was published last."""

    students: int
    schools: int
    runs: int
    entries: int


def service_state(store: Store) -> ServiceState:
    with store.reading() as connection:

        def count(table: sa.FromClause, *where: sa.ColumnElement[bool]) -> int:
            return connection.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0

        last = _last_run(connection)
        run_id = "" if last is None else last.run_id
        return ServiceState(
            count(assessments, assessments.c.run_id == run_id),
            count(run_schools, run_schools.c.run_id == run_id),
            count(runs),
            count(entries),
        )


def last_run(store: Store) -> Run | None:
    """The run that was published last, of any school; asked once a second while the service runs."""
    with store.reading() as connection:
        return _last_run(connection)


def _last_run(connection: sa.Connection) -> Run | None:
    row = connection.execute(runs.select().order_by(runs.c.published_at.desc()).limit(1)).first()
    return None if row is None else run_from_row(row)
