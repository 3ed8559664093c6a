"""First, last and change of a score, read in the score's own direction."""

import math
from dataclasses import dataclass
from typing import Literal

from data_schemas.instruments.definition import Instrument

Direction = Literal["worse", "better", "same", "unclear"]
CERTAIN = 1.96  # two-sided 5 % of the normal curve


@dataclass(frozen=True)
class Change:
    """`points` is the later value less the earlier one. `direction` is what that means for the student, `unclear` for a
    score without a direction. `index` is the reliable-change index, None where no reliability or spread is known;
    `reliable` says that it lies beyond ±1.96."""

    points: float
    direction: Direction
    index: float | None
    reliable: bool | None


def change_of(instrument: Instrument, code: str, before: float, after: float, sd: float | None = None) -> Change:
    """The change of a score from one sheet to a later one of the same questionnaire.

    The reliable-change index of Jacobson & Truax (1991, J Consult Clin Psychol 59:12-19) is the change divided by
    `sd * sqrt(2 * (1 - reliability))`. `sd` is the reference group's standard deviation, which goes before the
    definition's own. Raises `KeyError` for an unknown score.
    """
    score, points = instrument.score(code), after - before
    direction: Direction = (
        "same" if points == 0 else "worse" if (points > 0) == (score.polarity == "adverse") else "better"
    )
    if score.polarity == "neutral":
        direction = "unclear"
    index = None
    for known in instrument.reliability:
        spread = sd or known.sd
        if known.score == code and spread:
            index = points / (spread * math.sqrt(2 * (1 - known.value)))
            break
    return Change(points, direction, index, None if index is None else abs(index) >= CERTAIN)
