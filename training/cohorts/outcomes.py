"""What was found of students after an index date, and since when it was known: an interview counts from the day on
which it was entered, and that nothing was found is known only when the whole horizon is over."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import date_to_day
from data_schemas.codes import OutcomeKind, Selection
from data_schemas.dataset import Label
from models import Records
from models.corrections import taken_back
from models.records import Rows, rows_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CONCURRENT_DAYS = 31  # in a one-time survey the outcome is asked on the same occasion
NEVER = 10**6  # a day that does not come


@dataclass(frozen=True)
class Found:
    """n students. `outcome` is 0/1, NaN where nobody looked or where it is not known yet; `weight` the inverse of the
    recorded chance of having been looked at; `known_on` the day since when `outcome` was known, `NEVER` where it is
    NaN."""

    outcome: Floats
    weight: Floats
    known_on: Ints


def outcome_rows(records: Records, label: Label, on: date, concurrent: bool) -> Rows:
    """The outcomes of the label's kinds within its horizon after the day `on`; in a one-time survey those of the
    occasion itself."""
    day = date_to_day(on)
    rows, _ = rows_of(records, "outcomes")
    observed = rows["observed_on"]
    if concurrent:
        inside = (observed <= day) & (observed > day - CONCURRENT_DAYS)
    else:
        inside = (observed > day) & (observed <= day + label.horizon_days)
    return rows.where(inside & np.isin(rows["kind"], [OutcomeKind.of(kind).place for kind in label.kinds]))


def known_days(rows: Rows) -> Ints:
    """The day on which each outcome was entered; where that is not on record, the day on which it was observed."""
    known: Ints = np.maximum(rows["recorded_on"], rows["observed_on"])  # an empty date is before every other
    return known


def found_after(records: Records, label: Label, on: date, concurrent: bool, until: int | None = None) -> Found:
    """The worst outcome within the horizon, and the inverse of the highest probability of having been selected.

    With `until`, as known at the end of that day: what was entered later is not there, and without an outcome of the
    level a student counts as looked at only when the horizon is over by then. Without it, all that is on record. In a
    one-time survey there is no delay.
    """
    day, rows = date_to_day(on), outcome_rows(records, label, on, concurrent)
    known, ends = known_days(rows), day + label.horizon_days
    if concurrent:
        known = np.full(len(known), day)
    elif until is not None:
        rows, known = rows.where(known <= until), known[known <= until]
    standing = ~taken_back(rows)  # of what somebody corrected the last word counts
    rows, known = rows.where(standing), known[standing]
    n, student, reached = len(records), rows.student, rows["level"] >= label.level
    positive, looked_at, probability = np.full(n, NEVER), np.full(n, NEVER), np.zeros(n)
    np.minimum.at(positive, student[reached], known[reached])
    np.minimum.at(looked_at, student, known)
    chance = rows["selection_prob"]
    np.maximum.at(probability, student, np.where(np.isnan(chance), 1.0, chance))
    negative = np.where(looked_at < NEVER, np.maximum(looked_at, ends), NEVER)
    if until is not None and not concurrent and ends > until:
        negative[:] = NEVER
    known_on = np.where(positive < NEVER, positive, negative)
    outcome = np.select([positive < NEVER, negative < NEVER], [1.0, 0.0], np.nan)
    weight = np.where((known_on < NEVER) & (probability > 0), 1.0 / np.maximum(probability, 1e-12), 1.0)
    return Found(outcome, weight, known_on)


def without_chance(records: Records, label: Label, on: date, concurrent: bool) -> NDArray[np.bool_]:
    """Students (n,) of whom there is an outcome, and no chance of having been picked on record: they count once, as if
    they had been certain to be. Where everyone was asked there was no picking."""
    rows = outcome_rows(records, label, on, concurrent)
    told = ~np.isnan(rows["selection_prob"]) | (rows["selection_reason"] == Selection.ALL.place)
    found = np.zeros(len(records), dtype=bool)
    found[rows.student] = True
    found[rows.student[told]] = False
    return found
