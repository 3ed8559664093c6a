"""Which settings of the trees are taken, and what the training says of the others."""

import numpy as np
import pytest

from models import read_policy
from tests.learnable import learnable
from training.fitting.boosting import Boosting
from training.fitting.candidates import OutOfFold, Tried
from training.fitting.fitting import SIZE_TOLERANCE, Size, choose, tried_table
from training.train import Options, Trained, train


def tried(leaves: int, auroc: float, cost: int, log_loss: float = 0.2) -> Tried:
    return Tried(Boosting(leaves=leaves), OutOfFold(np.zeros(0), auroc, log_loss), cost)


def test_the_cheapest_within_the_tolerance_is_taken() -> None:
    small, middle, large = tried(4, 0.750, 100), tried(8, 0.7548, 200), tried(31, 0.757, 900)
    assert choose([small, middle, large]) is middle, "small loses more than the tolerance, large gains less"
    assert choose([tried(4, 0.757 - SIZE_TOLERANCE, 100), large]).boosting.leaves == 4
    assert choose([tried(4, 0.757 - SIZE_TOLERANCE - 1e-6, 100), large]) is large
    marks = [row["chosen"] for row in tried_table([small, middle, large], middle)]
    assert marks == [False, True, False]


def test_of_equal_cost_the_one_that_loses_less_is_taken() -> None:
    assert choose([tried(4, 0.75, 100, 0.21), tried(5, 0.75, 100, 0.19), tried(6, 0.75, 100, 0.2)]).boosting.leaves == 5


def test_what_a_search_found_has_to_be_better() -> None:
    """In rank and in loss: a cheap setting within the tolerance is not enough."""
    plain = tried(8, 0.750, 200)
    cheap, lossy = tried(3, 0.749, 50, 0.19), tried(4, 0.752, 50, 0.21)
    assert choose([plain], [cheap, lossy]) is plain
    better, dear = tried(5, 0.750, 150, 0.19), tried(9, 0.752, 900, 0.18)
    assert choose([plain], [cheap, better, dear]) is better, "of those that improve the cheapest near the best"
    assert choose([plain], [dear]) is plain, "a dear one has to lead by more than the tolerance"
    assert choose([plain], [tried(9, 0.7531, 900, 0.18)]).boosting.leaves == 9


@pytest.fixture(scope="module")
def trained() -> Trained:
    sizes = (Size(2, 4), Size(4, 8))
    options = Options(boosting=Boosting(rounds=60), sizes=sizes, resamples=20, tune_seconds=0.5)
    return train(learnable(), read_policy(), options, lambda step: None)


def test_a_training_tells_auroc_and_cost_of_every_size(trained: Trained) -> None:
    training = trained.artifact.manifest.training
    told = training["sizes"]
    assert [(row["depth"], row["leaves"]) for row in told[:2]] == [(2, 4), (4, 8)]
    assert all(0.5 < row["auroc"] < 1 for row in told[:2])
    per_tree = [row["explanation_cost"] / row["rounds"] for row in told]
    assert 0 < per_tree[0] < per_tree[1], "a tree of eight leaves costs more to explain than one of four"
    (taken,) = [row for row in told if row["chosen"]]
    assert {name: taken[name] for name in training["boosting"]} == training["boosting"]
    assert trained.size == Size(taken["depth"], taken["leaves"])
    assert trained.artifact.manifest.explanation in ("tables", "terms")
    assert training["comparison"]["lightgbm_auroc_out_of_fold"] == pytest.approx(taken["auroc"])


def test_further_settings_are_tried_until_time_is_up(trained: Trained) -> None:
    training = trained.artifact.manifest.training
    assert training["tuning"] == {"seconds": 0.5, "trials": len(training["sizes"]) - 2}
    assert training["tuning"]["trials"] >= 1, "one trial is always finished"
    further = training["sizes"][2:]
    assert all(2 <= row["depth"] <= 6 and row["rounds"] <= 60 for row in further)
    assert all(3 <= row["leaves"] <= min(31, 2 ** row["depth"]) for row in further)
    assert len({row["learning_rate"] for row in further} | {Boosting().learning_rate}) > 1
