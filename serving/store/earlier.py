"""What the screening before said of each student, for what changed since."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from models.changes import Earlier
from serving.store.database import Store
from serving.store.runs import in_force_runs
from serving.store.tables import assessments, run_schools, runs


def earlier_margins(store: Store, schools: Sequence[str], before: date) -> dict[str, Earlier]:
    """Day and margin of each student in the schools' last screenings as of a day before `before`; without those whom no
    model ranked then."""
    found = {}
    with store.reading() as connection:
        for school in schools:
            query = sa.select(runs.c.run_id, runs.c.as_of).join(run_schools)
            query = query.where(run_schools.c.school_id == school, runs.c.as_of < before)
            query = query.where(in_force_runs(None))
            run = connection.execute(query.order_by(runs.c.as_of.desc(), runs.c.published_at.desc()).limit(1)).first()
            if run is None:
                continue
            of_list = (assessments.c.run_id == run.run_id) & (assessments.c.school_id == school)
            rows = sa.select(assessments.c.student_id, assessments.c.margin)
            for row in connection.execute(rows.where(of_list, assessments.c.margin.is_not(None))):
                found[row.student_id] = Earlier(run.as_of, row.margin)
    return found
