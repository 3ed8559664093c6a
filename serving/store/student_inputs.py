"""The newest stored inputs of every student: what an extract is made from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from serving.store.contents import opened
from serving.store.database import Store
from serving.store.runs import in_force_runs
from serving.store.tables import assessments, inputs, run_schools, runs


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
