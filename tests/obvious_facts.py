"""What can happen around a student, as plain facts: each with the moment it reaches the system and its door.

Moments are naive, in the schools' own time. A fact by the door `import` is a row that a school adds to its files; it
reaches the system with the next screening of that school whose as-of date is not before the day it became known.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Way = Literal["import", "api", "page"]
Span = tuple[date, date | None]  # first day and last day; None is still going on
TIERS = ("routine", "watch", "priority", "crisis")
CRISIS = 3


@dataclass(frozen=True)
class Enrolled:
    """A row of the roster in the files of a school; a later one of the same student and school replaces it."""

    at: datetime
    student: str
    school: str
    enrolled_on: date | None = None
    left_on: date | None = None
    suspended: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Answered:
    """A sheet of PHQ-9: nine answers, None where one was left blank."""

    at: datetime
    door: Way
    student: str
    school: str | None
    answers: tuple[int | None, ...]
    administered_on: date
    received_at: datetime | None = None


@dataclass(frozen=True)
class Reported:
    """Somebody reports something of a kind; `tier` is what a person who raises a concern by hand asks for."""

    at: datetime
    door: Way
    student: str
    school: str | None
    kind: str
    reported_on: date
    source: str = "teacher"
    tier: str | None = None
    recorded_on: date | None = None


@dataclass(frozen=True)
class Found:
    """A person's word: an interview, a crisis event or a referral, with the level 0 to 3 that was found.

    `assessed` names the pieces of evidence that were assessed; None says nothing of it, an empty tuple says none.
    `corrects` is the `name` of the record that this one takes the place of.
    """

    at: datetime
    door: Way
    name: str
    student: str
    school: str | None
    observed_on: date
    level: int
    kind: Literal["interview", "crisis_event", "referral"] = "interview"
    interviewer: str | None = None
    second_interviewer: str | None = None
    selection_reason: str | None = None
    assessed: tuple[str, ...] | None = None
    corrects: str | None = None
    recorded_on: date | None = None


@dataclass(frozen=True)
class Reached:
    """Somebody of the school reached the student, a guardian or both."""

    at: datetime
    door: Way
    student: str
    school: str | None
    contacted_on: date
    whom: Literal["student", "guardian", "both"] = "student"
    recorded_on: date | None = None


@dataclass(frozen=True)
class Screened:
    """A run over the files of some schools. `model` is the tier that a model alone gave, where one served."""

    at: datetime
    run: str
    as_of: date
    schools: tuple[str, ...]
    model: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Withdrawn:
    """A run is taken back."""

    at: datetime
    run: str


@dataclass(frozen=True)
class Batched:
    """Records of one request, in their order; a student may stand in it twice."""

    at: datetime
    facts: tuple[Answered | Reported | Reached, ...]


@dataclass(frozen=True)
class Drawn:
    """The lot fell on a student for a routine interview: the system says on whom, so it is told and not guessed."""

    at: datetime
    student: str
    school: str


Record = Answered | Reported | Found | Reached
Fact = Record | Enrolled | Screened | Withdrawn | Batched | Drawn


@dataclass(frozen=True, order=True)
class Since:
    """When something became known: a day, and the moment where it is known."""

    day: date
    moment: datetime


def known_since(fact: Record, arrived: datetime) -> Since:
    """When what a record says became known (decision 33): what the row says itself; a row of a file that says nothing,
    on its own day; a request or a page that says nothing, when it arrived."""
    if isinstance(fact, Answered):
        if fact.received_at is not None:
            return Since(fact.received_at.date(), fact.received_at)
        own_day, stated = fact.administered_on, None
    elif isinstance(fact, Reported):
        own_day, stated = fact.reported_on, fact.recorded_on
    elif isinstance(fact, Found):
        own_day, stated = fact.observed_on, fact.recorded_on
    else:
        own_day, stated = fact.contacted_on, fact.recorded_on
    if stated is None and fact.door != "import":
        return Since(arrived.date(), arrived)
    day = stated or own_day
    return Since(day, datetime.combine(day, datetime.min.time()))
