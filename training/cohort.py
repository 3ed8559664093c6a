"""Who is learned from: students as of an index date, with what was known then and what was found after."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import date_to_day
from data_schemas.codes import OutcomeKind, Tier
from data_schemas.dataset import Dataset, Label
from models import Records, enrolled, may_score
from models.features import Matrix, Recipe, build_features
from models.features.matrix import join
from models.floors import assessed
from models.records import Rows, rows_of
from runxin.errors import bad_data

Floats = NDArray[np.float64]
CONCURRENT_DAYS = 31  # in a one-time survey the outcome is asked on the same occasion


@dataclass(frozen=True)
class Cohort:
    """n rows, each a student as of an index day. `outcome` is NaN where nobody looked: not interviewed is not
    negative. `weight` is the inverse of the known probability of having been looked at."""

    student: NDArray[Any]
    school: NDArray[Any]
    index_day: NDArray[np.int64]
    matrix: Matrix
    outcome: Floats
    weight: Floats

    @property
    def labelled(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.outcome)

    def where(self, mask: NDArray[np.bool_]) -> "Cohort":
        matrix = self.matrix.where(mask)
        return Cohort(
            self.student[mask], self.school[mask], self.index_day[mask], matrix, self.outcome[mask], self.weight[mask]
        )

    def keys(self) -> list[str]:
        """A hash for each row's student, day, features and outcome, by which data are recognised as seen before."""
        return [
            hashlib.sha256(f"{student}|{day}|{outcome}|".encode() + row.tobytes()).hexdigest()[:24]
            for student, day, outcome, row in zip(
                self.student, self.index_day, self.outcome, self.matrix.values, strict=True
            )
        ]


def make_cohort(dataset: Dataset, records: Records, recipe: Recipe) -> Cohort:
    """All enrolled students at every index date, leaving out those whom a person has already placed in 重点 or
    危机 by then (they are on the list by that person's word) and those who did not consent to a model score.

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
        matrix = build_features(records, recipe, day)
        outcome, weight = _outcomes(records, description.label, on, concurrent)
        kept = enrolled(records, day) & may_score(records, day)
        # In a one-time survey the occasion's own interview is the outcome, not what was known before.
        kept &= assessed(records, day - CONCURRENT_DAYS if concurrent else day).level < Tier.PRIORITY.ord
        index_day = np.full(len(records), day)
        whole = Cohort(records.ids, records.students["school_id"], index_day, matrix, outcome, weight)
        parts.append(whole.where(kept))
    return _joined(parts)


def _joined(parts: Sequence[Cohort]) -> Cohort:
    matrix = join([part.matrix for part in parts])
    return Cohort(
        np.concatenate([p.student for p in parts]),
        np.concatenate([p.school for p in parts]),
        np.concatenate([p.index_day for p in parts]),
        matrix,
        np.concatenate([p.outcome for p in parts]),
        np.concatenate([p.weight for p in parts]),
    )


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


def _outcomes(records: Records, label: Label, on: date, concurrent: bool) -> tuple[Floats, Floats]:
    """The worst outcome within the horizon, and the inverse of the highest probability of having been selected."""
    n, rows = len(records), outcome_rows(records, label, on, concurrent)
    level, probability = np.full(n, -1.0), np.zeros(n)
    np.maximum.at(level, rows.student, rows["level"])
    chance = rows["selection_prob"]
    np.maximum.at(probability, rows.student, np.where(np.isnan(chance), 1.0, chance))
    outcome = np.where(level < 0, np.nan, (level >= label.level).astype(np.float64))
    return outcome, 1.0 / np.where(probability > 0, probability, 1.0)
