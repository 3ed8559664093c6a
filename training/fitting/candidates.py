"""What may serve, each judged on rows that it has not learned from: logistic regression and LightGBM, by settings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import lightgbm
import numpy as np
from numpy.typing import NDArray

from evaluation import auroc
from models.features import Feature
from models.risk_model import RiskModel, margins
from models.tree_shap import NotCovered, cost_of
from training.cohorts.cohort import Cohort
from training.cohorts.folds import Fold
from training.fitting.boosting import Boosting, fit_boosting, staged_margins
from training.fitting.splines import fit_splines

Floats = NDArray[np.float64]
WEIGHT_CAP = 20.0  # a weight above this says more about chance than about students; no training goes beyond
STAGE = 20  # trees between two looks at the loss


@dataclass(frozen=True)
class Learning:
    """The labelled rows that are learned from, and the folds within them. Rows count by `learned` where a model is
    fitted and by `weight` where it is judged. `judged` are the places of the rows that a fold judges, fold by fold;
    margins out of fold are in that order."""

    features: tuple[Feature, ...]
    values: NDArray[np.float32]
    outcome: Floats
    weight: Floats
    learned: Floats
    folds: tuple[Fold, ...]
    cap: float

    @property
    def judged(self) -> NDArray[np.int64]:
        return np.concatenate([np.flatnonzero(fold.test) for fold in self.folds])

    def where(self, mask: NDArray[np.bool_]) -> tuple[NDArray[np.float32], Floats, Floats]:
        return self.values[mask], self.outcome[mask], self.learned[mask]


@dataclass(frozen=True)
class OutOfFold:
    """Margins of the judged rows and what they come to."""

    margin: Floats
    auroc: float
    log_loss: float


@dataclass(frozen=True)
class Tried:
    """One setting of the trees, with as many of them as lose least out of fold. `explanation_cost` is how many figures
    are read to explain one student."""

    boosting: Boosting
    found: OutOfFold
    explanation_cost: int


def learning_of(
    features: tuple[Feature, ...], cohort: Cohort, folds: Sequence[Fold], cap: float, weight_cap: float = WEIGHT_CAP
) -> Learning:
    """`cap` is that of the family flags, `weight_cap` that of weights where a model is fitted. Weights are capped in a
    training only, never where a model is judged for a report."""
    values, weight = cohort.matrix.values, np.minimum(cohort.weight, WEIGHT_CAP)
    learned = np.minimum(cohort.weight, weight_cap)
    return Learning(features, values, cohort.outcome, weight, learned, tuple(folds), cap)


def try_splines(learning: Learning, penalty: float) -> OutOfFold:
    """Logistic regression with splines under one ridge penalty."""
    found = []
    for fold in learning.folds:
        scorer = fit_splines(learning.features, *learning.where(fold.train), penalty)
        found.append(margins(RiskModel(learning.features, scorer, learning.cap), learning.values[fold.test]).value)
    return _figures(learning, np.concatenate(found))


def try_boosting(learning: Learning, boosting: Boosting, seed: int) -> Tried:
    """LightGBM of one setting; `boosting.rounds` is the most trees there may be."""
    stages = list(range(STAGE, boosting.rounds + 1, STAGE))
    boosters, staged = [], []
    for fold in learning.folds:
        boosters.append(fit_boosting(learning.features, *learning.where(fold.train), boosting, seed))
        staged.append(staged_margins(boosters[-1], learning.values[fold.test], stages))
    losses = [_log_loss(learning, margin) for margin in np.concatenate(staged).T]
    rounds = stages[int(np.argmin(losses))]
    found, cost = [], 0
    for fold, booster in zip(learning.folds, boosters, strict=True):
        text = booster.model_to_string(num_iteration=rounds)
        model = RiskModel(learning.features, lightgbm.Booster(model_str=text), learning.cap)
        found.append(margins(model, learning.values[fold.test]).value)
        cost = max(cost, _cost(text))
    return Tried(replace(boosting, rounds=rounds), _figures(learning, np.concatenate(found)), cost)


def _cost(text: str) -> int:
    """What it costs to explain one student by tables; 0 where these do not cover the trees."""
    try:
        return cost_of(text)
    except NotCovered:
        return 0


def _figures(learning: Learning, margin: Floats) -> OutOfFold:
    rows = learning.judged
    rank = float(auroc(learning.outcome[rows], margin, learning.weight[rows]))
    return OutOfFold(margin, rank, _log_loss(learning, margin))


def _log_loss(learning: Learning, margin: Floats) -> float:
    rows = learning.judged
    loss = np.logaddexp(0, margin) - learning.outcome[rows] * margin
    return float(np.average(loss, weights=learning.weight[rows]))
