"""Every floor that the records prove, whether or not somebody has assessed it yet: nothing is closed here."""

from collections.abc import Iterator

from data_schemas.calendar import date_to_day
from models.assessment import Floor
from models.floors.answers import answer_floors
from models.floors.blanks import blank_floors
from models.floors.concerns import concern_floors, known_concerns
from models.floors.item9 import item9_floors
from models.floors.leave import leave_floors
from models.floors.totals import total_floors
from models.policy import Policy
from models.records import Records


def floors_of(records: Records, as_of: int, policy: Policy) -> list[list[Floor]]:
    """The floors of every student at the end of day `as_of`, worst first; each piece of evidence once for
    each report or sheet that it rests on."""
    found: list[dict[tuple[str, str | None], Floor]] = [{} for _ in range(len(records))]
    for student, floor in _evidence(records, as_of, policy):
        held = found[student].get((floor.evidence, floor.record))
        if held is None or _weight(held) < _weight(floor):
            found[student][floor.evidence, floor.record] = floor
    return [
        sorted(
            floors.values(), key=lambda floor: (-floor.tier.ord, -floor.severity, floor.evidence, floor.record or "")
        )
        for floors in found
    ]


def _weight(floor: Floor) -> tuple[int, int, bool, str, int, float]:
    """Which of two rows says more about one piece of evidence, whatever their order; of equal ones the first that was
    known, since clocks run from then."""
    at = -floor.received_at.timestamp() if floor.received_at is not None else 0.0
    return floor.tier.ord, floor.severity, not floor.history, floor.text.zh, -date_to_day(floor.known_on), at


def _evidence(records: Records, as_of: int, policy: Policy) -> Iterator[tuple[int, Floor]]:
    concerns = known_concerns(records, as_of)
    yield from concern_floors(records, concerns, as_of, policy)
    yield from item9_floors(records, concerns, as_of, policy)
    yield from answer_floors(records, as_of, policy)
    yield from blank_floors(records, as_of, policy)
    yield from total_floors(records, as_of, policy)
    yield from leave_floors(records, as_of, policy)
