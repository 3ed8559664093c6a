"""Under which cap rows count where a model is fitted: the lower one, unless the higher clearly ranks better."""

from dataclasses import replace

import numpy as np
import pytest

from data_schemas.dataset import Dataset
from models import read_policy, records_of
from tests.learnable import learnable
from training.cohorts.cohort import Cohort, make_cohort
from training.cohorts.learned_rows import LearnedRows
from training.fitting import fitting
from training.fitting.boosting import Boosting
from training.fitting.candidates import WEIGHT_CAP, Learning, OutOfFold, Tried
from training.fitting.fitting import CAP_MARGIN, CAPS, Search, Size
from training.retraining.refit import margin_of, refit
from training.train import Options, Trained, train

QUICK = Options(boosting=Boosting(rounds=40), sizes=(Size(2, 4),), resamples=20)
LOW, HIGH = CAPS


@pytest.fixture(scope="module")
def data() -> Dataset:
    """Every seventh interview is of a student who was picked by a chance of one in thirty."""
    dataset = learnable(400)
    outcomes = dataset.tables["outcomes"].copy()
    outcomes["selection_prob"] = np.where(np.arange(len(outcomes)) % 7 == 0, 1 / 30, 1.0)
    return replace(dataset, tables={**dataset.tables, "outcomes": outcomes})


@pytest.fixture(scope="module")
def trained(data: Dataset) -> Trained:
    return train(data, read_policy(), QUICK, lambda step: None)


@pytest.fixture(scope="module")
def cohort(data: Dataset, trained: Trained) -> Cohort:
    found = make_cohort(data, records_of(data), trained.artifact.recipe)
    return found.where(found.labelled)


@pytest.mark.parametrize(
    ("lead", "taken"), [(-0.05, LOW), (0.0, LOW), (CAP_MARGIN, LOW), (CAP_MARGIN + 0.001, HIGH), (0.05, HIGH)]
)
def test_the_higher_cap_has_to_lead(
    cohort: Cohort, trained: Trained, monkeypatch: pytest.MonkeyPatch, lead: float, taken: float
) -> None:
    def tried(learning: Learning, boosting: Boosting, seed: int) -> Tried:
        assert learning.weight.max() == WEIGHT_CAP, "both are judged by the same weights"
        auroc = 0.5 + (lead if learning.learned.max() == HIGH else 0.0)
        return Tried(boosting, OutOfFold(np.zeros(0), auroc, 0.2), 1)

    monkeypatch.setattr(fitting, "try_boosting", tried)
    settings = Search(QUICK.boosting, QUICK.sizes, 0.0, 1, 1)
    learning, cap, _ = fitting._with_weights(trained.artifact.features, LearnedRows(cohort), 1.1, settings)
    assert (cap, learning.learned.max()) == (taken, taken)


def test_the_cap_is_told_and_used_again(cohort: Cohort, trained: Trained) -> None:
    training = trained.artifact.manifest.training
    cap = training["comparison"]["weight_cap"]
    assert cap in CAPS
    capped = replace(cohort, weight=np.minimum(cohort.weight, cap))
    even = replace(cohort, weight=np.ones(len(cohort.weight)))
    one, two, three = (margin_of(refit(trained.artifact, LearnedRows(rows)), cohort) for rows in (cohort, capped, even))
    np.testing.assert_array_equal(one, two)
    assert not np.allclose(one, three), "below the cap weights count"


def test_without_great_weights_there_is_nothing_to_choose() -> None:
    plain = train(learnable(200), read_policy(), QUICK, lambda step: None)
    assert plain.artifact.manifest.training["comparison"]["weight_cap"] == WEIGHT_CAP
