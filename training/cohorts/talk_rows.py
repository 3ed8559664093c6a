"""Landmarks: a row for each talk on its day, with everything that was known by then and nothing of that talk itself."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from data_schemas.codes import OutcomeKind
from data_schemas.dataset import Label
from models import Records, enrolled, may_score
from models.columns import NO_DAY
from models.corrections import taken_back
from models.features import Recipe, build_features
from models.records import Rows, rows_of
from models.subset import only
from training.cohorts.cohort import Cohort, joined, placed
from training.cohorts.outcomes import known_days

INTERVIEW = OutcomeKind.INTERVIEW.place
ONE_LOOK = 10  # days: a check and the second look on the next school days are of the same evidence (policy)


def talk_rows(records: Records, label: Label, recipe: Recipe, until: int) -> Cohort | None:
    """Every interview by a named person that was recorded by the end of the day `until`, of students at school who
    agreed to a model's score; None where there is none.

    What was answered, missed or reported up to the talk counts, but for reports that came in on its own day, which may
    be of the talk; of talks only what was recorded by the day before. The outcome is whether the talk found the label's
    level, or a later record within its horizon did. As in every cohort, students whom a person had placed in 重点 or
    危机 by the day before are left out, and so is a talk within `ONE_LOOK` days of another, which looks at the same.
    """
    rows = _talks(records, until)
    later = _later(records, label, until)
    parts = []
    for day in np.unique(rows["observed_on"]).tolist():
        mine = rows.where(rows["observed_on"] == day)
        student, first = np.unique(mine.student, return_index=True)
        here = _as_of_talk(only(records, student), day)
        kept = enrolled(here, day) & may_score(here, day) & ~placed(here, day - 1, concurrent=False)
        if not kept.any():
            continue
        level = np.zeros(len(records))
        np.maximum.at(level, mine.student, np.nan_to_num(mine["level"]))
        known, found = known_days(mine)[first], level[student] >= label.level
        after = later.where((later["observed_on"] > day) & (later["observed_on"] <= day + label.horizon_days))
        soon = np.isin(student, after.student)
        chance = mine["selection_prob"][first]
        matrix = build_features(here, recipe, day, day - 1)
        whole = Cohort(
            here.ids,
            here.students["school_id"],
            np.full(len(student), day),
            matrix,
            (found | soon).astype(np.float64),
            1.0 / np.where(np.isnan(chance) | (chance <= 0), 1.0, chance),
            known,
        )
        parts.append(whole.where(kept))
    return joined(parts) if parts else None


def _talks(records: Records, until: int) -> Rows:
    rows, _ = rows_of(records, "outcomes")
    named = np.array([one is not None for one in rows["interviewer"]], dtype=bool)
    rows = rows.where(named & (rows["kind"] == INTERVIEW) & (known_days(rows) <= until))
    rows = rows.where(~taken_back(rows))
    order = np.lexsort([rows["observed_on"], rows.student])
    student, day = rows.student[order], rows["observed_on"][order]
    again = np.zeros(len(order), dtype=bool)
    again[1:] = (np.diff(student) == 0) & (np.diff(day) > 0) & (np.diff(day) <= ONE_LOOK)
    kept = np.ones(len(order), dtype=bool)
    kept[order[again]] = False
    return rows.where(kept)


def _later(records: Records, label: Label, until: int) -> Rows:
    """What is on record of the label's kinds and level."""
    rows, _ = rows_of(records, "outcomes")
    kinds = np.isin(rows["kind"], [OutcomeKind.of(kind).place for kind in label.kinds])
    rows = rows.where(kinds & (known_days(rows) <= until))
    rows = rows.where(~taken_back(rows))
    return rows.where(rows["level"] >= label.level)


def _as_of_talk(records: Records, day: int) -> Records:
    """Without reports that came in on the day itself."""
    if "concerns" not in records.events:
        return records
    rows = records.events["concerns"]
    received = np.where(rows["recorded_on"] == NO_DAY, rows["reported_on"], rows["recorded_on"])
    before: NDArray[np.bool_] = received < day
    return replace(records, events={**records.events, "concerns": rows.where(before)})
