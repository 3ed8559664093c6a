"""What a training learns from: talks on their days, or, where there are too few, students at index dates."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import date_to_day
from data_schemas.dataset import Dataset
from data_schemas.horizon import outcomes_until
from models import Records
from models.features import Recipe
from training.cohorts.cohort import Cohort, joined, learned_from
from training.cohorts.talk_rows import talk_rows

FEWEST_TALKS = 100  # with and without the outcome: below, index dates are learned from as before
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class LearnedRows:
    """`waves` are labelled rows of index dates, `talks` those of talks, None where none are learned from."""

    waves: Cohort
    talks: Cohort | None = None

    @property
    def fitted(self) -> Cohort:
        """What models are fitted to."""
        return self.waves if self.talks is None else self.talks

    @property
    def judged(self) -> Cohort:
        """What models are judged by out of fold: talks, by which choices are made, and students at index dates, on whom
        probabilities are calibrated."""
        return self.waves if self.talks is None else joined([self.talks, self.waves])

    @property
    def choosing(self) -> Mask:
        """Which of the judged rows choices are made by."""
        if self.talks is None:
            return np.ones(len(self.waves.outcome), dtype=bool)
        return np.arange(len(self.judged.outcome)) < len(self.talks.outcome)

    @property
    def calibrating(self) -> Mask:
        """Which of the judged rows probabilities are calibrated on."""
        return np.ones(len(self.waves.outcome), dtype=bool) if self.talks is None else ~self.choosing

    def fitted_where(self, mask: Mask) -> "LearnedRows":
        """With those only of the rows that models are fitted to."""
        if self.talks is None:
            return LearnedRows(self.waves.where(mask))
        return LearnedRows(self.waves, self.talks.where(mask))

    def where(self, kept: Callable[[Cohort], Mask]) -> "LearnedRows":
        """Those rows of both for which `kept` says so."""
        talks = None if self.talks is None else self.talks.where(kept(self.talks))
        return LearnedRows(self.waves.where(kept(self.waves)), talks)


def learned_rows(
    before: Cohort, dataset: Dataset, records: Records, recipe: Recipe, until: int | None, *, talks: bool
) -> LearnedRows:
    """What a training at the end of the day `until`, by default when the data end, could learn from; `talks` says
    whether those are to be learned from, where there are enough."""
    waves, label = learned_from(before, dataset, records, until), dataset.description.label
    if not talks or label is None or dataset.description.mode == "concurrent":
        return LearnedRows(waves)
    until = date_to_day(outcomes_until(dataset)) if until is None else until
    found = talk_rows(records, label, recipe, until)
    if found is None:
        return LearnedRows(waves)
    positives = int(found.outcome.sum())
    enough = min(positives, len(found.outcome) - positives) >= FEWEST_TALKS
    return LearnedRows(waves, found if enough else None)
