"""Why a student stands further up or down than by the list before: what came in, time, another model, or the others.

The places compared are those by the model's margin among the same students, now and as the screening before had it
(`models.changes`), so that nobody has to keep yesterday's order. Evidence that is filed since the list was published
raises whatever the margin says. Nothing is told that would comfort while evidence is open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.triage.present import Present

RECORDS, TIME, MODEL, OTHERS = "records", "time", "model", "others"
FEWEST_PLACES = 3  # fewer are no news in a list of dozens
OWN = 0.05  # log-odds: a smaller change of one's own moves nobody by itself


@dataclass(frozen=True)
class ListMove:
    """Up or down, and because of what: "records", "time", "model" or "others"."""

    up: bool
    cause: str


def moves(everyone: Sequence[Present], published_at: datetime | None) -> dict[str, ListMove]:
    """Of those who moved, by id. `published_at` is the moment of the list in force."""
    now = {one.student_id: one.facts.margin for one in everyone if one.facts.margin is not None}
    before = {one.student_id: now[one.student_id] - _change(one) for one in everyone if one.student_id in now}
    place_now, place_before = _places(now), _places(before)
    found = {}
    for one in everyone:
        move = None
        if published_at is not None and _since(one, published_at):
            move = ListMove(True, RECORDS)
        elif one.student_id in now:
            places = place_before[one.student_id] - place_now[one.student_id]
            if abs(places) >= FEWEST_PLACES:
                move = ListMove(places > 0, _cause(one, places > 0))
        if move is not None and (move.up or not (one.open or one.suspended)):
            found[one.student_id] = move
    return found


def _change(one: Present) -> float:
    said = one.facts.assessment
    return 0.0 if said is None or said.change is None else said.change.margin


def _since(one: Present, published_at: datetime) -> bool:
    """Whether open evidence was put on file after the list."""
    filed = (standing.piece.filed_at for standing in one.open)
    return any(at is not None and at > published_at for at in filed)


def _cause(one: Present, up: bool) -> str:
    """The largest part of the student's own change in the direction of the move; the others' where there is none."""
    said = one.facts.assessment
    if said is None or said.change is None:
        return OTHERS
    change, sign = said.change, 1 if up else -1
    parts = {RECORDS: sum(change.records.values()), TIME: sum(change.time.values()), MODEL: change.model}
    if sign * change.margin < OWN:
        return OTHERS
    return max(parts, key=lambda name: sign * parts[name])


def _places(margins: Mapping[str, float]) -> dict[str, int]:
    order = sorted(margins, key=lambda one: (-margins[one], one))
    return {one: place for place, one in enumerate(order)}
