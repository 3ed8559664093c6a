"""The newest stored inputs of every student, and what consents were taken back: what an extract is made from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from serving.store.contents import opened
from serving.store.database import Store
from serving.store.payload import unpack
from serving.store.runs import in_force_runs
from serving.store.students import consents_taken_back
from serving.store.tables import assessments, entries, inputs, run_schools, runs


@dataclass(frozen=True)
class StudentInputs:
    """What a student's newest replayable assessment was made from, by its context's hash."""

    student_id: str
    school_id: str
    as_of: date
    context: str
    origin: str
    synthetic: bool
    rows: dict[str, Any] = field(repr=False)


def newest_inputs(store: Store, school_id: str | None = None) -> Iterator[StudentInputs]:
    """Of each student the inputs of the newest screening that has any, by student. Of an erased one there are none.
    Raises `UserError` where what is stored was changed."""
    newest_first = (runs.c.as_of.desc(), runs.c.published_at.desc())
    numbered = (
        sa.select(
            assessments.c.student_id,
            assessments.c.school_id,
            assessments.c.inputs,
            runs.c.as_of,
            runs.c.context,
            runs.c.data_origin,
            runs.c.synthetic,
            sa.func.row_number().over(partition_by=assessments.c.student_id, order_by=newest_first).label("place"),
        )
        .select_from(assessments.join(runs))
        .where(assessments.c.inputs.is_not(None), runs.c.context.is_not(None), in_force_runs(None))
        .subquery()
    )
    same = (inputs.c.student_id == numbered.c.student_id) & (inputs.c.sha256 == numbered.c.inputs)
    query = sa.select(numbered, inputs.c.content).select_from(numbered.join(inputs, same)).where(numbered.c.place == 1)
    if school_id is not None:
        query = query.where(numbered.c.school_id == school_id)
    with store.reading() as connection:
        for row in connection.execute(query.order_by(numbered.c.student_id)):
            rows = opened("inputs", row.inputs, row.content)["rows"]
            about = (row.student_id, row.school_id, row.as_of, row.context, row.data_origin, row.synthetic)
            yield StudentInputs(*about, rows)


def published_days(store: Store, school_id: str | None = None) -> list[date]:
    """The days of published screenings, each once."""
    query = sa.select(runs.c.as_of).join(run_schools).where(in_force_runs(None)).distinct().order_by(runs.c.as_of)
    with store.reading() as connection:
        return list(
            connection.scalars(query if school_id is None else query.where(run_schools.c.school_id == school_id))
        )


def taken_back(store: Store, scopes: frozenset[str]) -> dict[tuple[str, str], date]:
    """By student and scope, the last day on which consent was taken back: by a screening's dataset, or in a record
    that a platform sent since."""
    found: dict[tuple[str, str], date] = {}

    def note(student_id: str, scope: str, on: date) -> None:
        if scope in scopes:
            found[student_id, scope] = max(on, found.get((student_id, scope), on))

    with store.reading() as connection:
        for row in connection.execute(consents_taken_back()):
            note(row.student_id, row.scope, row.withdrawn_on)
        for row in connection.execute(sa.select(entries.c.student_id, entries.c.record)):
            for consent in (unpack(row.record) if row.record else {}).get("consents") or ():
                if consent.get("withdrawn_on"):
                    note(row.student_id, consent["scope"], date.fromisoformat(consent["withdrawn_on"]))
    return found
