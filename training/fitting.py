"""The candidates fitted on the training rows: logistic regression, and LightGBM of several sizes, out of fold.

Exact explanations cost with the size of the trees, so size is a choice: of those whose AUROC out of fold lies within
`SIZE_TOLERANCE` of the best one's, the cheapest to explain is taken.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from evaluation import auroc
from models.calibration import Calibration
from models.features import Feature
from models.risk_model import RiskModel, margins
from models.spline_model import SplineModel
from models.tree_shap import Explainer
from training.boosting import Boosting, fit_boosting, staged_margins
from training.calibrate import fit_platt
from training.cohort import Cohort
from training.splines import fit_splines
from training.split import FOLDS, hash_fold

Floats = NDArray[np.float64]
Progress = Callable[[str], None]
WEIGHT_CAP = 20.0  # an estimated weight above this says more about chance than about students
LR_MARGIN = 0.01  # AUROC by which logistic regression must lead to serve in the booster's place
SIZE_TOLERANCE = 0.003  # AUROC; about half of its standard error on 10,000 rows
STAGE = 20  # trees between two looks at the loss


@dataclass(frozen=True)
class Size:
    """How large trees may grow."""

    depth: int
    leaves: int


SIZES = (Size(2, 4), Size(3, 6), Size(4, 8), Size(4, 14), Size(6, 24))


@dataclass(frozen=True)
class Sized:
    """One size, out of fold. `explanation_cost` is how many figures are read to explain one student."""

    depth: int
    leaves: int
    rounds: int
    auroc: float
    log_loss: float
    explanation_cost: int


@dataclass(frozen=True)
class Fitted:
    """The model that serves, its calibration, the regression beside it, and how they compared out of fold."""

    model: RiskModel
    calibration: Calibration
    logistic: SplineModel
    comparison: dict[str, float]
    sizes: tuple[Sized, ...]
    boosting: Boosting


def fit(
    features: tuple[Feature, ...],
    learning: Cohort,
    cap: float,
    boosting: Boosting,
    sizes: Sequence[Size],
    seed: int,
    salt: int,
    progress: Progress,
) -> Fitted:
    """Fit everything on `learning`, whose rows are all labelled; folds keep students whole."""
    rows = _Rows(features, learning.matrix.values, learning.outcome, np.minimum(learning.weight, WEIGHT_CAP))
    fold = hash_fold(learning.student, salt)
    spline_margin = np.zeros(len(rows.outcome))
    progress("logistic regression")
    for number in range(FOLDS):
        model = RiskModel(features, fit_splines(features, *rows.where(fold != number)), cap)
        spline_margin[fold == number] = margins(model, rows.values[fold == number]).value
    tried: list[tuple[Sized, Boosting, Floats]] = []
    for size in sizes:
        progress(f"trees of {size.leaves} leaves")
        tried.append(_out_of_fold(rows, fold, cap, replace(boosting, depth=size.depth, leaves=size.leaves), seed))
    chosen = choose([sized for sized, _, _ in tried])
    sized, boosting, boosted_margin = next(one for one in tried if one[0] == chosen)
    comparison = {
        "lightgbm_auroc_out_of_fold": sized.auroc,
        "logistic_auroc_out_of_fold": float(auroc(rows.outcome, spline_margin, rows.weight)),
        "rounds": float(sized.rounds),
    }
    progress("the model")
    logistic = fit_splines(features, rows.values, rows.outcome, rows.weight)
    found = tuple(one for one, _, _ in tried)
    if comparison["logistic_auroc_out_of_fold"] > comparison["lightgbm_auroc_out_of_fold"] + LR_MARGIN:
        calibration = fit_platt(spline_margin, rows.outcome, rows.weight)
        return Fitted(RiskModel(features, logistic, cap), calibration, logistic, comparison, found, boosting)
    booster = fit_boosting(features, rows.values, rows.outcome, rows.weight, boosting, seed)
    calibration = fit_platt(boosted_margin, rows.outcome, rows.weight)
    return Fitted(RiskModel(features, booster, cap), calibration, logistic, comparison, found, boosting)


def choose(sizes: Sequence[Sized]) -> Sized:
    """The cheapest to explain within `SIZE_TOLERANCE` of the best AUROC."""
    best = max(sized.auroc for sized in sizes)
    near = [sized for sized in sizes if sized.auroc >= best - SIZE_TOLERANCE]
    return min(near, key=lambda sized: (sized.explanation_cost, sized.leaves))


def size_table(sizes: Sequence[Sized]) -> list[dict[str, Any]]:
    """As a manifest and a report hold it, with the one that was taken marked."""
    return [{**asdict(sized), "chosen": sized == choose(sizes)} for sized in sizes]


@dataclass(frozen=True)
class _Rows:
    features: tuple[Feature, ...]
    values: NDArray[np.float32]
    outcome: Floats
    weight: Floats

    def where(self, mask: NDArray[np.bool_]) -> tuple[NDArray[np.float32], Floats, Floats]:
        return self.values[mask], self.outcome[mask], self.weight[mask]


def _out_of_fold(
    rows: _Rows, fold: NDArray[np.int64], cap: float, boosting: Boosting, seed: int
) -> tuple[Sized, Boosting, Floats]:
    """One size: as many trees as lose least out of fold, and the margins that these give there."""
    stages = list(range(STAGE, boosting.rounds + 1, STAGE))
    staged = np.zeros((len(rows.outcome), len(stages)))
    boosters = []
    for number in range(FOLDS):
        boosters.append(fit_boosting(rows.features, *rows.where(fold != number), boosting, seed))
        staged[fold == number] = staged_margins(boosters[-1], rows.values[fold == number], stages)
    losses = [float(np.average(np.logaddexp(0, m) - rows.outcome * m, weights=rows.weight)) for m in staged.T]
    rounds = stages[int(np.argmin(losses))]
    margin, cost = np.zeros(len(rows.outcome)), 0
    for number, booster in enumerate(boosters):
        shorter = lightgbm.Booster(model_str=booster.model_to_string(num_iteration=rounds))
        model = RiskModel(rows.features, shorter, cap)
        margin[fold == number] = margins(model, rows.values[fold == number]).value
        if isinstance(model.explainer, Explainer):
            cost = max(cost, model.explainer.cost)
    sized = Sized(
        boosting.depth,
        boosting.leaves,
        rounds,
        float(auroc(rows.outcome, margin, rows.weight)),
        min(losses),
        cost,
    )
    return sized, replace(boosting, rounds=rounds), margin
