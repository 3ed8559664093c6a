"""Which floors are open.

A floor hangs on one piece of evidence and stays open until a named person has recorded an assessment of it: an
interview on or after the day it became known, by two people where the floor is 危机. No time, score or missing value
closes it.
"""

from collections.abc import Iterator

from data_schemas.calendar import date_to_day
from data_schemas.codes import Tier
from models.assessment import Floor
from models.floors.answers import answer_floors
from models.floors.assessed import Assessed
from models.floors.concerns import concern_floors, known_concerns
from models.floors.item9 import item9_floors
from models.floors.leave import leave_floors
from models.floors.totals import total_floors
from models.policy import Policy
from models.records import Records


def open_floors(records: Records, as_of: int, policy: Policy, done: Assessed) -> list[list[Floor]]:
    """Every open floor of every student at the end of day `as_of`, worst first."""
    found: list[dict[str, Floor]] = [{} for _ in range(len(records))]
    for student, floor in _evidence(records, as_of, policy):
        closed_on = done.by_two[student] if floor.tier is Tier.CRISIS else done.day[student]
        held = found[student].get(floor.evidence)
        if closed_on < date_to_day(floor.known_on) and (held is None or _weight(held) < _weight(floor)):
            found[student][floor.evidence] = floor
    return [
        sorted(floors.values(), key=lambda floor: (-floor.tier.ord, -floor.severity, floor.evidence))
        for floors in found
    ]


def _weight(floor: Floor) -> tuple[int, int, bool, str, int]:
    """Which of two rows says more about one piece of evidence, whatever their order; of equal ones the first that was
    known, since clocks run from then."""
    return floor.tier.ord, floor.severity, not floor.history, floor.text.zh, -date_to_day(floor.known_on)


def _evidence(records: Records, as_of: int, policy: Policy) -> Iterator[tuple[int, Floor]]:
    concerns = known_concerns(records, as_of)
    yield from concern_floors(records, concerns, as_of, policy)
    yield from item9_floors(records, concerns, as_of, policy)
    yield from answer_floors(records, as_of, policy)
    yield from total_floors(records, as_of, policy)
    yield from leave_floors(records, as_of, policy)
