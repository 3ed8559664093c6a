"""Trained again as it would have been: on what was known by then, and without the schools that are judged."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data_schemas.dataset import Dataset, conform, table_of
from data_schemas.instruments import packaged_instruments
from evaluation import Rolled, over_time
from evaluation.report.verdict import verdict
from models import read_policy, records_of
from models.risk_model import margins
from tests.judged import invented_rolling, population, whole_report
from tests.learnable import INDEX_DATES, learnable
from training.cohorts.cohort import Cohort, learned_from, make_cohort
from training.cohorts.learned_rows import LearnedRows
from training.cohorts.split import split
from training.fitting.boosting import Boosting
from training.fitting.candidates import WEIGHT_CAP
from training.fitting.fitting import Size
from training.retraining.refit import margin_of, refit
from training.retraining.rolling import GROUPS, roll, school_groups
from training.train import Options, Trained, train

LAST = INDEX_DATES[-1].isoformat()
SMALL = Options(boosting=Boosting(rounds=40), sizes=(Size(2, 4),), resamples=20)


@pytest.fixture(scope="module")
def data() -> Dataset:
    return learnable(600)


@pytest.fixture(scope="module")
def trained(data: Dataset) -> Trained:
    return train(data, read_policy(), SMALL, lambda step: None)


@pytest.fixture(scope="module")
def rolled(data: Dataset, trained: Trained) -> Rolled:
    return roll(trained.artifact, data, trained.records, trained.before, trained.test, lambda step: None)


def with_outcomes(data: Dataset, outcomes: pd.DataFrame) -> Dataset:
    frame = conform(outcomes, table_of("outcomes", packaged_instruments()))
    return replace(data, tables={**data.tables, "outcomes": frame})


def rolled_anew(data: Dataset, trained: Trained) -> tuple[Rolled, Cohort]:
    """The same model's settings on changed outcomes."""
    records = records_of(data)
    cohort = make_cohort(data, records, trained.artifact.recipe)
    rows = split(cohort, concurrent=False, salt=0)
    test = cohort.where(rows.test)
    return roll(trained.artifact, data, records, cohort.where(rows.train), test, lambda step: None), test


def scores(judgement: Any) -> np.ndarray:
    assert judgement is not None
    assert judgement.scored is not None
    return np.asarray(judgement.scored.margin)


def test_the_last_date_s_model_is_the_one_that_serves(rolled: Rolled, trained: Trained) -> None:
    assert set(rolled.dates) == {LAST}, "the first date has nothing before it"
    own = margins(trained.artifact.model, trained.test.matrix.values).value
    assert np.corrcoef(scores(rolled.dates[LAST]), own)[0, 1] == pytest.approx(1, abs=1e-9)
    assert rolled.known is rolled.dates[LAST], "it is not trained twice"
    assert rolled.dates[LAST].learned == trained.artifact.manifest.training["labelled"]


def test_a_school_is_judged_by_models_that_have_not_seen_it(data: Dataset, trained: Trained, rolled: Rolled) -> None:
    """Its own outcomes turned round change the scores of others, and none of its own."""
    outcomes, students = data.tables["outcomes"], data.students
    of_school = students["student_id"][students["school_id"] == "school-00"]
    mine = outcomes["student_id"].isin(set(of_school))
    turned = outcomes.assign(level=np.where(mine, 2 - outcomes["level"].to_numpy(dtype=int), outcomes["level"]))
    again, test = rolled_anew(with_outcomes(data, turned), trained)
    here = test.school == "school-00"
    assert here.sum() == 50
    np.testing.assert_array_equal(scores(again.new)[here], scores(rolled.new)[here])
    group = school_groups(test.school)
    others = group != group[here][0]
    assert not np.isclose(scores(again.new)[others], scores(rolled.new)[others]).all()
    assert not np.isclose(scores(again.known)[here], scores(rolled.known)[here]).all(), "known schools are learned from"


