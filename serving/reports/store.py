"""What reports count that is not of the present: how far referrals came, and what was said of explanations."""

from collections.abc import Sequence

import sqlalchemy as sa

from models.reports import Period, Referral
from models.triage import ZONE
from serving.store import Store
from serving.store.case_events import CaseEvent, case_events_of
from serving.store.case_tables import explanation_views
from serving.store.database import chunks

MADE, ANSWERS = "refer", ("answered", "returned")


def referrals_of(store: Store, ids: Sequence[str]) -> list[Referral]:
    """Every referral of some students."""
    with store.reading() as connection:
        events = case_events_of(connection, ids)
    return [one for mine in events.values() for one in _referrals(mine)]


def _referrals(events: Sequence[CaseEvent]) -> list[Referral]:
    answered = {event.answers for event in events if event.move in ANSWERS}
    made = [event for event in events if event.move == MADE]
    return [Referral(event.done_at.astimezone(ZONE).date(), event.event_id in answered) for event in made]


def views_of(store: Store, ids: Sequence[str], period: Period) -> list[str]:
    """What was said of explanations within a time: of each student the last that each reader said."""
    c = explanation_views.c
    said: dict[tuple[str, str], str] = {}
    with store.reading() as connection:
        for part in chunks(list(ids)):
            query = sa.select(c.student_id, c.said_by, c.said, c.said_at).where(c.student_id.in_(part))
            for row in connection.execute(query.order_by(c.view_id)):
                if row.said_at.astimezone(ZONE).date() in period:
                    said[row.student_id, row.said_by] = row.said
    return list(said.values())
