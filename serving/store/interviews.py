"""When each student was last interviewed: what a record that comes later is read by."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from data_schemas.calendar import date_to_day, day_to_date
from data_schemas.codes import OutcomeKind
from models import Records, records_of_requests
from models.columns import NO_DAY
from models.floors import assessed
from serving.store.database import chunks
from serving.store.tables import interviews

ON_RECORD = "on record"  # who it was stands in the school's own outcomes


@dataclass(frozen=True)
class Interviews:
    """Days of a student's last interview by a named person, and of the last by two; `level` is what the last one
    found, 0 to 3."""

    last_on: date
    last_by_two_on: date | None = None
    level: int = 0


def interviews_of(records: Records, as_of: date) -> dict[str, Interviews]:
    """By student, from the outcomes that were on record by the end of the day."""
    done = assessed(records, date_to_day(as_of))
    return {
        str(student): Interviews(day_to_date(day), day_to_date(two) if two != NO_DAY else None, int(level))
        for student, day, two, level in zip(records.ids, done.day, done.by_two, done.level, strict=True)
        if day != NO_DAY
    }


def interview_rows(found: Interviews | None) -> list[dict[str, Any]]:
    """What persons found last as rows of the outcomes table, for whoever reads outcomes."""
    if found is None:
        return []
    last = {
        "kind": OutcomeKind.INTERVIEW.code,
        "observed_on": found.last_on,
        "level": found.level,
        "interviewer": ON_RECORD,
    }
    both = {**last, "observed_on": found.last_by_two_on, "second_interviewer": ON_RECORD}
    return [last] if found.last_by_two_on is None else [last, both]


def add_interviews(
    connection: sa.Connection, given: Mapping[str, Sequence[Mapping[str, Any]]], today: date
) -> dict[str, Interviews]:
    """Read rows of outcomes, by student, beside what is kept of the interviews before, and keep what then holds: by
    the same rule as for a whole dataset's. Returns it for the students of whom any interview is known."""
    known: dict[str, Interviews] = {}
    for part in chunks(sorted(given)):
        for row in connection.execute(interviews.select().where(interviews.c.student_id.in_(part))):
            known[row.student_id] = Interviews(row.last_on, row.last_by_two_on, row.level)
    requests = [{"student_id": s, "outcomes": [*interview_rows(known.get(s)), *rows]} for s, rows in given.items()]
    found = interviews_of(records_of_requests(requests), today)
    replace_interviews(connection, found.keys(), found)
    return found


def replace_interviews(connection: sa.Connection, ids: Collection[str], found: Mapping[str, Interviews]) -> None:
    """Keep what persons found last of the students `ids`, so that a record sent later is read in its light."""
    gone = interviews.delete().where(interviews.c.student_id == sa.bindparam("gone"))
    known: set[str] = set()
    for part in chunks(sorted(ids)):
        known |= set(connection.scalars(sa.select(interviews.c.student_id).where(interviews.c.student_id.in_(part))))
    if known:
        connection.execute(gone, [{"gone": student_id} for student_id in sorted(known)])
    rows = [{"student_id": student_id, **asdict(found[student_id])} for student_id in ids if student_id in found]
    if rows:
        connection.execute(interviews.insert(), rows)