def test_schools_are_dealt_out_whole_and_evenly() -> None:
    school = np.repeat([f"school-{n}" for n in range(12)], np.arange(1, 13) * 10).astype(object)
    group = school_groups(school)
    assert set(group) == set(range(GROUPS))
    assert all(len(set(group[school == name])) == 1 for name in set(school))
    assert np.bincount(group).max() < 2 * np.bincount(group).min()


def test_what_was_entered_after_the_day_is_not_there(data: Dataset, trained: Trained) -> None:
    late = pd.Timestamp(INDEX_DATES[-1]) + pd.Timedelta(days=1)
    outcomes = data.tables["outcomes"]
    delayed = with_outcomes(data, outcomes.assign(recorded_on=outcomes["recorded_on"].clip(lower=late)))
    again, _ = rolled_anew(delayed, trained)
    assert (again.dates[LAST].scored, again.dates[LAST].learned, again.new) == (None, 0, None)
    found = over_time(again, 20, 1)
    assert found["dates"][LAST] == {"state": "too_few_to_learn_from", "learned": {"rows": 0, "positives": 0}}
    assert found["new_schools"] is None


def test_students_held_out_are_no_date(trained: Trained) -> None:
    survey = learnable(600, mode="concurrent")
    again = train(survey, read_policy(), SMALL, lambda step: None)
    found = roll(again.artifact, survey, again.records, again.before, again.test, lambda step: None)
    assert found.dates == {}
    assert len(scores(found.new)) == len(again.test.outcome)


def test_weights_are_capped_where_a_model_learns(data: Dataset, trained: Trained) -> None:
    learning = learned_from(trained.before, data, trained.records, trained.split.known_until)
    heavy = np.where(np.arange(len(learning.outcome)) % 7 == 0, 4 * WEIGHT_CAP, 1.0)
    assert trained.artifact.manifest.training["comparison"]["weight_cap"] == WEIGHT_CAP == 20, "no weights, no choice"
    for kind in ("lightgbm", "logistic"):
        many, capped, even = (
            margin_of(refit(trained.artifact, LearnedRows(replace(learning, weight=weight)), kind=kind), trained.test)
            for weight in (heavy, np.minimum(heavy, WEIGHT_CAP), np.ones(len(heavy)))
        )
        np.testing.assert_array_equal(many, capped)
        assert not np.allclose(many, even), "below the cap weights count"


def test_every_figure_has_an_unweighted_twin() -> None:
    found = over_time(invented_rolling(population()), 20, 1)
    first, last = found["dates"].values()
    assert first == {"state": "too_few_to_learn_from", "learned": {"rows": 40, "positives": 4}}
    assert last["effective_n"] < last["n"]
    figures = {"auroc", "calibration_slope", "calibration_intercept", "cases_per_interview", "recall"}
    assert figures < set(last["naive"]) < set(last)
    assert figures < set(last["logistic_regression"])
    assert found["new_schools"]["naive_change"]["auroc"]["value"] is not None
    even = over_time(invented_rolling(population(scored=population().scored.unweighted())), 20, 1)
    assert even["new_schools"]["naive_change"] is even["new_schools"]["known"]["naive"] is None


@pytest.mark.parametrize(("noise", "status", "words"), [(3.0, "bad", "clearly worse"), (0.01, "good", "about as well")])
def test_the_verdict_on_new_schools_follows_the_difference(noise: float, status: str, words: str) -> None:
    whole = whole_report()
    whole["retrained"]["rolling"] = over_time(invented_rolling(population(), noise), 40, 1)
    (sentence,) = [one for one in verdict(whole) if one["id"] == "new_schools"]
    assert (sentence["status"], words in sentence["en"]) == (status, True)
    wide = {"value": -0.02, "low": -0.2, "high": 0.1}
    whole["retrained"]["rolling"]["new_schools"]["change"]["auroc"] = wide
    (sentence,) = [one for one in verdict(whole) if one["id"] == "new_schools"]
    assert (sentence["status"], "is not settled" in sentence["en"]) == ("open", True)
    whole["retrained"]["rolling"]["new_schools"] = None
    (sentence,) = [one for one in verdict(whole) if one["id"] == "new_schools"]
    assert (sentence["status"], "not looked at" in sentence["en"]) == ("open", True)
