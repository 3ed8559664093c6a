"""What has been kept long enough, by purpose, and its removal. Each finds rows by student, so that nothing goes of
somebody in danger."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from models.triage import ZONE
from serving.store.case_tables import case_events, concern_reports, drafts, readings, talks
from serving.store.database import chunks
from serving.store.tables import assessments, entries, evidence, inputs, outcomes, run_strangers, runs, students

Found = Mapping[str, int]  # rows by student
SPOKEN = (evidence, outcomes, case_events)  # without a row of these nobody is in danger and no case runs
NEWEST = (
    (evidence, evidence.c.filed_at),
    (outcomes, outcomes.c.received_at),
    (entries, entries.c.received_at),
    (talks, talks.c.recorded_at),
    (concern_reports, concern_reports.c.recorded_at),
    (case_events, case_events.c.done_at),
)


@dataclass(frozen=True)
class Purpose:
    """`remove` is None where everything of the student goes."""

    find: Callable[[sa.Connection, datetime], Found]
    remove: Callable[[sa.Connection, datetime, Sequence[str]], None] | None


def find_due(connection: sa.Connection, purpose: str, before: datetime) -> Found:
    return PURPOSES[purpose].find(connection, before)


def remove_due(connection: sa.Connection, purpose: str, before: datetime, ids: Collection[str]) -> None:
    remove = PURPOSES[purpose].remove
    assert remove is not None
    for part in chunks(sorted(ids)):
        remove(connection, before, part)


def spoken_of(connection: sa.Connection, ids: Collection[str]) -> set[str]:
    """Of whom anything is on record that may be open."""
    found: set[str] = set()
    for part in chunks(sorted(ids)):
        for table in SPOKEN:
            found |= set(connection.scalars(sa.select(table.c.student_id).where(table.c.student_id.in_(part))))
    return found


def _left(connection: sa.Connection, before: datetime) -> Found:
    """On the roster of a list that is not in force at the school any more, and nothing has come in since."""
    newest = sa.select(assessments.c.school_id, sa.func.max(runs.c.as_of).label("as_of"))
    newest = newest.select_from(assessments.join(runs)).group_by(assessments.c.school_id)
    last = newest.subquery()
    query = sa.select(students.c.student_id).select_from(
        students.join(runs, runs.c.run_id == students.c.run_id).join(last, last.c.school_id == students.c.school_id)
    )
    gone = query.where(runs.c.as_of < last.c.as_of, runs.c.as_of < before.astimezone(ZONE).date())
    return _quiet(connection, connection.scalars(gone).all(), before)


def _strangers(connection: sa.Connection, before: datetime) -> Found:
    ids: set[str] = set()
    for table in (evidence, outcomes, entries):
        known = sa.select(students.c.student_id)
        ids |= set(connection.scalars(sa.select(table.c.student_id).where(table.c.student_id.not_in(known))))
    listed = sa.select(run_strangers.c.student_id).join(runs).where(runs.c.as_of >= before.astimezone(ZONE).date())
    return _quiet(connection, sorted(ids - set(connection.scalars(listed))), before)


def _quiet(connection: sa.Connection, ids: Sequence[str], before: datetime) -> Found:
    """Of `ids` those of whom nothing has come in since."""
    found = dict.fromkeys(ids, 1)
    for part in chunks(list(ids)):
        for table, at in NEWEST:
            fresh = sa.select(table.c.student_id).where(table.c.student_id.in_(part), at >= before)
            for one in connection.scalars(fresh.distinct()):
                found.pop(one, None)
    return found


def _old_lists(before: datetime) -> sa.ColumnElement[bool]:
    """Rows of lists before the one that says where the student is."""
    old = sa.select(runs.c.run_id).where(runs.c.as_of < before.astimezone(ZONE).date())
    stands = sa.exists().where(
        students.c.student_id == assessments.c.student_id, students.c.run_id == assessments.c.run_id
    )
    return assessments.c.run_id.in_(old) & ~stands


def _lists(connection: sa.Connection, before: datetime) -> Found:
    return _counted(connection, assessments, _old_lists(before))


def _remove_lists(connection: sa.Connection, before: datetime, ids: Sequence[str]) -> None:
    connection.execute(assessments.delete().where(_old_lists(before), assessments.c.student_id.in_(ids)))
    _remove_inputs(connection, ids)


def _replay(connection: sa.Connection, before: datetime) -> Found:
    listed = _counted(connection, assessments, _old_lists(before) & assessments.c.inputs.is_not(None))
    sent = _counted(connection, entries, (entries.c.received_at < before) & (entries.c.record != b""))
    return {one: listed.get(one, 0) + sent.get(one, 0) for one in {*listed, *sent}}


def _remove_replay(connection: sa.Connection, before: datetime, ids: Sequence[str]) -> None:
    rows = assessments.update().where(_old_lists(before), assessments.c.student_id.in_(ids))
    connection.execute(rows.values(inputs=None, earlier_margin=None))
    sent = entries.update().where(entries.c.received_at < before, entries.c.student_id.in_(ids))
    connection.execute(sent.values(record=b"", inputs=None, context=None))
    _remove_inputs(connection, ids)


def _remove_inputs(connection: sa.Connection, ids: Sequence[str]) -> None:
    """Records from which nothing that is there was made."""
    used = [sa.exists().where(t.c.student_id == inputs.c.student_id, t.c.inputs == inputs.c.sha256) for t in MADE]
    connection.execute(inputs.delete().where(inputs.c.student_id.in_(ids), ~sa.or_(*used)))


MADE = (assessments, entries)


def _of(table: sa.Table, at: sa.Column[Any]) -> Purpose:
    """Rows of one table by their moment."""

    def remove(connection: sa.Connection, before: datetime, ids: Sequence[str]) -> None:
        connection.execute(table.delete().where(at < before, table.c.student_id.in_(ids)))

    return Purpose(lambda connection, before: _counted(connection, table, at < before), remove)


def _counted(connection: sa.Connection, table: sa.Table, which: sa.ColumnElement[bool]) -> dict[str, int]:
    query = sa.select(table.c.student_id, sa.func.count().label("rows")).where(which).group_by(table.c.student_id)
    return {row.student_id: row.rows for row in connection.execute(query)}


PURPOSES: Mapping[str, Purpose] = {
    "left_school": Purpose(_left, None),
    "strangers": Purpose(_strangers, None),
    "lists": Purpose(_lists, _remove_lists),
    "replay": Purpose(_replay, _remove_replay),
    "readings": _of(readings, readings.c.said_at),
    "drafts": _of(drafts, drafts.c.saved_at),
}
