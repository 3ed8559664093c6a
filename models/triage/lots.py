"""Who is drawn by lot for a routine talk, and is therefore shown blind.

Blind is a property of the student: until the talk is recorded nobody sees tier, reasons or totals, wherever the student
is shown. The lot depends on school, week and student alone, so that neither a new list nor the order of its rows draws
anew. Open evidence ends blindness at once.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache

from data_schemas.codes import Tier
from models.triage.facts import ZONE
from models.triage.present import Present


def week_of(moment: datetime) -> date:
    """The Monday of the moment's week, in local time."""
    day = moment.astimezone(ZONE).date()
    return day - timedelta(days=day.weekday())


@lru_cache(2**16)  # a list asks for those of a whole school
def lot(school_id: str, monday: date, student_id: str) -> str:
    """A number drawn for a student and a week; the lowest ones are spoken with."""
    return hashlib.sha256(f"{school_id}/{monday.isoformat()}/{student_id}".encode()).hexdigest()


def drawn(in_order_of_lot: Iterable[Present], places: int, now: datetime) -> Iterator[Present]:
    """The first `places` students by lot who may be drawn at all, those whose talk is done among them."""
    left = places
    for one in in_order_of_lot:
        if left <= 0:
            return
        if may_be_drawn(one, now):
            left -= 1
            yield one


def may_be_drawn(one: Present, now: datetime) -> bool:
    """Whoever has no open evidence and no report to look into (a blind line would hide it), is at most 关注, is at
    school, and has not declined. A talk of this week does not make room for another."""
    if one.facts.stranger or one.facts.declined or one.suspended:
        return False
    if talk_done(one, now):  # what the talk itself found, or came in after it, does not undo that it was drawn
        return (one.facts.model_tier or Tier.ROUTINE).ord <= Tier.WATCH.ord
    return not (one.open or one.leads or one.in_review) and one.tier.ord <= Tier.WATCH.ord


def talk_done(one: Present, now: datetime) -> bool:
    """Whether a routine talk with this student was recorded this week."""
    monday = week_of(now)
    return any(word.blind and word.is_interview and word.observed_on >= monday for word in one.words)
