"""Random histories of a few students at two schools, over a few weeks and by every door.

A settled history keeps away from what the domain decisions leave open; on an unsettled one only the invariants are
asked. Later days meet earlier ones often: the same day and the day before are what goes wrong.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.obvious_facts import (
    Answered,
    Batched,
    Enrolled,
    Fact,
    Found,
    Reached,
    Reported,
    Screened,
    Since,
    Withdrawn,
)
from tests.obvious_model import Obvious
from tests.obvious_people import rosters
from tests.obvious_words import Heard, in_force
from tests.property.history_cast import SCHOOLS, SHAPES, UNKNOWN_SCHOOL, Player, kinds_of, players, shapes_of

START = datetime(2026, 11, 2, 8)
PAUSES = (1, 5, 50, 60 * 4, 60 * 7, 60 * 24, 60 * 24, 60 * 48, 60 * 24 * 6)  # minutes
BACK = (0, 0, 0, 1, 1, 2, 4)  # days
INTERVIEWERS = {"import": ("M1", "M2"), "api": ("I1", "I2"), "page": ("P1", "P2")}


@dataclass
class Story:
    """A history in the making; the model is told along, so that what is named or corrected is really there."""

    draw: Callable[..., Any]
    settled: bool
    now: datetime
    facts: list[Fact] = field(default_factory=list)
    model: Obvious = field(default_factory=Obvious)
    used: set[tuple[object, ...]] = field(default_factory=set)

    @property
    def today(self) -> date:
        return self.now.date()

    def tell(self, fact: Fact) -> None:
        self.facts.append(fact)
        self.model.apply(fact)

    def pick(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def near(self) -> date:
        """Today, often, or a day shortly before."""
        return self.today - timedelta(days=int(self.pick(*BACK)))

    def between(self, first: date, last: date) -> date:
        return self.pick(first, first + (last - first) / 2, last)

    def fresh(self, *key: object) -> bool:
        """Whether nothing was sent under this key yet; what is of one key and two contents is not settled."""
        if self.settled and key in self.used:
            return False
        self.used.add(key)
        return True

    def name(self) -> str:
        return f"w{len(self.facts)}"


def sheet(story: Story, player: Player, door: str, school: str | None) -> Answered | None:
    shape = story.pick(*shapes_of(player, story.settled))
    on, received = story.near(), None
    if shape == "old":
        on = story.today - timedelta(days=20)
        received = story.now - timedelta(minutes=1)
    elif story.pick(True, False) or (door != "import" and on != story.today):
        day = story.between(on, story.today)
        received = min(datetime.combine(day, time(7, 30)), story.now)
    if not story.fresh(player.student, school, "phq9", on):
        return None
    answers = (SHAPES[shape]) if shape != "old" else (1, 0, 0, 0, 0, 0, 0, 0, 2)
    return Answered(story.now, door, player.student, school, answers, on, received)  # type: ignore[arg-type]


def report(story: Story, player: Player, door: str, school: str | None) -> Reported | None:
    kind, on = story.pick(*kinds_of(player, story.settled)), story.near()
    recorded = None
    if door != "import" and on != story.today:
        recorded = story.between(on, story.today)
    elif door == "import":
        recorded = story.pick(None, story.between(on, story.today))
    tier = story.pick(None, "routine", "watch", "priority", "crisis") if kind == "manual" else None
    source = story.pick("teacher", "parent", "peer", "student")
    if not story.fresh(player.student, school, kind, on):
        return None
    return Reported(story.now, door, player.student, school, kind, on, source, tier, recorded)  # type: ignore[arg-type]


def record(story: Story, player: Player) -> None:
    """A sheet or a report, by import or by the API."""
    make = story.pick(sheet, report)
    door = player.door or story.pick("import", "api")
    fact = make(story, player, door, player.school)
    if fact is not None:
        story.tell(fact)


def elsewhere(story: Story, player: Player) -> None:
    """A request that names a school where the student is not."""
    if not player.enrolled:
        return
    wrong = story.pick(UNKNOWN_SCHOOL, *[school for school in SCHOOLS if school != player.school])
    fact = story.pick(sheet, report)(story, player, "api", wrong)
    if fact is not None:
        story.tell(fact)


def batch(story: Story, player: Player, others: list[Player]) -> None:
    """Two or three records of one request, one student among them twice as often as not."""
    members = [one for one in (player, player, story.pick(*others)) if one.door != "import"]
    facts = [story.pick(sheet, report)(story, one, "api", one.school) for one in members]
    told = tuple(fact for fact in facts if fact is not None)
    if told:
        story.tell(Batched(story.now, told))


def _nameable(story: Story, player: Player, on: date) -> list[str]:
    """Open pieces that a talk on that day may have assessed."""
    if (player.student, player.school) not in [(one.student, one.school) for one in story.model.people(story.now)]:
        return []
    clocks: dict[str, Since] = story.model.present(player.student, story.now, player.school)["clocks"]
    return [key for key, since in clocks.items() if since.day <= on]


def _assessed(story: Story, player: Player, door: str, on: date, audit: bool) -> tuple[str, ...] | None:
    if door == "import":
        return None
    keys = [] if audit and story.settled else _nameable(story, player, on)
    named = tuple(key for key in keys if story.pick(True, False))
    return named if door == "page" else story.pick(None, named)


def talk(story: Story, player: Player) -> None:
    """An interview, by one person, two, or somebody without a name."""
    door = story.pick("api", "page", "import") if player.door is None else player.door
    if player.door == "import":
        return  # who is a stranger of a file has no school that a talk could name
    on, (first, second) = story.near(), INTERVIEWERS[door]
    named = story.pick(True, True, True, False)
    reason = story.pick(None, "ranked", "floor", "concern", "audit")
    word = Found(
        at=story.now,
        door=door,
        name=story.name(),
        student=player.student,
        school=player.school,
        observed_on=on,
        level=story.pick(0, 1, 2, 3),
        interviewer=story.pick(first, second) if named else None,
        selection_reason=reason,
        assessed=_assessed(story, player, door, on, reason == "audit"),
        recorded_on=story.between(on, story.today) if door == "import" else None,
    )
    if named and story.pick(True, False):
        word = replace(word, second_interviewer=second if word.interviewer == first else first)
    if (door == "import" or not named) and not story.fresh("talk", player.student, on, word.interviewer, door):
        return
    story.tell(word)


def event(story: Story, player: Player) -> None:
    """A crisis event or a referral."""
    if player.door == "import":
        return
    kind, on = story.pick("crisis_event", "referral"), story.near()
    if story.fresh(kind, player.student, on):
        level = story.pick(1, 2, 3)
        story.tell(Found(story.now, "api", story.name(), player.student, player.school, on, level, kind))


def contact(story: Story, player: Player) -> None:
    door = player.door or story.pick("api", "import", "page")
    on, whom = story.near(), story.pick("student", "guardian", "both")
    story.tell(Reached(story.now, door, player.student, player.school, on, whom, recorded_on=story.today))


def correct(story: Story, player: Player) -> None:
    """Another version of a word that holds: it names it, or comes under the same day, kind and first interviewer."""
    heard = [one for one in story.model.stored if isinstance(one.fact, Found) and one.fact.student == player.student]
    holding = in_force([Heard(one.fact, one.arrived, one.known) for one in heard])  # type: ignore[arg-type]
    words = [one for one in holding if one.word.kind == "interview"]
    if not words:
        return
    old = story.pick(*words)
    ways = ["api", "page"]
    if old.word.interviewer is not None and old.word.door == "api":
        ways.append("again by api")
    if old.word.interviewer is not None and old.word.door == "import" and old.known.day < story.today:
        ways += ["again by api", "again by import"]
    way = story.pick(*ways)
    door = way.removeprefix("again by ")
    on, audit = old.word.observed_on, old.word.selection_reason == "audit"
    assessed = _assessed(story, player, door, on, audit)
    story.tell(
        replace(
            old.word,
            at=story.now,
            door=door,
            name=story.name(),
            level=story.pick(0, 1, 2, 3),
            second_interviewer=story.pick(None, old.word.second_interviewer),
            assessed=assessed,
            corrects=old.word.name if way == door else None,
            recorded_on=story.today if door == "import" else None,
        )
    )


def again(story: Story, player: Player) -> None:
    """A sheet or a report that is sent once more, as it was."""
    sent = [one for one in story.facts if isinstance(one, Answered | Reported) and one.student == player.student]
    told = [one for one in sent if (one.received_at if isinstance(one, Answered) else one.recorded_on) is not None]
    if not told or player.door == "import":
        return
    old = story.pick(*told)
    doors = ("api", "import") if old.school in SCHOOLS and old.school == player.school else ("api",)
    story.tell(replace(old, at=story.now, door=story.pick(*doors)))


def screen(story: Story, player: Player) -> None:
    """A run over one school or both, as of today; on an unsettled history perhaps as of an earlier day."""
    with_roster = sorted({fact.school for fact in story.facts if isinstance(fact, Enrolled)})
    schools = tuple(school for school in with_roster if story.pick(True, True, False) or school == player.school)
    if schools:
        as_of = story.today if story.settled else story.near()
        story.tell(Screened(story.now, f"run-{len(story.facts)}", as_of, schools))


def withdraw(story: Story, _player: Player) -> None:
    """A run is taken back; on a settled history only one without which the same students are known."""
    runs = [run for run in story.model.runs if run.withdrawn is None]
    if not runs:
        return
    fact = Withdrawn(story.now, story.pick(*runs).name)
    after = deepcopy(story.model)
    after.apply(fact)
    students = {student for run in runs for student, _ in run.roster}
    same = all(rosters(one, after.runs, story.now) == rosters(one, story.model.runs, story.now) for one in students)
    if same or not story.settled:
        story.tell(fact)


def enrol(story: Story, player: Player) -> None:
    """A stranger comes onto the roster; on an unsettled history anybody may leave, or be enrolled elsewhere too."""
    if story.settled:
        if not player.enrolled and player.school in SCHOOLS:
            story.tell(Enrolled(story.now, player.student, player.school))
        return
    school = story.pick(*SCHOOLS)
    left_on = story.pick(None, story.today, story.today - timedelta(days=1))
    story.tell(Enrolled(story.now, player.student, school, left_on=left_on))


STEPS = (record, record, record, record, talk, talk, talk, talk, screen, screen, correct, correct, again, event,
         contact, elsewhere, withdraw, enrol, batch)  # fmt: skip


@st.composite
def histories(draw: st.DrawFn, start: datetime = START, settled: bool = True, most: int = 15) -> tuple[Fact, ...]:
    """Facts in the order of their moments, which all differ; the rosters first."""
    story = Story(draw, settled, start)
    cast = draw(players(start.date()))
    for player in cast:
        if player.enrolled:
            story.tell(Enrolled(story.now, player.student, player.school or "", **player.roster))
            story.now += timedelta(minutes=1)
    if story.pick(True, True, False):
        screen(story, cast[0])
    for _ in range(draw(st.integers(3, most))):
        story.now += timedelta(minutes=int(story.pick(*PAUSES)))
        player, step = story.pick(*cast), story.pick(*STEPS)
        if step is batch:
            batch(story, player, cast)
        else:
            step(story, player)
    return tuple(story.facts)
