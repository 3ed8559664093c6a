"""What a named person has found: the only thing that closes a floor."""

from dataclasses import dataclass

import numpy as np

from data_schemas.codes import OutcomeKind, Tier
from models.columns import NO_DAY
from models.records import Records, rows_of


@dataclass(frozen=True)
class Assessed:
    """Per student, the day of the newest interview by a named person, by two, and the level (0–3) that holds: what
    the newest one found, but 危机 until two people have found less together."""

    day: np.ndarray
    by_two: np.ndarray
    level: np.ndarray


def assessed(records: Records, as_of: int) -> Assessed:
    """Interviews recorded by the day `as_of`; an interview without an interviewer's id closes nothing."""
    outcomes, _ = rows_of(records, "outcomes")
    n = len(records)
    day, by_two, level = np.full(n, NO_DAY), np.full(n, NO_DAY), np.full(n, -1)
    named = np.array([who is not None for who in outcomes["interviewer"]], dtype=bool)
    second = np.array([who is not None for who in outcomes["second_interviewer"]], dtype=bool)
    observed, recorded = outcomes["observed_on"], outcomes["recorded_on"]
    known = np.where(recorded == NO_DAY, observed, recorded)
    interviews = (outcomes["kind"] == OutcomeKind.INTERVIEW.place) & named & (known <= as_of) & (observed <= as_of)
    np.maximum.at(day, outcomes.student[interviews], observed[interviews])
    np.maximum.at(by_two, outcomes.student[interviews & second], observed[interviews & second])
    newest = interviews & (observed == day[outcomes.student])
    np.maximum.at(level, outcomes.student[newest], outcomes["level"][newest].astype(np.int64))
    danger = np.full(n, NO_DAY)
    found = interviews & (outcomes["level"] == Tier.CRISIS.ord)
    np.maximum.at(danger, outcomes.student[found], observed[found])
    level = np.where((danger != NO_DAY) & (by_two <= danger), Tier.CRISIS.ord, level)
    return Assessed(day, by_two, level)
