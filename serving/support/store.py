"""Steps about subsidies, added with their event in the audit log."""

from dataclasses import dataclass
from datetime import datetime

from serving.store import AuditEvent, Store, add_event
from serving.store.plan_tables import subsidy_steps


@dataclass(frozen=True)
class KeptStep:
    student_id: str
    school_id: str
    step: str
    purpose: str
    said_at: datetime
    said_by: str


def steps_of(store: Store, student_id: str) -> tuple[KeptStep, ...]:
    """The newest first."""
    c = subsidy_steps.c
    with store.reading() as connection:
        rows = connection.execute(
            subsidy_steps.select().where(c.student_id == student_id).order_by(c.step_id.desc())
        ).all()
    return tuple(
        KeptStep(row.student_id, row.school_id, row.step, row.purpose, row.said_at, row.said_by) for row in rows
    )


def keep_step(store: Store, said: KeptStep, audited: AuditEvent) -> None:
    with store.writing() as connection:
        connection.execute(subsidy_steps.insert().values(vars(said) | {"file_id": said.student_id}))
        add_event(connection, audited)
