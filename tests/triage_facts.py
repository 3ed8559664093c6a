"""Facts about one student for tests of the triage: days are counted from a Wednesday, and only what matters is said."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from data_schemas.calendar import default_calendar
from data_schemas.codes import Tier
from models.assessment import Floor
from models.duty import Duty
from models.policy import read_policy
from models.triage import ZONE, Contact, Piece, Present, StudentFacts, Word, present_of
from tests.factories import floor

POLICY, SCHOOL = read_policy(), default_calendar()
WEDNESDAY = date(2026, 11, 18)
ROUTINE, WATCH, PRIORITY, CRISIS = range(4)
TIER = dict(enumerate(Tier))
AUDIT: dict[str, Any] = {"selection_reason": "audit"}


def day(n: int) -> date:
    """`n` days after the Wednesday."""
    return WEDNESDAY + timedelta(days=n)


def at(n: int, hour: int = 8, minute: int = 0) -> datetime:
    """A moment of that day at school."""
    return datetime(2026, 11, 18, hour, minute, tzinfo=ZONE) + timedelta(days=n)


def end(n: int) -> datetime:
    return at(n, 23, 59)


NOW = at(0, 12)


def rule(name: str = "R01", level: int = PRIORITY, on: int = -9, **fields: Any) -> Floor:
    """Evidence of a day, safety evidence by default."""
    return floor(name, TIER[level], **({"evidence_on": day(on), "known_on": day(on), "severity": 40} | fields))


def piece(found: Floor | None = None, received: datetime | None = None, **fields: Any) -> Piece:
    """Evidence that came in on the morning of the day on which it was known."""
    said = found if found is not None else rule()
    moment = received if received is not None else datetime.combine(said.known_on, at(0).timetz())
    return Piece(said, moment, **fields)


def talk(on: int = 0, level: int = ROUTINE, by: str | None = "A", second: str | None = None, **fields: Any) -> Word:
    """An interview of that day, told that noon."""
    plain: dict[str, Any] = {"kind": "interview", "received_at": at(on, 12), "recorded_on": day(on)}
    plain |= {"word_id": f"{on}/{level}/{by}/{second}", "interviewer": by, "second_interviewer": second}
    plain |= {"door": "outcomes"}
    return Word(level=level, observed_on=day(on), **(plain | fields))


def event(on: int = 0, level: int = CRISIS, kind: str = "crisis_event", **fields: Any) -> Word:
    return talk(on, level, None, **({"kind": kind, "word_id": f"{kind}/{on}/{level}"} | fields))


def contact(on: int = 0) -> Contact:
    return Contact(day(on), at(on, 15), "guardian")


def facts(*words: Word, pieces: Iterable[Piece] = (), model: int | None = None, **fields: Any) -> StudentFacts:
    """A student with these words; the model's tier has stood since the Wednesday."""
    plain: dict[str, Any] = {"student_id": "S-1", "school_id": "school-01", "model_since": at(0)}
    plain["model_tier"] = None if model is None else TIER[model]
    return StudentFacts(words=words, pieces=tuple(pieces), **(plain | fields))


def present(*words: Word, duty: Duty | None = None, **fields: Any) -> Present:
    return shown(facts(*words, **fields), duty)


def shown(one: StudentFacts, duty: Duty | None = None) -> Present:
    return present_of([one], POLICY, SCHOOL, duty)[0]
