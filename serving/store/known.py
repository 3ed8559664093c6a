"""What the store knows of the students that a request names, in one reading."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from serving.store.database import Store, chunks
from serving.store.evidence import Evidence, evidence_from_row
from serving.store.interviews import Interviews
from serving.store.runs import Feed, newest_run_of
from serving.store.tables import evidence, feeds, interviews, students, withdrawn


@dataclass
class Known:
    """One student. `school_id` is None for a student on no list; `evidence` is open and closed."""

    school_id: str | None = None
    withdrawn: set[str] = field(default_factory=set)
    evidence: list[Evidence] = field(default_factory=list)
    interviews: Interviews | None = None


def known_students(store: Store, ids: Sequence[str]) -> dict[str, Known]:
    """What is known of each of `ids`; a stranger has an empty `Known`."""
    found = {student_id: Known() for student_id in ids}
    with store.reading() as connection:
        for part in chunks(list(found)):
            for row in connection.execute(
                sa.select(students.c.student_id, students.c.school_id).where(students.c.student_id.in_(part))
            ):
                found[row.student_id].school_id = row.school_id
            for row in connection.execute(withdrawn.select().where(withdrawn.c.student_id.in_(part))):
                found[row.student_id].withdrawn.add(row.scope)
            for row in connection.execute(interviews.select().where(interviews.c.student_id.in_(part))):
                found[row.student_id].interviews = Interviews(row.last_on, row.last_by_two_on, row.level)
            for row in connection.execute(evidence.select().where(evidence.c.student_id.in_(part))):
                found[row.student_id].evidence.append(evidence_from_row(row))
    return found


def known_feeds(store: Store, schools: Collection[str]) -> dict[str, tuple[date, list[Feed]]]:
    """Per school with a list in force, its as-of date and how far each table reached then."""
    found: dict[str, tuple[date, list[Feed]]] = {}
    with store.reading() as connection:
        for school in schools:
            run = newest_run_of(connection, school)
            if run is not None:
                rows = connection.execute(feeds.select().where(feeds.c.school_id == school))
                found[school] = (run.as_of, [Feed(r.school_id, r.feed, r.covered_from, r.covered_to) for r in rows])
    return found
