"""Steps of a random history that send sheets and reports."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from tests.obvious_facts import (
    Answered,
    Batched,
    Reported,
)
from tests.obvious_people import rosters
from tests.property.history_cast import SCHOOLS, SHAPES, UNKNOWN_SCHOOL, Player, kinds_of, shapes_of
from tests.property.history_story import Story


def sheet(story: Story, player: Player, door: str, school: str | None) -> Answered | None:
    shape = story.pick(*shapes_of(player, story.settled))
    on, received = story.near(), None
    if shape == "old":
        on = story.today - timedelta(days=20)
        received = story.now - timedelta(minutes=1)
    elif story.pick(True, False) or (door != "import" and on != story.today):
        day = story.between(on, story.today)
        received = min(datetime.combine(day, time(7, 30)), story.now)
    answers = (SHAPES[shape]) if shape != "old" else (1, 0, 0, 0, 0, 0, 0, 0, 2)
    if not story.fresh(player.student, school, "phq9", on, answers):
        return None
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
    if not story.fresh(player.student, school, kind, on, source):
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
    rows = rosters(player.student, story.model.runs, story.now)
    if not player.enrolled or (story.settled and not rows):
        return  # of whom no roster is in force a school cannot be wrong yet
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


def again(story: Story, player: Player) -> None:
    """A sheet or a report that is sent once more, as it was."""
    sent = [one for one in story.facts if isinstance(one, Answered | Reported) and one.student == player.student]
    told = [one for one in sent if (one.received_at if isinstance(one, Answered) else one.recorded_on) is not None]
    if not told or player.door == "import":
        return
    old = story.pick(*told)
    doors = ("api", "import") if old.school in SCHOOLS and old.school == player.school else ("api",)
    story.tell(replace(old, at=story.now, door=story.pick(*doors)))
