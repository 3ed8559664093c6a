"""The rows that are on record about one student, as they came: those of the newest screening that kept any, and those
that platforms and people sent since. What is shown of them is made elsewhere; nothing is judged here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from data_schemas.tables import TABLES, CellKind
from serving.store.concern_reports import undone_entries
from serving.store.contents import contents_with, opened
from serving.store.corrections import FAMILY, as_corrected, corrections_in
from serving.store.database import Store
from serving.store.feeds import feeds_of
from serving.store.payload import unpack
from serving.store.runs import in_force_runs
from serving.store.tables import assessments, entries, inputs, runs

SHOWN = ("leaves", "family", "concerns")
DAYS = {name: {c.name for c in TABLES[name].columns if c.kind is CellKind.DATE} for name in SHOWN}
Rows = tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class StudentRows:
    """Rows by table, days as `datetime.date`; a table that nobody has handed in is missing. `covered` says how far a
    table of the school reaches, `placed` at which school and in which class each list had the student, oldest first.
    `enrolled_on` is None where the roster does not say."""

    tables: Mapping[str, Rows] = field(default_factory=dict, repr=False)
    covered: Mapping[str, tuple[date, date]] = field(default_factory=dict)
    placed: tuple[tuple[date, str, str | None], ...] = ()
    enrolled_on: date | None = None


def rows_of_student(store: Store, student_id: str, school_id: str) -> StudentRows:
    """In a number of readings that does not grow with what is on record, without reports that were taken back. Of an
    erased student nothing is left but where the lists had them."""
    tables: dict[str, list[dict[str, Any]]] = {}
    enrolled = None
    with store.reading() as connection:
        lists = lists_with(connection, student_id)
        said = screened_rows(connection, student_id, lists)
        if said is not None:
            tables |= {name: said[name] for name in SHOWN if name in said}
            enrolled = _day(next((row.get("enrolled_on") for row in said["students"]), None))
        sent = sa.select(entries.c.record).where(entries.c.student_id == student_id, entries.c.record != b"")
        sent = sent.where(entries.c.entry_id.not_in(undone_entries()))
        for stored in connection.scalars(sent.order_by(entries.c.received_at, entries.c.place)):
            _add(tables, unpack(stored))
        given = corrections_in(connection, [student_id]).get(student_id, ())
        covered = {one.feed: (one.covered_from, one.covered_to) for one in feeds_of(connection, school_id)}
    for row in tables.get("family", ()):
        row["value"] = as_corrected(FAMILY + row["flag"], row["value"], given)
    return StudentRows(
        {name: tuple(_typed(row, DAYS[name]) for row in rows) for name, rows in tables.items()},
        covered,
        tuple((row.as_of, row.school_id, row.class_id) for row in reversed(lists)),
        enrolled,
    )


def lists_with(connection: sa.Connection, student_id: str) -> Sequence[Any]:
    """Every list in force that had the student, the newest first."""
    newest = (runs.c.as_of.desc(), runs.c.published_at.desc())
    listed = sa.select(assessments.c.school_id, assessments.c.class_id, assessments.c.inputs, runs.c.as_of)
    listed = listed.add_columns(runs.c.context, runs.c.published_at).select_from(assessments.join(runs))
    mine = assessments.c.student_id == student_id
    return connection.execute(listed.where(mine, in_force_runs(None)).order_by(*newest)).all()


def screened_rows(
    connection: sa.Connection, student_id: str, lists: Sequence[Any]
) -> dict[str, list[dict[str, Any]]] | None:
    """By table, the rows that the newest of `lists` was made from that kept any, in JSON's own types; a table that was
    not handed in is missing. None where none kept any."""
    kept = newest_kept(lists)
    if kept is None:
        return None
    same = (inputs.c.student_id == student_id) & (inputs.c.sha256 == kept.inputs)
    stored = connection.scalar(sa.select(inputs.c.content).where(same))
    said = {} if stored is None else opened("inputs", kept.inputs, stored)["rows"]
    columns = contents_with(connection, [kept.context])[kept.context]["columns"]
    return {name: [dict(zip(columns[name], row, strict=True)) for row in said.get(name, ())] for name in columns}


def newest_kept(lists: Sequence[Any]) -> Any:
    """The newest list whose rows were kept; None where none were."""
    return next((row for row in lists if row.inputs is not None and row.context is not None), None)


def _add(tables: dict[str, list[dict[str, Any]]], record: Mapping[str, Any]) -> None:
    """What a record says beside what is there already; the same row twice is one."""
    for name in SHOWN:
        given: Sequence[dict[str, Any]] | None = record.get(name)
        if given is not None:
            there = tables.setdefault(name, [])
            there += [row for row in map(_filled, given) if row not in [_filled(one) for one in there]]


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _typed(row: Mapping[str, Any], days: set[str]) -> dict[str, Any]:
    return {name: _day(value) if name in days else value for name, value in row.items()}


def _day(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written[:10])
