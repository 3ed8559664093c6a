"""Leave of a school's students as the list in force was made from it: on which day each episode was known."""

from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from serving.store.contents import contents_with
from serving.store.database import Store
from serving.store.fact_changes import stamp_of
from serving.store.payload import unpack
from serving.store.runs import Run
from serving.store.tables import assessments, inputs, runs


class KnownLeave(NamedTuple):
    student_id: str
    type: str
    reason: str | None
    known_on: date


def leave_of_school(store: Store, school_id: str, run: Run | None) -> tuple[KnownLeave, ...]:
    """Kept until another list is published: thousands of rows are unpacked."""
    if run is None:
        return ()
    name = f" leave of {school_id}"
    with store.reading() as connection:
        holds = run.run_id, stamp_of(connection, school_id).of_all
        before = store.kept.get(name)
        if before is not None and before[0] == holds:
            kept: tuple[KnownLeave, ...] = before[1]
            return kept
        found = tuple(_read(connection, school_id, run.run_id))
    store.kept.keep(name, (holds, found))
    return found


def _read(connection: sa.Connection, school_id: str, run_id: str) -> list[KnownLeave]:
    context = connection.scalar(sa.select(runs.c.context).where(runs.c.run_id == run_id))
    columns = [] if context is None else contents_with(connection, [context])[context]["columns"].get("leaves", [])
    if not columns:
        return []
    same = (inputs.c.student_id == assessments.c.student_id) & (inputs.c.sha256 == assessments.c.inputs)
    here = (assessments.c.run_id == run_id) & (assessments.c.school_id == school_id)
    query = sa.select(inputs.c.student_id, inputs.c.content).select_from(assessments.join(inputs, same)).where(here)
    found = []
    for student_id, content in connection.execute(query).all():
        for values in unpack(content)["rows"].get("leaves", ()):
            row = dict(zip(columns, values, strict=True))
            known = date.fromisoformat((row.get("recorded_on") or row["start_on"])[:10])
            found.append(KnownLeave(student_id, row["type"], row.get("reason_code"), known))
    return found
