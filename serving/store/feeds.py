"""How far each table of a school reaches, as the newest list that says it has it."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import sqlalchemy as sa

from serving.store.database import Store
from serving.store.run_tables import feeds
from serving.store.runs import newest_run_of, runs_that_stood


@dataclass(frozen=True)
class Feed:
    """How far a school's table reaches."""

    school_id: str
    feed: str
    covered_from: date
    covered_to: date


def keep_feeds(connection: sa.Connection, given: Sequence[Feed], run_id: str) -> None:
    if given:
        connection.execute(feeds.insert(), [asdict(feed) | {"run_id": run_id} for feed in given])


def feeds_of(connection: sa.Connection, school_id: str) -> list[Feed]:
    """By name; of a table that the list in force says nothing of, what the last one before it said."""
    order = {run.run_id: place for place, run in enumerate(runs_that_stood(connection, school_id).get(school_id, ()))}
    rows = [
        row for row in connection.execute(feeds.select().where(feeds.c.school_id == school_id)) if row.run_id in order
    ]
    rows.sort(key=lambda row: (row.feed, order[row.run_id]))
    return list({row.feed: Feed(row.school_id, row.feed, row.covered_from, row.covered_to) for row in rows}.values())


def feeds_of_schools(store: Store, schools: Collection[str], today: date) -> dict[str, tuple[date, list[Feed]]]:
    """Per school with a list in force, its as-of date and how far each table reached then."""
    found: dict[str, tuple[date, list[Feed]]] = {}
    with store.reading() as connection:
        for school in schools:
            run = newest_run_of(connection, school, today)
            if run is not None:
                found[school] = (run.as_of, feeds_of(connection, school))
    return found
