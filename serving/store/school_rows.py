"""Rows of a school's students: as its list in force was made from them, which a replay keeps, and as records that were
sent since have them."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import sqlalchemy as sa

from serving.store.concern_reports import undone_entries
from serving.store.contents import contents_with
from serving.store.database import Store, chunks
from serving.store.fact_changes import stamp_of
from serving.store.payload import unpack
from serving.store.runs import Run
from serving.store.tables import assessments, entries, inputs, runs

T = TypeVar("T")


def kept_rows(
    store: Store, school_id: str, run: Run | None, table: str, read: Callable[[str, dict[str, Any]], T]
) -> tuple[T, ...]:
    """What `read`, a function of a module, makes of each row of a `table`, by student and row. It is kept until another
    list is published, apart from what other functions make of it: thousands of rows are unpacked."""
    if run is None:
        return ()
    name = f" {table} of {school_id} by {read.__module__}.{read.__qualname__}"
    with store.reading() as connection:
        holds = run.run_id, stamp_of(connection, school_id).of_all
        before = store.kept.get(name)
        if before is not None and before[0] == holds:
            kept: tuple[T, ...] = before[1]
            return kept
        found = tuple(read(who, row) for who, row in _rows(connection, school_id, run.run_id, table))
    store.kept.keep(name, (holds, found))
    return found


def whose(student_id: str, row: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """For `kept_rows`: the rows as they are."""
    return student_id, row


def _rows(connection: sa.Connection, school_id: str, run_id: str, table: str) -> Iterator[tuple[str, dict[str, Any]]]:
    context = connection.scalar(sa.select(runs.c.context).where(runs.c.run_id == run_id))
    columns = [] if context is None else contents_with(connection, [context])[context]["columns"].get(table, [])
    if not columns:
        return
    same = (inputs.c.student_id == assessments.c.student_id) & (inputs.c.sha256 == assessments.c.inputs)
    here = (assessments.c.run_id == run_id) & (assessments.c.school_id == school_id)
    query = sa.select(inputs.c.student_id, inputs.c.content).select_from(assessments.join(inputs, same)).where(here)
    for student_id, content in connection.execute(query).all():
        for values in unpack(content)["rows"].get(table, ()):
            yield student_id, dict(zip(columns, values, strict=True))


def sent_rows(store: Store, school_id: str, table: str) -> dict[str, list[dict[str, Any]]]:
    """By student, the rows of a `table` in records that platforms and people sent, in the order in which they came,
    without reports that were taken back. A record is unpacked once, as long as the process lives."""
    c, name = entries.c, f" sent {table} of {school_id}"
    with store.reading() as connection:
        known: dict[str, list[dict[str, Any]]] = store.kept.get(name) or {}
        mine = (c.school_id == school_id) & (c.record != b"") & c.entry_id.not_in(undone_entries())
        order = sa.select(c.entry_id, c.student_id).where(mine).order_by(c.received_at, c.place)
        records = connection.execute(order).all()
        fresh = [row.entry_id for row in records if row.entry_id not in known]
        read = {row.entry_id: known[row.entry_id] for row in records if row.entry_id in known}
        for part in chunks(fresh):
            for row in connection.execute(sa.select(c.entry_id, c.record).where(c.entry_id.in_(part))):
                read[row.entry_id] = list(unpack(row.record).get(table) or ())
    store.kept.keep(name, read)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in records:
        if read.get(row.entry_id):
            found.setdefault(row.student_id, []).extend(read[row.entry_id])
    return found
