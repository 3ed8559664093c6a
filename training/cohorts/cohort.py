"""Who is learned from: students as of an index date, with what was known then and what was found after."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import date_to_day, day_to_date
from data_schemas.codes import Tier
from data_schemas.dataset import Dataset
from data_schemas.horizon import open_dates, outcomes_until
from models import Records, enrolled, may_score
from models.features import Matrix, Recipe, build_features
from models.features.matrix import join
from models.triage.from_records import levels_of
from runxin.errors import bad_data
from training.cohorts.outcomes import CONCURRENT_DAYS, found_after

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cohort:
    """n rows, each a student as of an index day. `outcome` is NaN where nobody looked: not interviewed is not
    negative. `weight` is the inverse of the known probability of having been looked at, and `known_on` the day since
    when the outcome was known."""

    student: NDArray[Any]
    school: NDArray[Any]
    index_day: NDArray[np.int64]
    matrix: Matrix
    outcome: Floats
    weight: Floats
    known_on: NDArray[np.int64]

    @property
    def labelled(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.outcome)

    def where(self, mask: NDArray[np.bool_]) -> "Cohort":
        return Cohort(
            self.student[mask],
            self.school[mask],
            self.index_day[mask],
            self.matrix.where(mask),
            self.outcome[mask],
            self.weight[mask],
            self.known_on[mask],
        )

    def keys(self) -> list[str]:
        """A hash for each row's student, day, features and outcome, by which data are recognised as seen before."""
        return [
            hashlib.sha256(f"{student}|{day}|{outcome}|".encode() + row.tobytes()).hexdigest()[:24]
            for student, day, outcome, row in zip(
                self.student, self.index_day, self.outcome, self.matrix.values, strict=True
            )
        ]


def make_cohort(dataset: Dataset, records: Records, recipe: Recipe, *, prevalent: bool = False) -> Cohort:
    """All enrolled students at every index date, leaving out those whom a person has already placed in 重点 or
    危机 by then (they are on the list by that person's word) and those who did not consent to a model score. Outcomes
    are all that is on record. With `prevalent`, those whom a person has placed are there too.

    Raises `UserError` where the dataset declares no label or holds no outcomes.
    """
    description = dataset.description
    if description.label is None or "outcomes" not in dataset.tables:
        raise bad_data(
            "there is nothing to learn from", fix="declare [label] in dataset.toml and add an outcomes table"
        )
    parts = []
    concurrent = description.mode == "concurrent"
    for on in description.index_dates or (description.as_of,):
        day = date_to_day(on)
        matrix = build_features(records, recipe, day, day - CONCURRENT_DAYS if concurrent else None)
        found = found_after(records, description.label, on, concurrent)
        kept = enrolled(records, day) & may_score(records, day)
        kept &= prevalent | ~placed(records, day, concurrent)
        index_day, school = np.full(len(records), day), records.students["school_id"]
        whole = Cohort(records.ids, school, index_day, matrix, found.outcome, found.weight, found.known_on)
        parts.append(whole.where(kept))
    return joined(parts)


def placed(records: Records, day: int, concurrent: bool) -> NDArray[np.bool_]:
    """Whom a named person has placed in 重点 or 危机 by the day. In a one-time survey the occasion's own interview is
    the outcome, not what was known before."""
    level = levels_of(records, day - CONCURRENT_DAYS if concurrent else day, named=True)
    return np.asarray(level >= Tier.PRIORITY.ord)


def as_known(cohort: Cohort, dataset: Dataset, records: Records, until: int | None = None) -> Cohort:
    """The same rows with outcomes as known at the end of the day `until`, or when the data end. A one-time survey has
    no delay."""
    description = dataset.description
    if description.mode == "concurrent" or description.label is None:
        return cohort
    until = date_to_day(outcomes_until(dataset)) if until is None else until
    outcome, weight, known_on = cohort.outcome.copy(), cohort.weight.copy(), cohort.known_on.copy()
    student = places_of(cohort, records)
    for day in np.unique(cohort.index_day).tolist():
        here = cohort.index_day == day
        found = found_after(records, description.label, day_to_date(day), False, until)
        outcome[here], weight[here], known_on[here] = (
            values[student[here]] for values in (found.outcome, found.weight, found.known_on)
        )
    return replace(cohort, outcome=outcome, weight=weight, known_on=known_on)


def closed_dates(dataset: Dataset) -> Dataset:
    """The dataset without the index dates whose horizon was not over when its outcomes end. Raises `UserError` where no
    date is left."""
    description, running = dataset.description, open_dates(dataset)
    over = tuple(on for on in description.index_dates or (description.as_of,) if on not in running)
    if not over and description.label is not None:
        raise bad_data(
            f"no horizon of {description.label.horizon_days} days was over by {outcomes_until(dataset)}, when the "
            "outcomes of this dataset end",
            fix="set as_of in dataset.toml to the day up to which outcomes were gathered, and name earlier index_dates",
        )
    return replace(dataset, description=description.model_copy(update={"index_dates": over})) if running else dataset


def learned_from(before: Cohort, dataset: Dataset, records: Records, until: int | None) -> Cohort:
    """The rows that a training at the end of the day `until` could learn from, by default when the data end: those of
    index dates whose horizon was over, with the outcome that was known then."""
    until = date_to_day(outcomes_until(dataset)) if until is None else until
    label, known = dataset.description.label, as_known(before, dataset, records, until)
    horizon = label.horizon_days if label is not None and dataset.description.mode != "concurrent" else 0
    return known.where(known.labelled & (known.index_day + horizon <= until))


def places_of(cohort: Cohort, records: Records) -> NDArray[np.int64]:
    """Where among the records each row's student is."""
    place = {student: row for row, student in enumerate(records.ids)}
    return np.array([place[one] for one in cohort.student], dtype=np.int64)


def joined(parts: Sequence[Cohort]) -> Cohort:
    """The rows of several cohorts, one below the other."""
    matrix = join([part.matrix for part in parts])
    return Cohort(
        np.concatenate([p.student for p in parts]),
        np.concatenate([p.school for p in parts]),
        np.concatenate([p.index_day for p in parts]),
        matrix,
        np.concatenate([p.outcome for p in parts]),
        np.concatenate([p.weight for p in parts]),
        np.concatenate([p.known_on for p in parts]),
    )
