"""Steps of a random history in which people talk, find, reach and correct."""

from dataclasses import replace
from datetime import date

from tests.obvious_facts import Found, Reached, Since, Way
from tests.obvious_words import Heard, assesses, in_force
from tests.property.history_cast import Player
from tests.property.history_story import Story

INTERVIEWERS = {"import": ("M1", "M2"), "api": ("I1", "I2"), "page": ("P1", "P2")}


def _nameable(story: Story, player: Player, on: date) -> list[str]:
    """Open pieces that a talk on that day may have assessed."""
    if (player.student, player.school) not in [(one.student, one.school) for one in story.model.people(story.now)]:
        return []
    clocks: dict[str, Since] = story.model.present(player.student, story.now, player.school)["clocks"]
    return [key for key, since in clocks.items() if since.day <= on]


def _assessed(story: Story, player: Player, door: str, on: date, named: bool) -> tuple[str, ...] | None:
    if door == "import":
        return None
    keys = _nameable(story, player, on) if named else []  # evidence is assessed by a named person
    chosen = tuple(key for key in keys if story.pick(True, True, True, False))
    return chosen if door == "page" else story.pick(None, chosen)


def talk(story: Story, player: Player) -> None:
    """An interview, by one person, two, or somebody without a name."""
    door: Way = player.door or story.pick(*story.doors("api", "page", "import"))
    if player.door == "import":
        return  # who is a stranger of a file has no school that a talk could name
    on, (first, second) = story.near(), INTERVIEWERS[door]
    named = story.pick(True, True, True, True, False)
    reason = story.pick(None, None, "ranked", "floor", "floor", "concern", "audit")
    word = Found(
        at=story.now,
        door=door,
        name=story.name(),
        student=player.student,
        school=player.school,
        observed_on=on,
        level=story.pick(0, 0, 1, 1, 2, 3),
        interviewer=story.pick(first, second) if named else None,
        selection_reason=reason,
        assessed=_assessed(story, player, door, on, named),
        recorded_on=story.between(on, story.today) if door == "import" else _stated(story, door, on),
    )
    if named and story.pick(True, True, False):
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
    door: Way = player.door or story.pick(*story.doors("api", "import", "page"))
    on, whom = story.near(), story.pick("student", "guardian", "both")
    story.tell(Reached(story.now, door, player.student, player.school, on, whom, recorded_on=story.today))


def _stated(story: Story, door: str, on: date) -> date | None:
    """The day of record that a platform states, if any; perhaps one before that of what it corrects."""
    return story.pick(None, story.between(on, story.today)) if door == "api" else None


def correct(story: Story, player: Player) -> None:
    """Another version of a word that holds: it names it, or comes under the same day, kind and first interviewer."""
    heard = [one for one in story.model.stored if isinstance(one.fact, Found) and one.fact.student == player.student]
    holding = in_force([Heard(one.fact, one.arrived, one.known) for one in heard])  # type: ignore[arg-type]
    words = [one for one in holding if one.word.kind == "interview"]
    if not words:
        return
    filed = [piece for whose in story.model.people(story.now) for piece in story.model.filed(whose, story.now)]
    closing = [one for one in words if any(assesses(one, piece) for piece in filed)]
    old = story.pick(*(closing if closing and story.pick(True, True, False) else words))
    ways = [*story.doors("api", "page")]
    if old.word.interviewer is not None and old.word.door == "api":
        ways.append("again by api")
    if old.word.interviewer is not None and old.word.door == "import" and old.known.day < story.today:
        ways += ["again by api", "again by import"]
    way = story.pick(*ways)
    door = way.removeprefix("again by ")
    assessed = _assessed(story, player, door, old.word.observed_on, old.word.interviewer is not None)
    story.tell(
        replace(
            old.word,
            at=story.now,
            door=door,
            name=story.name(),
            level=story.pick(0, 1, 2, 3),
            second_interviewer=story.pick(None, None, old.word.second_interviewer),
            assessed=assessed,
            corrects=old.word.name if way == door else None,
            recorded_on=story.today if door == "import" else _stated(story, door, old.word.observed_on),
        )
    )
