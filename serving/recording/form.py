"""What somebody filled in about a talk or a try to reach somebody, and what is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from data_schemas.codes import Code
from models.triage import Present
from serving.store.talks import NOT_REACHED

LONGEST_NOTE = 2000  # characters
LEVELS = (0, 1, 2, 3)
LONGEST_AGO = timedelta(days=60)
Fields = Mapping[str, Sequence[str]]


class How(Code):
    """How somebody tried to reach the student or a guardian."""

    IN_PERSON = ("in_person", "当面", "in person")
    PHONE = ("phone", "电话", "by phone")
    GUARDIAN = ("guardian", "家长", "guardian")
    NOT_REACHED = (NOT_REACHED, "未联系上", "not reached")


class NextStep(Code):
    """What comes next."""

    AGAIN = ("again", "再谈", "talk again")
    PLAN = ("plan", "一人一策", "a plan")
    REFER = ("refer", "转介", "refer")
    IN_VIEW = ("in_view", "继续留意", "keep an eye")
    CLOSE = ("close", "结案", "close")


WITH_STUDENT = (How.IN_PERSON, How.PHONE)
# What a form keeps of itself: as a draft, and when a session has ended.
KEPT = ("talk_id", "how", "level", "assessed", "step", "again_on", "held_on", "note", "seen", "shown")


@dataclass(frozen=True)
class TalkForm:
    """A filled-in form. `seen` are the marks of the facts that the page showed, `shown` whether it was the whole page
    ("open") or that of somebody blind ("blind")."""

    talk_id: str
    how: How | None
    level: int | None
    assessed: tuple[str, ...]
    step: NextStep | None
    again_on: date | None
    held_on: date
    note: str
    seen: frozenset[str]
    shown: str
    unreadable: tuple[str, ...] = ()

    @property
    def with_student(self) -> bool:
        return self.how in WITH_STUDENT


def kept(form: Fields) -> dict[str, list[str]]:
    """The fields of a form that a draft holds."""
    return {name: [value for value in form[name]] for name in KEPT if form.get(name)}


def read_talk(fields: Fields, today: date) -> TalkForm:
    """The form as values; what cannot be read is named in `unreadable` and left out."""
    said = {name: next(iter(fields.get(name, [])), "").strip() for name in KEPT}
    dates = {name: _date(said[name]) for name in ("again_on", "held_on")}
    bad = tuple(name for name, value in dates.items() if said[name] and value is None)
    how = said["how"] if said["how"] in How.codes() else None
    step = said["step"] if said["step"] in NextStep.codes() else None
    return TalkForm(
        talk_id=said["talk_id"],
        how=How.of(how) if how else None,
        level=int(said["level"]) if said["level"] in map(str, LEVELS) else None,
        assessed=tuple(dict.fromkeys(fields.get("assessed", []))),
        step=NextStep.of(step) if step else None,
        again_on=dates["again_on"],
        held_on=dates["held_on"] or today,
        note=said["note"],
        seen=frozenset(said["seen"].split()),
        shown="blind" if said["shown"] == "blind" else "open",
        unreadable=bad,
    )


def faults(form: TalkForm, now: Present, blind: bool, today: date) -> Iterator[str]:
    """What is wrong, as the keys of words that say what to do."""
    if form.unreadable:
        yield "record_fault_date"
    if not form.talk_id:
        yield "record_fault_reload"
    if form.how is None:
        yield "record_fault_how"
    elif form.with_student and form.level is None:
        yield "record_fault_level"
    elif not form.with_student and (form.level is not None or form.assessed):
        yield "record_fault_without_student"
    if form.how is How.GUARDIAN and now.protection:
        yield "record_fault_protection"
    if form.held_on > today or form.held_on < today - LONGEST_AGO:
        yield "record_fault_held_on"
    if form.again_on is not None and form.again_on <= today:
        yield "record_fault_again_on"
    if len(form.note) > LONGEST_NOTE:
        yield "record_fault_note"
    filed = {one.piece.key: one.piece.floor.evidence_on for one in now.evidence}
    if any(key not in filed for key in form.assessed) or (blind and form.assessed):
        yield "record_fault_evidence"
    elif any(filed[key] > form.held_on for key in form.assessed):
        yield "record_fault_evidence_later"


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
