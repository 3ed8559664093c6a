"""Random histories of a few students at two schools, over a few weeks and by every door.

A settled history keeps away from what the domain decisions leave open; on an unsettled one only the invariants are
asked. Later days meet earlier ones often: the same day and the day before are what goes wrong.
"""

from datetime import datetime, timedelta

from hypothesis import strategies as st

from tests.obvious_facts import (
    Enrolled,
    Fact,
    Screened,
    Withdrawn,
)
from tests.property.history_cast import SCHOOLS, Player, players
from tests.property.history_records import again, batch, elsewhere, record
from tests.property.history_story import Story
from tests.property.history_talks import contact, correct, event, talk

START = datetime(2026, 11, 2, 8)
PAUSES = (1, 5, 50, 60 * 4, 60 * 7, 60 * 24, 60 * 24, 60 * 48, 60 * 24 * 6)  # minutes


def screen(story: Story, player: Player) -> None:
    """A run over one school or both, as of today, the day before or a day when another list stood."""
    roster = [fact for fact in story.facts if isinstance(fact, Enrolled)]
    # On a settled history not one where nobody is enrolled any more.
    with_roster = sorted({fact.school for fact in roster if not (story.settled and fact.left_on)})
    schools = tuple(school for school in with_roster if story.pick(True, True, False) or school == player.school)
    if schools:
        back = timedelta(days=story.pick(0, 0, 0, 1, 12))
        as_of = story.today - back if story.settled else story.near()
        story.tell(Screened(story.now, f"run-{len(story.facts)}", as_of, schools))


def withdraw(story: Story, _player: Player) -> None:
    """A run is taken back, perhaps one without which some students are known no more."""
    runs = [run for run in story.model.runs if run.withdrawn is None]
    if runs:
        story.tell(Withdrawn(story.now, story.pick(*runs).name))


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


def _in_danger(story: Story, cast: list[Player]) -> list[Player]:
    """Those of whom something is open: talks are mostly with them."""
    people = story.model.people(story.now)
    present = [story.model.present(one.student, story.now, one.school) for one in people]
    waiting = {said["student"] for said in present if said["open"]}
    return [player for player in cast if player.student in waiting]


@st.composite
def histories(
    draw: st.DrawFn, start: datetime = START, settled: bool = True, most: int = 15, pages: bool = True
) -> tuple[Fact, ...]:
    """Facts in the order of their moments, which all differ; the rosters first."""
    story = Story(draw, settled, start, pages=pages)
    cast = draw(players(start.date()))
    for player in cast:
        if player.enrolled:
            story.tell(Enrolled(story.now, player.student, player.school or "", **player.roster))
            story.now += timedelta(minutes=1)
    for step in story.pick((), (screen,), (record, screen), (record, screen)):
        step(story, cast[0])
        story.now += timedelta(minutes=1)
    for _ in range(draw(st.integers(min(5, most), most))):
        story.now += timedelta(minutes=int(story.pick(*PAUSES)))
        player, step = story.pick(cast[0], *cast), story.pick(*STEPS)
        if step is talk and story.pick(True, True, False):
            player = story.pick(*(_in_danger(story, cast) or cast))
        if step is batch:
            batch(story, player, cast)
        else:
            step(story, player)
    return tuple(story.facts)
