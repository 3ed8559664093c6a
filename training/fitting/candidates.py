"""What may serve, each judged on rows that it has not learned from: logistic regression and LightGBM, by settings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from data_schemas.instruments import Words
from evaluation import auroc
from models.features import Feature
from models.indices import INDICES, Indices
from models.risk_model import RiskModel, margins
from models.spline_model import SplineModel
from models.tree_shap import NotCovered, cost_of
from training.cohorts.folds import Fold
from training.cohorts.learned_rows import LearnedRows
from training.fitting.boosting import Boosting, fit_boosting, staged_margins

Floats = NDArray[np.float64]
WEIGHT_CAP = 20.0  # a weight above this says more about chance than about students; no training goes beyond
TALK_CAP = 4.0  # of talks by which a choice is made, where each counts once when it is learned from
STAGE = 20  # trees between two looks at the loss
Values = NDArray[np.floating[Any]]
FitLines = Callable[[tuple[Feature, ...], Values, Floats, Floats, float], SplineModel]
# Indices as trees and lines read them: circumstances do not mix with anything else, as flags do not.
INDEX_FEATURES = tuple(
    Feature(
        one.name,
        "family" if one.family else "context",
        one.direction,
        one.name,
        None,
        Words(zh=one.name, en=one.name),
    )
    for one in INDICES
)


HIGHEST_FINDING = [one.name for one in INDICES].index("talk_highest")


@dataclass(frozen=True)
class Learning:
    """The labelled rows that are learned from (`values`, `outcome`, `learned`, their weights where a model is fitted),
    those that models are judged by (`judged_values`, `judged_outcome`, `weight`), and folds of both; the two are the
    same where no talks are learned from. `choosing` (n,) marks those of the judged rows by which a choice is made, the
    others are there for calibration. `judged` are the places of the rows that a fold judges, fold by fold; margins out
    of fold are in that order."""

    features: tuple[Feature, ...]
    values: Values
    outcome: Floats
    learned: Floats
    judged_values: Values
    judged_outcome: Floats
    weight: Floats
    choosing: NDArray[np.bool_]
    folds: tuple[Fold, ...]
    cap: float

    @property
    def judged(self) -> NDArray[np.int64]:
        return np.concatenate([np.flatnonzero(fold.test) for fold in self.folds])

    def where(self, mask: NDArray[np.bool_]) -> tuple[Values, Floats, Floats]:
        return self.values[mask], self.outcome[mask], self.learned[mask]

    def of_indices(self, indices: Indices) -> "Learning":
        """The same rows with the few figures that indices make of them."""
        return replace(
            self,
            features=INDEX_FEATURES,
            values=indices.values(self.values),
            judged_values=indices.values(self.judged_values),
        )


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
    features: tuple[Feature, ...],
    rows: LearnedRows,
    folds: Sequence[Fold],
    cap: float,
    weight_cap: float = WEIGHT_CAP,
) -> Learning:
    """`cap` is that of the family flags, `weight_cap` that of weights where a model is fitted. Weights are capped in a
    training only, never where a model is judged for a report."""
    fitted, judged = rows.fitted, rows.judged
    weight = np.minimum(judged.weight, np.where(rows.choosing & (rows.talks is not None), TALK_CAP, WEIGHT_CAP))
    learned = np.ones(len(fitted.weight)) if rows.talks is not None else np.minimum(fitted.weight, weight_cap)
    values = fitted.matrix.values
    return Learning(
        features,
        values,
        fitted.outcome,
        learned,
        values if judged is fitted else judged.matrix.values,
        judged.outcome,
        weight,
        rows.choosing,
        tuple(folds),
        cap,
    )


def try_lines(learning: Learning, fit: FitLines, penalty: float) -> OutOfFold:
    """Logistic regression under one penalty."""
    found = []
    for fold in learning.folds:
        scorer = fit(learning.features, *learning.where(fold.train), penalty)
        found.append(
            margins(RiskModel(learning.features, scorer, learning.cap), learning.judged_values[fold.test]).value
        )
    return figures_of(learning, np.concatenate(found))


def try_boosting(learning: Learning, boosting: Boosting, seed: int, *, stop: bool = True) -> Tried:
    """LightGBM of one setting; `boosting.rounds` is the most trees there may be, and with `stop` as many are taken as
    lose least."""
    stages = list(range(STAGE, boosting.rounds + 1, STAGE)) if stop else [boosting.rounds]
    boosters, staged = [], []
    for fold in learning.folds:
        boosters.append(fit_boosting(learning.features, *learning.where(fold.train), boosting, seed))
        staged.append(staged_margins(boosters[-1], learning.judged_values[fold.test], stages))
    losses = [_log_loss(learning, margin) for margin in np.concatenate(staged).T]
    rounds = stages[int(np.argmin(losses))]
    found, cost = [], 0
    for fold, booster in zip(learning.folds, boosters, strict=True):
        text = booster.model_to_string(num_iteration=rounds)
        model = RiskModel(learning.features, lightgbm.Booster(model_str=text), learning.cap)
        found.append(margins(model, learning.judged_values[fold.test]).value)
        cost = max(cost, _cost(text))
    return Tried(replace(boosting, rounds=rounds), figures_of(learning, np.concatenate(found)), cost)


def _cost(text: str) -> int:
    """What it costs to explain one student by tables; 0 where these do not cover the trees."""
    try:
        return cost_of(text)
    except NotCovered:
        return 0


def figures_of(learning: Learning, margin: Floats) -> OutOfFold:
    """What margins out of fold come to on the rows by which a choice is made."""
    rows, mine = _chosen_by(learning)
    rank = float(auroc(learning.judged_outcome[rows], margin[mine], learning.weight[rows]))
    return OutOfFold(margin, rank, _log_loss(learning, margin))


def _log_loss(learning: Learning, margin: Floats) -> float:
    rows, mine = _chosen_by(learning)
    loss = np.logaddexp(0, margin[mine]) - learning.judged_outcome[rows] * margin[mine]
    return float(np.average(loss, weights=learning.weight[rows]))


def _chosen_by(learning: Learning) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Places of the rows by which a choice is made, and where their margins out of fold stand."""
    rows = learning.judged
    mine = learning.choosing[rows]
    return rows[mine], mine
