"""Errands of a school's students, done or not: what reports and leave of a school year gave rise to. A list asks for
those that nobody has done and that are not too old to be asked for; what the plan asked for is counted all the same."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from data_schemas.calendar import date_to_day
from data_schemas.school_days import Calendars
from data_schemas.table import CellKind
from data_schemas.tables import TABLES
from models import records_of_requests
from models.assessment import Task
from models.policy import Policy
from models.tasks import open_tasks
from serving.store import Run, Store, Student
from serving.store.fact_changes import stamp_of
from serving.store.school_rows import kept_rows, sent_rows, whose

A_YEAR = 400  # school days: more than any school year has
SOURCES = ("concerns", "leaves")
STAGE = "junior"  # of whom nobody knows the stage: no errand depends on it


def errands_of(
    store: Store,
    people: Mapping[str, Student],
    school_id: str,
    run: Run | None,
    since: date,
    today: date,
    policy: Policy,
    calendars: Calendars,
) -> dict[str, tuple[Task, ...]]:
    """By student, the errands that began `since` a day. They are kept until facts of the school change."""
    name = f" errands of {school_id}"
    with store.reading() as connection:
        holds = stamp_of(connection, school_id), since, today, policy
        before = store.kept.get(name)
        if before is not None and before[0] == holds:
            kept: dict[str, tuple[Task, ...]] = before[1]
            return kept
        rows = _rows(store, school_id, run)
    ids = sorted(rows.keys() & people.keys())
    wide = policy.model_copy(update={"tasks": policy.tasks.model_copy(update={"school_days": A_YEAR})})
    records = records_of_requests([_request(people[one], school_id, rows[one]) for one in ids], {}, calendars)
    tasks = open_tasks(records, date_to_day(today), wide, np.zeros(len(ids), dtype=np.int64)) if ids else []
    found = {one: _since(mine, since) for one, mine in zip(ids, tasks, strict=True)}
    store.kept.keep(name, (holds, found))
    return found


def _rows(store: Store, school_id: str, run: Run | None) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """By student and table: those that the list was made from, and those that were sent since."""
    rows: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for table in SOURCES:
        for who, row in kept_rows(store, school_id, run, table, whose):
            rows.setdefault(who, {}).setdefault(table, []).append(_days(table, row))
        for who, sent in sent_rows(store, school_id, table).items():
            rows.setdefault(who, {}).setdefault(table, []).extend(_days(table, row) for row in sent)
    return rows


def _request(who: Student, school_id: str, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    return {
        "student_id": who.student_id,
        "school_id": school_id,
        "stage": who.stage or STAGE,
        "grade": who.grade,
        **rows,
    }


def _since(tasks: Sequence[Task], since: date) -> tuple[Task, ...]:
    return tuple(one for one in tasks if (one.since or one.on) >= since)


def _days(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with its days as such: what was sent has them in text."""
    days = {column.name for column in TABLES[table].columns if column.kind is CellKind.DATE}
    return {name: _day(value) if name in days and value else value for name, value in row.items() if value is not None}


def _day(value: Any) -> date:
    return date.fromisoformat(str(value)[:10])
