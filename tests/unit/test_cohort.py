"""Who is learned from, and what counts as an outcome: windows to the day, unlabelled apart from negative."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from data_schemas.dataset import Dataset, conform, table_of
from models import read_policy, records_of
from models.features import Recipe
from runxin.errors import UserError
from tests.six_students import INDEX, after, dataset, outcome
from tests.trained import FEATURES, INSTRUMENTS, REFERENCE
from training.cohorts.cohort import Cohort, make_cohort
from training.cohorts.outcomes import CONCURRENT_DAYS


def cohort(data: Dataset) -> Cohort:
    records = records_of(data)
    return make_cohort(data, records, Recipe(FEATURES, INSTRUMENTS, REFERENCE, read_policy().staleness))


def outcomes(data: Dataset) -> dict[str, float]:
    found = cohort(data)
    return dict(zip(found.student, found.outcome, strict=True))


def test_the_horizon_begins_the_day_after_and_includes_its_last_day() -> None:
    found = outcomes(
        dataset([outcome("B", 0, 1), outcome("C", 1), outcome("D", 90), outcome("E", 91), outcome("F", 30, level=1)])
    )
    assert np.isnan(found["B"]), "an outcome of the index day itself was known then"
    assert found["C"] == 1, "the first day after"
    assert found["D"] == 1, "the last day of the horizon"
    assert np.isnan(found["E"]), "a day too late"
    assert found["F"] == 0, "interviewed and below the level"


def test_not_interviewed_is_unlabelled_and_not_negative() -> None:
    found = cohort(dataset([outcome("B", 10, 0)]))
    assert dict(zip(found.student, found.labelled, strict=True)) == {s: s == "B" for s in "ABCDEF"}


def test_the_worst_outcome_of_the_label_s_kinds_counts() -> None:
    rows = [outcome("A", 10, 0), outcome("A", 40, 3, "crisis_event"), outcome("B", 10, 3, "referral")]
    found = outcomes(dataset(rows))
    assert found["A"] == 1
    assert np.isnan(found["B"]), "a referral is not what this label is about"


@pytest.mark.parametrize(
    ("days", "level", "interviewer", "kept"),
    [
        (-5, 2, "staff-1", False),
        (0, 3, "staff-1", False),
        (-5, 1, "staff-1", True),
        (-5, 2, None, True),
        (1, 2, "s", True),
    ],
    ids=["before", "on the day", "below priority", "nobody's name", "after"],
)
def test_whom_a_person_has_already_placed_is_left_out(
    days: int, level: int, interviewer: str | None, kept: bool
) -> None:
    """They are on the list by that person's word; predicting them again would flatter the model."""
    found = outcomes(dataset([outcome("A", days, level, interviewer=interviewer)]))
    assert ("A" in found) == kept


def test_without_consent_nobody_is_learned_from() -> None:
    given = {"scope": "model_score", "given_on": after(-100)}
    rows = [
        {"student_id": "A", **given},
        {"student_id": "B", **given, "withdrawn_on": after(-1)},
        {"student_id": "C", **given, "withdrawn_on": after(1)},
        {"student_id": "D", **given, "scope": "screening"},
        {"student_id": "E", **given, "withdrawn_on": after(-50)},
        {"student_id": "E", "scope": "model_score", "given_on": after(-20)},
    ]
    assert set(outcomes(dataset([outcome("A", 5)], consents=rows))) == {"A", "C", "E"}, "E agreed again"


def test_consent_given_and_withdrawn_on_one_day_is_withdrawn_and_one_past_its_last_day_is_none() -> None:
    given = {"scope": "model_score", "given_on": after(-100)}
    rows = [
        {"student_id": "A", **given, "withdrawn_on": after(-100)},
        {"student_id": "B", **given, "withdrawn_on": after(0)},
        {"student_id": "C", **given, "valid_until": after(0)},
        {"student_id": "D", **given, "valid_until": after(-1)},
        {"student_id": "E", **given, "valid_until": after(-1)},
        {"student_id": "E", "scope": "model_score", "given_on": after(-1)},
        {"student_id": "F", **given},
        {"student_id": "F", **given, "withdrawn_on": after(-50)},
        {"student_id": "F", "scope": "model_score", "given_on": after(-50)},
    ]
    assert set(outcomes(dataset([outcome("A", 5)], consents=rows))) == {"C", "E"}, "C to its last day, E given anew"


def test_who_is_not_at_school_on_the_day_is_left_out() -> None:
    data = dataset([outcome("A", 5)])
    roster = data.students.assign(
        enrolled_on=[after(1), after(0), None, None, None, None], left_on=[None, None, after(0), after(1), None, None]
    )
    moved = replace(data, tables={**data.tables, "students": conform(roster, table_of("students", {}))})
    assert set(outcomes(moved)) == {"B", "D", "E", "F"}


def test_weights_are_the_inverse_of_the_best_known_chance() -> None:
    rows = [
        outcome("A", 10, 0, selection_prob=0.02, selection_reason="audit"),
        outcome("B", 10, 2, selection_prob=0.5),
        outcome("B", 20, 2, selection_prob=0.1),
        outcome("C", 10, 0),
        outcome("D", 10, 2, selection_prob=0.02),
        outcome("D", 30, 3, "crisis_event"),
    ]
    found = cohort(dataset(rows))
    weight = dict(zip(found.student, found.weight, strict=True))
    assert weight == {"A": 50, "B": 2, "C": 1, "D": 1, "E": 1, "F": 1}, "a design weight is not capped here"


def test_each_index_date_is_a_row_of_its_own() -> None:
    found = cohort(dataset([outcome("A", 5)], index_dates=(INDEX - timedelta(days=200), INDEX)))
    assert len(found.outcome) == 12
    assert len(set(found.keys())) == 12
    assert np.isnan(found.outcome[:6]).all(), "an outcome after the second date is beyond the first horizon"


def test_a_one_time_survey_reads_the_outcome_of_the_occasion() -> None:
    rows = [
        outcome("A", 0, 3, interviewer="staff-1"),
        outcome("B", 1 - CONCURRENT_DAYS, 0),
        outcome("C", -CONCURRENT_DAYS),
        outcome("D", 1),
        outcome("E", -CONCURRENT_DAYS, 3, interviewer="staff-1"),
    ]
    found = outcomes(dataset(rows, mode="concurrent", index_dates=()))
    assert found["A"] == 1, "the occasion's own interview is the outcome, not a reason to leave the student out"
    assert found["B"] == 0
    assert np.isnan(found["C"])
    assert np.isnan(found["D"])
    assert "E" not in found, "known before the survey"


def test_nothing_to_learn_from_is_said() -> None:
    data = dataset([outcome("A", 5)])
    bare = replace(data, tables={name: frame for name, frame in data.tables.items() if name != "outcomes"})
    with pytest.raises(UserError, match="nothing to learn from"):
        cohort(bare)
    with pytest.raises(UserError, match="nothing to learn from"):
        cohort(replace(data, description=data.description.model_copy(update={"label": None})))
