"""Which size of trees is taken, and what the training says of the others."""

import pytest

from models import read_policy
from tests.learnable import learnable
from training.boosting import Boosting
from training.fitting import SIZE_TOLERANCE, Size, Sized, choose, size_table
from training.train import Options, train


def sized(leaves: int, auroc: float, cost: int) -> Sized:
    return Sized(depth=4, leaves=leaves, rounds=100, auroc=auroc, log_loss=0.2, explanation_cost=cost)


def test_the_cheapest_within_the_tolerance_is_taken() -> None:
    small, middle, large = sized(4, 0.750, 100), sized(8, 0.7548, 200), sized(31, 0.757, 900)
    assert choose([small, middle, large]) == middle, "small loses more than the tolerance, large gains less"
    assert choose([sized(4, 0.757 - SIZE_TOLERANCE, 100), large]).leaves == 4
    assert choose([sized(4, 0.757 - SIZE_TOLERANCE - 1e-6, 100), large]) == large
    marks = [row["chosen"] for row in size_table([small, middle, large])]
    assert marks == [False, True, False]


def test_a_training_tells_auroc_and_cost_of_every_size() -> None:
    sizes = (Size(2, 4), Size(4, 8))
    options = Options(boosting=Boosting(rounds=60), sizes=sizes, resamples=20)
    trained = train(learnable(), read_policy(), options, lambda step: None)
    training = trained.artifact.manifest.training
    told = training["sizes"]
    assert [(row["depth"], row["leaves"]) for row in told] == [(2, 4), (4, 8)]
    assert all(0.5 < row["auroc"] < 1 for row in told)
    per_tree = [row["explanation_cost"] / row["rounds"] for row in told]
    assert 0 < per_tree[0] < per_tree[1], "a tree of eight leaves costs more to explain than one of four"
    (taken,) = [row for row in told if row["chosen"]]
    assert (training["boosting"]["depth"], training["boosting"]["leaves"]) == (taken["depth"], taken["leaves"])
    assert trained.size == Size(taken["depth"], taken["leaves"])
    assert trained.artifact.manifest.explanation in ("tables", "terms")
    assert training["comparison"]["lightgbm_auroc_out_of_fold"] == pytest.approx(taken["auroc"])
