"""Who is judged with what: open floors as of the day, those drawn by lot, lists by school and day, and retraining."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data_schemas.codes import Tier
from data_schemas.dataset import Dataset, conform, table_of
from data_schemas.instruments import packaged_instruments
from models import Artifact, Records, read_policy, records_of
from models.risk_model import margins
from tests.learnable import INDEX_DATES, learnable
from training.cohorts.cohort import Cohort, learned_from, make_cohort
from training.cohorts.learned_rows import LearnedRows
from training.cohorts.population import LIST_OF, population_of, slots_of, tiers_of
from training.retraining.ablation import SENSITIVE, retrain
from training.train import Options, Trained, train


@pytest.fixture(scope="module")
def data() -> Dataset:
    return learnable(600)


@pytest.fixture(scope="module")
def trained(data: Dataset) -> Trained:
    return train(data, read_policy(), Options(resamples=20), lambda step: None)


def changed(data: Dataset, table: str, rows: pd.DataFrame) -> Dataset:
    frame = conform(rows, table_of(table, packaged_instruments()))
    return replace(data, tables={**data.tables, table: frame})


def judged(data: Dataset, artifact: Artifact) -> tuple[Any, Cohort, Records]:
    records = records_of(data)
    cohort = make_cohort(data, records, artifact.recipe)
    return population_of(artifact, cohort, data, records), cohort, records


def test_a_list_is_a_school_on_a_day(data: Dataset, trained: Trained) -> None:
    people, cohort, _ = judged(data, trained.artifact)
    both = {(school, day) for school, day in zip(cohort.school, cohort.index_day, strict=True)}
    assert len(np.unique(people.list_of)) == len(both) == 24
    for one in np.unique(people.list_of):
        here = people.list_of == one
        assert len({(s, d) for s, d in zip(cohort.school[here], cohort.index_day[here], strict=True)}) == 1


def test_floors_are_those_of_the_rows_own_day(data: Dataset, trained: Trained) -> None:
    """A report between the two index dates is open on the second only."""
    between = pd.Timestamp(INDEX_DATES[1]) - pd.Timedelta(days=20)
    before, cohort, _ = judged(data, trained.artifact)
    student = next(one for one in cohort.student if not before.floor[cohort.student == one].any())
    report = {"student_id": student, "kind": "self_harm", "reported_on": between, "recorded_on": between}
    with_report = changed(data, "concerns", pd.concat([data.tables["concerns"], pd.DataFrame([report])]))
    after, _, _ = judged(with_report, trained.artifact)
    mine = cohort.student == student
    added = after.floor & ~before.floor
    assert (added == (mine & (cohort.index_day == cohort.index_day.max()))).all()
    assert added.sum() == 1


def test_only_the_lot_and_everyone_count_as_drawn(data: Dataset, trained: Trained) -> None:
    outcomes = data.tables["outcomes"].copy()
    outcomes["selection_reason"] = ["audit", "ranked", "floor", "concern", "all"] * (len(outcomes) // 5)
    people, cohort, _ = judged(changed(data, "outcomes", outcomes), trained.artifact)
    assert people.by_lot.sum() == len(cohort.outcome) * 2 / 5


def test_the_rule_of_a_questionnaire_is_its_cut(data: Dataset, trained: Trained) -> None:
    people, cohort, _ = judged(data, trained.artifact)
    assert (people.rules["phq9_11"] == (cohort.matrix.figure("phq9_total") >= 11)).all()
    assert 0 < people.rules["phq9_11"].sum() < len(people)
    assert set(np.unique(people.tier)) <= {Tier.ROUTINE.ord, Tier.WATCH.ord, Tier.PRIORITY.ord}
    assert (people.tier == tiers_of(trained.artifact, cohort)).all()


def test_slots_are_those_of_a_school_or_of_each_thousand(data: Dataset, trained: Trained) -> None:
    people, _, _ = judged(data, trained.artifact)
    weekly = trained.artifact.policy.list.weekly_slots
    assert slots_of(trained.artifact, people) == (weekly, "school")
    one = replace(people, scored=replace(people.scored, school=np.full(len(people), "survey", dtype=object)))
    assert len(one) == 1200 > LIST_OF
    assert slots_of(trained.artifact, one) == (round(weekly * 1.2), "thousand")


@pytest.mark.parametrize("kind", ["lightgbm", "logistic"])
def test_training_again_uses_the_same_settings(data: Dataset, trained: Trained, kind: str) -> None:
    """With every row and every feature it is the model itself; with less it is another."""
    artifact = trained.artifact
    if kind == "logistic":
        model = replace(artifact.model, scorer=artifact.logistic)
        artifact = replace(artifact, model=model, manifest=artifact.manifest.model_copy(update={"kind": kind}))
    steps: list[str] = []
    learning = LearnedRows(learned_from(trained.before, data, trained.records, trained.split.known_until))
    again = retrain(artifact, learning, trained.test, steps.append)
    own = margins(artifact.model, trained.test.matrix.values).value
    assert again.folds.shape == (5, len(own))
    assert set(again.without) == set(SENSITIVE) - {"talk"}, "nobody is named as having talked with these students"
    assert len(steps) == 5 + len(again.without)
    for margin in (*again.folds, *again.without.values()):
        assert np.isfinite(margin).all()
        assert not np.array_equal(margin, own)
    alike = [np.corrcoef(margin, own)[0, 1] for margin in again.folds]
    assert min(alike) > 0.9, "another fold changes little"
    assert np.corrcoef(again.without["questionnaire"], own)[0, 1] < min(alike)
