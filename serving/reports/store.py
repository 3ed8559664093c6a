"""What reports count that is not of the present: how far referrals came, and what was said of explanations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from data_schemas.codes import Answer, Concern
from models.reports import BookingMade, Referral, ReportPeriod
from models.triage import ZONE
from serving.bookings.booking import BookingStep
from serving.bookings.store import bookings_of_school
from serving.store import Store
from serving.store.case_events import CaseEvent, case_events_of
from serving.store.case_tables import explanation_views
from serving.store.database import chunks
from serving.store.runs import Run, newest_run, newest_run_of
from serving.store.school_rows import kept_rows, whose
from serving.store.tables import assessments

APART = timedelta(days=60)  # between two screenings of which one is held against the other
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


def bookings_made(store: Store, school_id: str) -> list[BookingMade]:
    """Every time that was asked for at a school."""
    return [
        BookingMade(one.asked.said_at.astimezone(ZONE).date(), one.state is BookingStep.KEPT)
        for one in bookings_of_school(store, school_id)
    ]


def views_of(store: Store, ids: Sequence[str], period: ReportPeriod) -> list[str]:
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


def short_sleep_of(store: Store, school_id: str, run: Run | None, since: date) -> dict[str, bool]:
    """By student, what they last said of short sleep since a day: of who was not asked, or did not say, nothing."""
    said: dict[str, tuple[str, bool]] = {}
    for who, row in kept_rows(store, school_id, run, "concerns", whose):
        asked = row.get("kind") == Concern.SLEEP_SHORT.code and row.get("value") in (Answer.YES.code, Answer.NO.code)
        on = str(row.get("reported_on") or "")[:10]
        if asked and on >= since.isoformat() and (who not in said or said[who][0] < on):
            said[who] = on, row["value"] == Answer.YES.code
    return {who: short for who, (_, short) in said.items()}


@dataclass(frozen=True)
class Listed:
    """A student of a published list, who was screened."""

    student_id: str
    class_id: str
    tier: int


def two_lists(store: Store, school_id: str, today: date) -> tuple[list[Listed], list[Listed]]:
    """The screened students of the list in force and of the newest one that is `APART` older; empty where there is
    none."""
    newest = newest_run(store, school_id, today)
    if newest is None:
        return [], []
    with store.reading() as connection:
        before = newest_run_of(connection, school_id, newest.as_of - APART)
        return _listed(connection, before, school_id), _listed(connection, newest, school_id)


def _listed(connection: sa.Connection, run: Run | None, school_id: str) -> list[Listed]:
    if run is None:
        return []
    c = assessments.c
    mine = (c.run_id == run.run_id) & (c.school_id == school_id) & c.screened & c.class_id.is_not(None)
    query = sa.select(c.student_id, c.class_id, c.tier).where(mine)
    return [Listed(row.student_id, row.class_id, row.tier) for row in connection.execute(query)]
