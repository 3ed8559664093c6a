"""What was asked for, opened, answered and looked at. Rows are added; where a request stands follows from them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa

from serving.store.audit import AuditEvent, add_event
from serving.store.case_tables import readings
from serving.store.database import Store

ASKED, OPENED = "asked", "opened"
APPROVED, REFUSED = "approved", "refused"
FINE, QUESTIONED = "fine", "questioned"
ANSWERS = {ASKED: (APPROVED, REFUSED), OPENED: (FINE, QUESTIONED)}


@dataclass(frozen=True)
class ReadingStep:
    """Somebody asks to read a record or opens it in danger, or somebody else answers that (`answers` names it)."""

    reading_id: str
    student_id: str
    school_id: str
    step: str
    answers: str | None
    purpose: str | None
    reason: str | None
    said_at: datetime
    said_by: str


COLUMNS = tuple(field.name for field in fields(ReadingStep))


def new_id() -> str:
    return uuid4().hex


def keep_step(store: Store, step: ReadingStep, event: AuditEvent) -> bool:
    """Keep a step with its event; False, and nothing is kept, where what it answers was answered meanwhile."""
    with store.writing() as connection:
        mine = sa.select(readings.c.reading_id).where(readings.c.answers == step.answers)
        if step.answers is not None and connection.scalar(mine) is not None:
            return False
        connection.execute(readings.insert().values(**vars(step), file_id=step.student_id))
        add_event(connection, event)
    return True


def steps_of_student(store: Store, student_id: str) -> list[ReadingStep]:
    return _steps(store, readings.c.student_id == student_id)


def steps_of_schools(store: Store, schools: Sequence[str], since: datetime) -> list[ReadingStep]:
    return _steps(store, readings.c.school_id.in_(list(schools)) & (readings.c.said_at >= since))


def _steps(store: Store, where: sa.ColumnElement[bool]) -> list[ReadingStep]:
    query = readings.select().where(where).order_by(readings.c.said_at, readings.c.reading_id)
    with store.reading() as connection:
        return [ReadingStep(*(row._mapping[name] for name in COLUMNS)) for row in connection.execute(query)]
