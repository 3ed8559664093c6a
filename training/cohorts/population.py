"""Everyone of a cohort with what the evaluation asks of them: tier, open floors, groups, and who was drawn by lot."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import day_to_date
from data_schemas.codes import Selection
from data_schemas.dataset import Dataset
from evaluation import Population
from evaluation.figures.grouping import groups_of
from models import Artifact, Records
from models.calibration import probabilities
from models.risk_model import margins
from models.tiers import model_tiers
from models.triage.from_records import open_of
from training.cohorts.cohort import Cohort, places_of
from training.cohorts.outcomes import CONCURRENT_DAYS, outcome_rows
from training.train import score_cohort

PHQ9_CUT = 11  # sensitivity .90, specificity .78 for major depression at ages 13–17 (Richardson et al. 2010)
PHQ9_RULE = "phq9_11"
LIST_OF = 1000  # rows that one list stands for where no schools are known
BY_LOT = (Selection.AUDIT.place, Selection.ALL.place)


def population_of(artifact: Artifact, cohort: Cohort, dataset: Dataset, records: Records) -> Population:
    """Rows of the cohort with scores, lists and groups. Floors are those open on the row's index day."""
    concurrent = dataset.description.mode == "concurrent"
    student = places_of(cohort, records)
    floor, by_lot = (np.zeros(len(student), dtype=bool) for _ in range(2))
    for day in np.unique(cohort.index_day).tolist():
        here = cohort.index_day == day
        floor[here] = _with_floor(artifact, records, day, concurrent)[student[here]]
        by_lot[here] = _drawn_by_lot(dataset, records, day, concurrent)[student[here]]
    return Population(
        scored=score_cohort(artifact, cohort),
        list_of=np.unique(np.column_stack([_school(cohort), cohort.index_day]), axis=0, return_inverse=True)[1].ravel(),
        tier=tiers_of(artifact, cohort),
        floor=floor,
        by_lot=by_lot,
        rules=_rules(artifact, cohort),
        groups=groups_of(cohort.matrix, artifact.instruments),
    )


def slots_of(artifact: Artifact, population: Population) -> tuple[int, str]:
    """How many interviews a list has, and what a list stands for. Where all rows are of one school, as in a survey that
    names none, its slots grow with every thousand rows, as if they were schools of that size."""
    return slots_among(artifact, population.scored.school)


def slots_among(artifact: Artifact, school: NDArray[Any]) -> tuple[int, str]:
    """The same for rows of these schools (n,)."""
    slots = artifact.policy.list.weekly_slots
    if len(np.unique(school.astype(str))) > 1 or len(school) <= LIST_OF:
        return slots, "school"
    return round(slots * len(school) / LIST_OF), "thousand"


def tiers_of(artifact: Artifact, cohort: Cohort) -> NDArray[np.int64]:
    """Ordinals of the tiers (n,) that the model alone gives."""
    scored, thresholds = margins(artifact.model, cohort.matrix.values), artifact.policy.thresholds
    assert thresholds is not None, "a trained model has thresholds"
    return model_tiers(
        probabilities(artifact.calibration, scored.value),
        probabilities(artifact.calibration, scored.without_family),
        thresholds,
    )


def _with_floor(artifact: Artifact, records: Records, day: int, concurrent: bool) -> NDArray[np.bool_]:
    """Who has evidence that nobody has assessed by the day; a survey's own interview is its outcome, no assessment."""
    floors = open_of(records, day, artifact.policy, day - CONCURRENT_DAYS if concurrent else None)
    return np.array([len(mine) > 0 for mine in floors], dtype=bool)


def _drawn_by_lot(dataset: Dataset, records: Records, day: int, concurrent: bool) -> NDArray[np.bool_]:
    """Whose outcome is known since they were drawn by lot or everyone was asked."""
    label = dataset.description.label
    assert label is not None, "a cohort has a label"
    rows = outcome_rows(records, label, day_to_date(day), concurrent)
    found = np.zeros(len(records), dtype=bool)
    found[rows.student[np.isin(rows["selection_reason"], BY_LOT)]] = True
    return found


def _rules(artifact: Artifact, cohort: Cohort) -> dict[str, NDArray[np.bool_]]:
    """A questionnaire's published cut, where the model reads that questionnaire."""
    if "phq9" not in artifact.instruments:
        return {}
    return {PHQ9_RULE: cohort.matrix.figure("phq9_total") >= PHQ9_CUT}


def _school(cohort: Cohort) -> NDArray[Any]:
    return np.unique(cohort.school.astype(str), return_inverse=True)[1]
