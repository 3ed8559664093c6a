"""Small facts about one student Q in November 2026, and what is said of Q after them."""

from datetime import date, datetime
from typing import Any

from tests.obvious_facts import Answered, Enrolled, Fact, Found, Reported, Screened
from tests.obvious_model import Obvious

SCHOOL = "sch-1"
ENROLLED = Enrolled(datetime(2026, 11, 1), "Q", SCHOOL)
LATER = datetime(2026, 11, 30, 12)
LOW, TEN, FIFTEEN = (0,) * 8, (2, 2, 2, 2, 1, 1, 0, 0), (2, 2, 2, 2, 2, 2, 2, 1)
INTENT = "R11:suicide_intent:2026-11-20"
R02 = "R02:phq9:2:2026-11-18"


def on(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, day, hour)


def day(number: int) -> date:
    return date(2026, 11, number)


def sheet(item9: int | None, others: tuple[int | None, ...] = LOW, at: int = 18, **fields: Any) -> Answered:
    plain = {"at": on(at, 10), "door": "import", "student": "Q", "school": SCHOOL, "administered_on": day(at)}
    return Answered(**{**plain, "answers": (*others, item9), "received_at": on(at, 10), **fields})


def report(kind: str, at: int = 20, hour: int = 15, **fields: Any) -> Reported:
    plain = {"at": on(at, hour), "door": "api", "student": "Q", "school": SCHOOL, "reported_on": day(at)}
    return Reported(**{**plain, "kind": kind, **fields})


def talk(at: int, level: int, people: str = "I1", hour: int = 11, **fields: Any) -> Found:
    """A talk by the people named, such as "I1 I2", which nobody corrects."""
    first, second, *_ = [*people.split(), None, None]
    plain = {"at": on(at, hour), "door": "api", "student": "Q", "school": None, "observed_on": day(at), "level": level}
    return Found(**{**plain, "name": f"{at}-{hour}", "interviewer": first, "second_interviewer": second, **fields})


def event(at: int, level: int, kind: str = "crisis_event") -> Found:
    return talk(at, level, "", kind=kind)


def screen(at: int, schools: tuple[str, ...] = (SCHOOL,), model: tuple[tuple[str, int], ...] = ()) -> Screened:
    return Screened(on(at, 20), f"run-{at}", day(at), schools, model)


def after(*facts: Fact, at: datetime = LATER, student: str = "Q", school: str | None = None) -> dict[str, Any]:
    obvious = Obvious()
    for fact in (ENROLLED, Screened(on(2), "run-first", day(2), (SCHOOL,)), *facts):
        obvious.apply(fact)
    return obvious.present(student, at, school)
