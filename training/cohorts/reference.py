"""The reference figures of a training: nothing of what the model is judged by enters them."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import date_to_day, day_to_date
from data_schemas.codes import Stage
from data_schemas.dataset import Dataset
from data_schemas.instruments import Instrument
from models import Records, enrolled
from models.features import Recipe, full_catalogue
from models.features.leave import shares_missed
from models.leave_reference import ALL_MONTHS, FEWEST, STEPS, LeaveReference, steps_of
from models.policy import Staleness
from models.reference import Reference, make_reference
from training.cohorts.split import HELD_OUT, hash_fold

MONTHS = 12


def training_reference(
    dataset: Dataset, records: Records, instruments: Mapping[str, Instrument], salt: int
) -> Reference:
    """From what was received by the last index date that is learned from; where students are held out and not a date,
    from those who are learned from."""
    description = dataset.description
    days = sorted(description.index_dates or (description.as_of,))
    until, students = date_to_day(days[-1]), hash_fold(records.ids, salt) != HELD_OUT
    if len(days) > 1 and description.mode != "concurrent":
        until, students = date_to_day(days[-2]), np.ones(len(records), dtype=bool)
    scores = make_reference(records, instruments, until, students)
    return replace(scores, leave=leave_reference(records, until, students))


def full_recipe(records: Records, staleness: Staleness, day: int) -> Recipe:
    """Every feature there is, those that no model reads as well, held against the figures of the records themselves by
    the end of `day`: for looking at data before there is a model."""
    instruments = {code: sheets.instrument for code, sheets in records.sheets.items()}
    everyone = np.ones(len(records), dtype=bool)
    scores = make_reference(records, instruments, day, everyone)
    reference = replace(scores, leave=leave_reference(records, day, everyone))
    return Recipe(full_catalogue(instruments.values(), records.declared), instruments, reference, staleness)


def leave_reference(records: Records, until: int, students: NDArray[np.bool_]) -> LeaveReference:
    """How much was missed by the end of each of the last twelve months up to the day `until`, by stage, of `students`
    (n,) who were at school and whose leave was on record throughout."""
    stage = records.students["stage"]
    found: dict[str, dict[str, NDArray[np.int64]]] = {}
    for day in _month_ends(until):
        rate = shares_missed(records, day)
        known = students & enrolled(records, day) & ~np.isnan(rate)
        for code in Stage:
            mine = known & (stage == code.place)
            counts = np.bincount(steps_of(rate[mine]), minlength=STEPS + 1)
            months = found.setdefault(code.code, {ALL_MONTHS: np.zeros(STEPS + 1, np.int64)})
            months[ALL_MONTHS] += counts
            if counts.sum() >= FEWEST:
                months[f"{day_to_date(day).month:02d}"] = counts
    return LeaveReference(
        {
            stage: {month: tuple(counts.tolist()) for month, counts in months.items()}
            for stage, months in found.items()
            if months[ALL_MONTHS].sum() >= FEWEST
        }
    )


def _month_ends(until: int) -> list[int]:
    """The last days of the months before `until`, and that day itself."""
    found, day = [until], until
    while len(found) < MONTHS:
        day -= day_to_date(day).day
        found.append(day)
    return found
