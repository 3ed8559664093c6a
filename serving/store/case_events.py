"""Events of cases: rows are added, and where a case stands is computed from them (`serving.cases`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from models.triage import ZONE, CaseFacts, PlanStart
from serving.store.case_tables import case_events
from serving.store.database import chunks
from serving.store.talks import undone_ids

ACKNOWLEDGE, RESPOND, PLAN, REVIEW, CLOSE = "acknowledge", "respond", "plan", "review", "close"


@dataclass(frozen=True)
class CaseEvent:
    """One move of a case. `event_id` is given when it is kept, as is the file that it is put into; `details` are of
    JSON's own types."""

    student_id: str
    school_id: str
    move: str
    done_at: datetime
    done_by: str
    person: str | None = None
    to_school: str | None = None
    answers: int | None = None
    talk_id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    event_id: int = 0
    file_id: str = ""


COLUMNS = tuple(field.name for field in fields(CaseEvent))


def add_case_event(connection: sa.Connection, event: CaseEvent) -> None:
    row = {name: value for name, value in vars(event).items() if name != "event_id"}
    row |= {"details": dict(event.details), "file_id": event.student_id}
    connection.execute(case_events.insert().values(**row))


def case_events_of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, list[CaseEvent]]:
    """By student, in the order in which they were done, without those of talks that were taken back."""
    found: dict[str, list[CaseEvent]] = {}
    undone = case_events.c.talk_id.is_not(None) & case_events.c.talk_id.in_(undone_ids())
    for part in chunks(list(ids)):
        query = case_events.select().where(case_events.c.student_id.in_(part), ~undone)
        for row in connection.execute(query.order_by(case_events.c.event_id)):
            found.setdefault(row.student_id, []).append(CaseEvent(**{name: row._mapping[name] for name in COLUMNS}))
    return found


def case_facts_of(connection: sa.Connection, ids: Sequence[str], at: datetime | None = None) -> dict[str, CaseFacts]:
    """By student, what of a case bears on what is due."""
    found = {}
    for student_id, events in case_events_of(connection, ids).items():
        known = [event for event in events if at is None or event.done_at <= at]
        closed = max((event.event_id for event in known if event.move == CLOSE), default=0)
        plans = [event for event in known if event.move == PLAN and event.event_id > closed]
        plan = None
        if plans:
            on = plans[-1].done_at.astimezone(ZONE).date()
            since = [event for event in known if event.move == REVIEW and event.event_id > plans[-1].event_id]
            reviews = tuple(event.done_at.astimezone(ZONE).date() for event in since)
            plan = PlanStart(on, dict(plans[-1].details.get("baseline", {})), reviews)
        taken_on = tuple((event.file_id, event.done_at) for event in known if event.move in (ACKNOWLEDGE, RESPOND))
        found[student_id] = CaseFacts(taken_on, plan)
    return found
