"""Who is in a random history, and what is sent about whom.

On a settled history nobody has both what a rule reads beside an answer (an earlier attempt, a suspension, serious
bullying) and that answer: whether the one was known when the other was filed is not settled.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from hypothesis import strategies as st

from tests.obvious_evidence import DANGER, LEADS
from tests.obvious_facts import Way

SCHOOLS = ("sch-1", "sch-2")
UNKNOWN_SCHOOL = "sch-nobody-has"
# Answers to PHQ-9; no total lies where rounding or one blank would decide.
SHAPES: dict[str, tuple[int | None, ...]] = {
    "clean": (0, 0, 0, 0, 0, 0, 0, 0, 0),
    "low": (1, 1, 1, 1, 1, 0, 0, 0, 0),
    "ten": (2, 2, 2, 2, 2, 2, 0, 0, 0),
    "fifteen": (2, 2, 2, 2, 2, 2, 2, 2, 0),
    "one": (1, 1, 0, 0, 0, 0, 0, 0, 1),
    "one high": (2, 2, 2, 2, 2, 2, 2, 2, 1),
    "two": (1, 1, 0, 0, 0, 0, 0, 0, 2),
    "three": (2, 2, 2, 2, 2, 0, 0, 0, 3),
    "blank": (1, 1, 1, 0, 0, 0, 0, 0, None),
    "blank ten": (2, 2, 2, 2, 2, 2, 0, 0, None),
    "two, others blank": (None, None, None, None, None, None, None, None, 2),
    "empty": (None, None, None, None, None, None, None, None, None),
}
ROSTER_FACTS = ("transfer", "repeated_grade", "special_constitution", "sleep_short")
KINDS = (*DANGER, *sorted(LEADS), "manual", *ROSTER_FACTS)
ATTEMPTS = ("suicide_attempt", "self_harm_serious")
NOT_SUICIDAL = ("abuse_suspected", "threat_to_others", "threat_to_others_concrete", "manual", *sorted(LEADS))
Part = Literal["plain", "attempt", "bullied", "suspended", "left", "new", "stranger", "lost", "stranger of a file"]


@dataclass(frozen=True)
class Player:
    """One student of a history. `door` is the only one by which anything comes, where there is only one."""

    student: str
    school: str | None
    part: Part
    enrolled: bool
    door: Way | None = None
    roster: dict[str, Any] = field(default_factory=dict, hash=False)


def shapes_of(player: Player, settled: bool) -> list[str]:
    """The sheets that a student may fill; `old` is one that arrives weeks after it was filled."""
    if not settled:
        return [*SHAPES, "old"]
    shapes = [shape for shape in SHAPES if shape != "empty"] + ["old"]
    if player.part in ("attempt", "suspended"):
        return [shape for shape in shapes if shape != "one"]
    if player.part == "bullied":
        return ["clean", "low", "ten", "fifteen"]
    return shapes


def kinds_of(player: Player, settled: bool) -> list[str]:
    if not settled:
        return list(KINDS)
    if player.part == "bullied":
        return ["bullying_serious", *NOT_SUICIDAL]
    kinds = [kind for kind in KINDS if kind != "bullying_serious"]
    return kinds if player.part in ("attempt", "suspended") else [kind for kind in kinds if kind not in ATTEMPTS]


@st.composite
def players(draw: st.DrawFn, start: date) -> list[Player]:
    """Two to four students, the first on a roster."""
    parts: list[Part] = ["plain", "plain", "attempt", "bullied", "suspended", "left", "new"]
    strangers: list[Part] = ["stranger", "lost", "stranger of a file"]
    drawn = [draw(st.sampled_from(parts[:3]))]
    drawn += draw(st.lists(st.sampled_from([*parts, *strangers]), min_size=1, max_size=3))
    cast = []
    for number, part in enumerate(drawn, start=1):
        school = SCHOOLS[0] if number == 1 else draw(st.sampled_from(SCHOOLS))
        rosters: dict[str, dict[str, Any]] = {
            "suspended": {"suspended": ((start - timedelta(days=30), None),)},
            "left": {"left_on": start - timedelta(days=60)},
            "new": {"enrolled_on": start - timedelta(days=2)},
        }
        if part in strangers:
            where = UNKNOWN_SCHOOL if part == "lost" else school
            door: Way = "import" if part == "stranger of a file" else "api"
            cast.append(Player(f"Z{number}", where, part, enrolled=False, door=door))
        else:
            cast.append(Player(f"S{number}", school, part, enrolled=True, roster=rosters.get(part, {})))
    return cast
