"""The rows of published lists: one student's, one school's, and what each day's list said of a student."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from models.assessment import Assessment
from serving.store.database import Store, chunks
from serving.store.payload import unpack_assessment
from serving.store.runs import Run, in_force_runs, newest_run_of
from serving.store.students import Student
from serving.store.tables import assessments, entries, evidence, names, outcomes, runs, students

TOTALS_READ = 100  # more than a week's line has places
_listed = assessments.join(students, students.c.student_id == assessments.c.student_id)


def _of_list(run: Run, school_id: str) -> sa.ColumnElement[bool]:
    """Who is on a run's list of a school. Who has gone to another school since is on that school's list."""
    listed = (assessments.c.run_id == run.run_id) & (assessments.c.school_id == school_id)
    return listed & (students.c.school_id == school_id)


def list_rows(
    connection: sa.Connection, run: Run, school_id: str, names_allowed: bool, only: Sequence[str] | None = None
) -> list[Any]:
    """The list's rows with who it is, all or of some students `only`; the payload comes where there is something to
    tell."""
    of_list = (assessments.c.run_id == run.run_id) & (assessments.c.school_id == school_id)
    filed = sa.exists().where(evidence.c.student_id == assessments.c.student_id)
    spoken = sa.exists().where(outcomes.c.student_id == assessments.c.student_id)
    sent = sa.exists().where(entries.c.student_id == assessments.c.student_id)  # it is compared with what is published
    highest = sa.select(assessments.c.student_id).where(of_list, assessments.c.severity > 0)
    highest = highest.order_by(assessments.c.severity.desc()).limit(TOTALS_READ)
    by_total = assessments.c.student_id.in_(highest) if run.model.status != "ok" else sa.false()
    tells = sa.or_(assessments.c.tells, assessments.c.model_tier > 0, filed, spoken, sent, by_total)
    columns = [column for column in assessments.c if column.name != "payload" and column.name not in students.c]
    payload = sa.case((tells, assessments.c.payload), else_=None).label("payload")
    query = sa.select(*columns, payload, students, (names.c.sealed if names_allowed else sa.null()).label("sealed"))
    source = _listed
    if names_allowed:
        source = source.outerjoin(names, names.c.student_id == assessments.c.student_id)
    query = query.select_from(source).where(_of_list(run, school_id))
    if only is None:
        return list(connection.execute(query))
    found: list[Any] = []
    for part in chunks(list(only)):
        found += connection.execute(query.where(assessments.c.student_id.in_(part)))
    return found


def asking_rows(run: Run, school_id: str) -> sa.ColumnElement[bool]:
    """Rows of a list in which there is something to tell, whoever has moved since left out."""
    moved = sa.select(students.c.student_id).where(students.c.school_id != school_id)
    here = (assessments.c.run_id == run.run_id) & (assessments.c.school_id == school_id)
    return here & assessments.c.tells & assessments.c.student_id.not_in(moved)


def rows_in_force(
    connection: sa.Connection, students_there: Iterable[Student], runs_there: Mapping[str, Run]
) -> dict[str, tuple[Any, Run]]:
    """Of students on the roster, their rows in the list in force of their school; `runs_there` are these, by school."""
    found: dict[str, tuple[Any, Run]] = {}
    by_school: dict[str, list[str]] = {}
    for one in students_there:
        by_school.setdefault(one.school_id, []).append(one.student_id)
    for school, ids in by_school.items():
        if school not in runs_there:
            continue
        run = runs_there[school]
        for part in chunks(ids):
            mine = (assessments.c.run_id == run.run_id) & assessments.c.student_id.in_(part)
            found |= {row.student_id: (row, run) for row in connection.execute(assessments.select().where(mine))}
    return found


def last_rows(connection: sa.Connection, ids: Sequence[str]) -> dict[str, Any]:
    """Of students their rows, with the run, in the list that says where they are, or were last."""
    last = (assessments.c.student_id == students.c.student_id) & (assessments.c.run_id == students.c.run_id)
    mine = [column for column in assessments.c if column.name != "run_id"]
    query = sa.select(*mine, runs).select_from(students.join(assessments, last).join(runs))
    found: dict[str, Any] = {}
    for part in chunks(list(ids)):
        rows = connection.execute(query.where(students.c.student_id.in_(part)))
        found |= {row.student_id: row for row in rows}
    return found


def last_of_a_model(connection: sa.Connection, ids: Sequence[str], today: date) -> list[Any]:
    """Of each student the row of the newest list up to a day in which a model spoke."""
    mine = (assessments.c.student_id, assessments.c.model_tier, assessments.c.model_since)
    spoke = assessments.c.model_tier.is_not(None) & in_force_runs(today)
    query = sa.select(*mine).join(runs).where(spoke).order_by(runs.c.as_of, runs.c.published_at)
    found: dict[str, Any] = {}
    for part in chunks(list(ids)):
        rows = connection.execute(query.where(assessments.c.student_id.in_(part)))
        found |= {row.student_id: row for row in rows}
    return list(found.values())


def newest_row_of(connection: sa.Connection, student_id: str, today: date) -> Any:
    """The student's row in the newest list up to a day, ever in force or not; None where there is none."""
    mine = [column for column in assessments.c if column.name != "run_id"]
    query = sa.select(*mine, runs).select_from(assessments.join(runs)).where(assessments.c.student_id == student_id)
    query = query.where(in_force_runs(today))
    return connection.execute(query.order_by(runs.c.as_of.desc(), runs.c.published_at.desc()).limit(1)).first()


def history_of(store: Store, student_id: str) -> list[Assessment]:
    """The student's assessments as they were published, by as-of date, the last of each day."""
    query = (
        sa.select(assessments.c.payload, runs.c.as_of)
        .join(runs)
        .where(assessments.c.student_id == student_id, in_force_runs(None))
        .order_by(runs.c.as_of, runs.c.published_at)
    )
    with store.reading() as connection:
        by_day = {row.as_of: row.payload for row in connection.execute(query)}
    return [unpack_assessment(payload) for payload in by_day.values()]


def listed_ids(store: Store, school_id: str, today: date) -> list[str]:
    """The students of a school's list in force who are there still: the same as `list_rows` has."""
    with store.reading() as connection:
        run = newest_run_of(connection, school_id, today)
        if run is None:
            return []
        return list(connection.scalars(listed_of(run, school_id)))


def listed_of(run: Run, school_id: str) -> sa.Select[Any]:
    """The ids of a run's list of a school."""
    return sa.select(assessments.c.student_id).select_from(_listed).where(_of_list(run, school_id))
