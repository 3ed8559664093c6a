"""The follow-up list as plain objects: what pages, the command line, exports and the API show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from data_schemas.codes import Tier
from data_schemas.instruments import Words
from models.assessment import Assessment, Floor, ModelStatus
from models.clusters import Cluster
from models.triage.missed import Missed
from models.triage.moved import ListMove
from serving.store import Student

__all__ = ["Due", "Entry", "FollowUpList", "Student"]


@dataclass(frozen=True)
class Due:
    """What is to be done next, because of what, since when it waits and by when; `by` is None where there is no clock.
    `who` is the person who is told at once."""

    what: Words
    by: datetime | None
    overdue: bool
    since: datetime | None = None
    why: Words | None = None
    who: Words | None = None


@dataclass(frozen=True)
class Entry:
    """One line of a queue, by the queue's code. `rank` counts within the week's line and below it.

    `slot` says which of the week's places it fills: "ranked", "concern" or "audit". Of a `blind` student nothing is
    here but who it is: tier, reasons, evidence and assessment are empty. `assessment_id` is what a replay asks for.
    `lacks` is what is missing to close evidence ("second_person"). `others` are further students of the same import
    whom the roster does not know, shown as one line. `move` says why the student moved since the list before, `handled`
    that somebody has spoken with the student within a week and nothing is due. `drawn` is what pages made of the line.
    """

    student: Student
    queue: str
    tier: Tier | None
    source: str | None
    confirmed: bool
    floors: tuple[Floor, ...]
    why: tuple[Words, ...]  # at most two sentences
    due: Due
    also_due: Due | None = None  # what this queue asks for, where something else is due before
    assessment: Assessment | None = None
    rank: int | None = None
    slot: str | None = None
    blind: bool = False
    undecided: bool = False
    suspended: bool = False
    lacks: str | None = None
    seen_on: date | None = None
    assessment_id: str | None = None
    others: tuple[str, ...] = ()
    move: ListMove | None = None
    handled: bool = False
    drawn: dict[tuple[object, ...], str] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def dues(self) -> tuple[Due, ...]:
        """What is due, to be shown below each other: first what the queue is about."""
        return (self.due,) if self.also_due is None else (self.also_due, self.due)

    @property
    def protection(self) -> bool:
        return any(floor.protection for floor in self.floors)


def people(entries: Iterable[Entry]) -> int:
    """How many students some lines are about: one line may stand for several."""
    return sum(1 + len(entry.others) for entry in entries)


@dataclass(frozen=True)
class FollowUpList:
    """One school's list as it stands, under its newest published run.

    `queues` holds the lines of each queue by its code. `scheduled` counts students who are checked at once, reviewed or
    spoken with this week, `missed` how many with need are expected among the others. `unmet` counts deadlines of the
    week that its places cannot meet, and `more_hours` what would do. `class_tasks` counts by class whom the homeroom
    teacher is to ask about what a survey or the roster says. `silent_feeds` names tables whose feed has stopped.
    `tier_counts` leaves out whoever is blind, and so do `clusters`: where more has come in than is usual.
    """

    run_id: str
    school_id: str
    as_of: date
    published_at: datetime
    synthetic: bool
    model: ModelStatus
    enrolled: int
    screened: int
    queues: Mapping[str, tuple[Entry, ...]]
    scheduled: int
    weekly_slots: int
    check_minutes: int
    missed: Missed
    unmet: int
    more_hours: float
    silent_feeds: tuple[str, ...]
    tier_counts: Mapping[str, int] = field(default_factory=dict)
    class_tasks: Mapping[str, int] = field(default_factory=dict)
    clusters: tuple[Cluster, ...] = ()

    def queue(self, code: str) -> tuple[Entry, ...]:
        return self.queues.get(code, ())

    def count(self, code: str) -> int:
        """How many students stand in a queue."""
        return people(self.queue(code))

    @property
    def unscheduled(self) -> int:
        """Everyone enrolled who is neither checked at once, nor reviewed, nor on the week's line, screened or not."""
        return self.enrolled - self.scheduled
