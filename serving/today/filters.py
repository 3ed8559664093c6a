"""What the address of a list asks to see, and what can be chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from data_schemas.codes import Tier
from models.assessment import GROUPS
from models.triage import ZONE
from serving.today.entries import Entry

CLASSES_SHOWN = 8  # more are offered only once a grade is chosen
GRADES = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "高一", "高二", "高三")
DUES = ("overdue", "today", "week")
STATES = ("pending", "confirmed", "second_person", "suspended")


@dataclass(frozen=True)
class Filters:
    """What the address asks to see; None is everyone. `hours` are those of the week's line, None the policy's; `mine`
    are the reader's own cases alone, `handled` shows whom somebody has just spoken with as well, `room` is the group
    of a dormitory room."""

    tier: Tier | None = None
    grade: int | None = None
    class_id: str | None = None
    due: str | None = None
    state: str | None = None
    group: str | None = None
    hours: float | None = None
    everyone: bool = False
    mine: bool = False
    handled: bool = False
    room: str | None = None

    @property
    def any(self) -> bool:
        return (self.tier, self.grade, self.class_id, self.due, self.state, self.group) != (None,) * 6

    @property
    def query(self) -> dict[str, str | int | None]:
        return {
            "tier": self.tier.code if self.tier else None,
            "grade": self.grade,
            "class": self.class_id,
            "due": self.due,
            "state": self.state,
            "group": self.group,
            "hours": f"{self.hours:g}" if self.hours is not None else None,
            "all": "1" if self.everyone else None,
            "mine": "1" if self.mine else None,
            "handled": "1" if self.handled else None,
            "room": self.room,
        }

    def changed(self, **fields: object) -> dict[str, str | int | None]:
        """The address's query with some fields set otherwise."""
        return replace(self, **fields).query  # type: ignore[arg-type]


def read_filters(query: Mapping[str, str], hours: Sequence[float] = ()) -> Filters:
    """Filters from the address, and the hours if they are among those offered; what cannot be read is left out, as an
    old bookmark should still open."""
    tier, grade = query.get("tier"), query.get("grade", "")
    return Filters(
        tier=next((one for one in Tier if one.code == tier), None),
        grade=int(grade) if grade.isascii() and grade.isdigit() and len(grade) <= 2 else None,
        class_id=query.get("class") or None,
        due=_among(query.get("due"), DUES),
        state=_among(query.get("state"), STATES),
        group=_among(query.get("group"), GROUPS),
        hours=next((one for one in hours if f"{one:g}" == query.get("hours")), None),
        everyone=query.get("all") == "1",
        mine=query.get("mine") == "1",
        handled=query.get("handled") == "1",
        room=query.get("room") or None,
    )


def _among(asked: str | None, known: Sequence[str]) -> str | None:
    return asked if asked in known else None


def keeps(entry: Entry, filters: Filters, now: datetime) -> bool:
    """Whether the filters leave this line. A blind one passes whatever could tell something of it: tier, deadline,
    state and reasons."""
    who = entry.student
    if filters.grade not in (None, who.grade) or filters.class_id not in (None, who.class_id):
        return False
    if entry.blind:
        return True
    return (
        filters.tier in (None, entry.tier)
        and _due(entry, filters.due, now)
        and _in_state(entry, filters.state)
        and _rests_on(entry, filters.group)
    )


def due_by(entry: Entry, day: date) -> bool:
    """Whether one of a line's deadlines ends on a day or has ended before; a blind line has none to tell."""
    ends = [due.by for due in entry.dues if due.by is not None and not entry.blind]
    return any(end.astimezone(ZONE).date() <= day for end in ends)


def _due(entry: Entry, asked: str | None, now: datetime) -> bool:
    today = now.astimezone(ZONE).date()
    if asked == "overdue":
        return any(due.overdue for due in entry.dues)
    if asked == "today":
        return due_by(entry, today)
    return asked is None or due_by(entry, today + timedelta(days=6 - today.weekday()))


def _in_state(entry: Entry, asked: str | None) -> bool:
    states = {
        "confirmed": entry.confirmed,
        "pending": not entry.confirmed and entry.tier is not None and entry.tier is not Tier.ROUTINE,
        "second_person": entry.lacks == "second_person",
        "suspended": entry.suspended,
    }
    return asked is None or states[asked]


def _rests_on(entry: Entry, asked: str | None) -> bool:
    said = entry.assessment
    raising = {reason.group for reason in said.reasons if reason.contribution > 0} if said is not None else set()
    return asked is None or asked in raising


def offered(entries: Sequence[Entry], filters: Filters) -> dict[str, object]:
    """What can be chosen: tiers that are there, grades with their names, and the classes of the chosen grade."""
    there = {entry.tier for entry in entries}
    students = [entry.student for entry in entries]
    grades = sorted({student.grade for student in students if student.grade is not None})
    classes = {
        student.class_id: student.grade or 0
        for student in students
        if student.class_id is not None and filters.grade in (None, student.grade)
    }
    if filters.grade is None and len(classes) > CLASSES_SHOWN:
        classes = {name: grade for name, grade in classes.items() if name == filters.class_id}
    named = [(grade, GRADES[grade - 1] if 1 <= grade <= len(GRADES) else str(grade)) for grade in grades]
    return {
        "tiers": [tier for tier in reversed(Tier) if tier in there or tier is filters.tier],
        "grades": named,
        "classes": sorted(classes, key=lambda name: (classes[name], len(name), name)),
    }
