"""How much students of a stage are away in a month: the figures that a percentile of leave is read from.

Sickness absence in the region lies between .05 and .73 % of days and moves with the season, so days alone say little:
what is usual is taken from the training data, month by month, and travels with the model. So one student in a request
is held against the same figures as a city at night.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import day_to_date
from data_schemas.codes import Stage

STEPS = 120  # half days of 60
ALMOST = 1e-3  # a share that is a step up to rounding
FEWEST = 200  # students of a stage; with fewer in a month, all months of the stage stand in
ALL_MONTHS = "all"
Counts = tuple[int, ...]


@dataclass(frozen=True)
class LeaveReference:
    """By stage and month ("01" to "12", or `all`), how many students missed each share of their school days: counts in
    `STEPS` + 1 equal steps from none to all."""

    counts: Mapping[str, Mapping[str, Counts]] = field(default_factory=dict)

    def below(self, as_of: int) -> NDArray[np.float32]:
        """By stage and step, the share of students of that month who missed less, shape (stages, STEPS + 1); 0 where a
        stage has no figures."""
        of_month: NDArray[np.float32] = self._below[day_to_date(as_of).month]
        return of_month

    @cached_property
    def _below(self) -> NDArray[np.float32]:
        """By month (0 is none), stage and step, the share of students with less."""
        found = np.zeros((13, len(Stage), STEPS + 1), np.float32)
        for place, stage in enumerate(Stage.codes()):
            months = self.counts.get(stage, {})
            for month in range(1, 13):
                counts = np.array(months.get(f"{month:02d}") or months.get(ALL_MONTHS) or (0,), dtype=np.float64)
                if counts.sum():
                    # Rounded down to what a sentence shows: nobody is away more than all.
                    found[month, place] = np.floor((np.cumsum(counts) - counts) / counts.sum() * 1000) / 1000
        return found

    def to_json(self) -> dict[str, Any]:
        return {stage: {month: list(counts) for month, counts in of.items()} for stage, of in self.counts.items()}


def leave_reference_of_json(content: Mapping[str, Any]) -> LeaveReference:
    """Read what `to_json` wrote; raises `TypeError` or `ValueError` where the form is another."""
    counts = {
        str(stage): {str(month): tuple(int(count) for count in row) for month, row in months.items()}
        for stage, months in content.items()
    }
    if any(len(row) != STEPS + 1 for months in counts.values() for row in months.values()):
        raise ValueError("a distribution of leave has another length")
    return LeaveReference(counts)


def steps_of(rate: NDArray[np.float32]) -> NDArray[np.intp]:
    """The step that each share of days lies in."""
    return (rate * STEPS + ALMOST).astype(np.intp)
