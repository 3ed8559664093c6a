"""The model that serves, chosen among candidates on rows that they had not learned from.

Exact explanations cost with the size of the trees, so size is a choice: of those whose AUROC out of fold lies within
`SIZE_TOLERANCE` of the best one's, the cheapest to explain is taken.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from models.calibration import Calibration
from models.features import Feature
from models.risk_model import RiskModel
from models.spline_model import SplineModel
from models.uncertainty import ProbabilityBand
from training.cohorts.cohort import Cohort
from training.cohorts.folds import inner_folds
from training.fitting import calibration_choice
from training.fitting.boosting import Boosting, fit_boosting
from training.fitting.calibration_choice import SMOOTH, OutOfFoldMargins
from training.fitting.candidates import WEIGHT_CAP, Learning, OutOfFold, Tried, learning_of, try_boosting, try_splines
from training.fitting.splines import fit_splines
from training.fitting.tuning import search
from training.fitting.venn_abers import fit_band

Progress = Callable[[str], None]
LR_MARGIN = 0.01  # AUROC by which logistic regression must lead to serve in the booster's place
SIZE_TOLERANCE = 0.003  # AUROC; about half of its standard error on 10,000 rows
# Who is interviewed is known from what the model reads, so that weights correct what it cannot fit, at the price of
# variance: a few rows of great weight decide. The lower cap is taken unless the higher one leads by so much AUROC.
CAPS, CAP_MARGIN = (4.0, WEIGHT_CAP), 0.01
PENALTIES = (0.5, 2.0, 8.0, 32.0)  # of logistic regression, so that it is searched for as the trees are


@dataclass(frozen=True)
class Size:
    """How large trees may grow."""

    depth: int
    leaves: int


SIZES = (Size(2, 4), Size(3, 6), Size(4, 8), Size(4, 14), Size(6, 24))


@dataclass(frozen=True)
class Search:
    """What is tried: `sizes` of trees always, further settings for `seconds`; `salt` parts students into folds."""

    boosting: Boosting
    sizes: Sequence[Size]
    seconds: float
    seed: int
    salt: int


@dataclass(frozen=True)
class Fitted:
    """The model that serves, its calibration and band, the regression beside it, and how they compared out of fold."""

    model: RiskModel
    calibration: Calibration
    band: ProbabilityBand
    logistic: SplineModel
    comparison: dict[str, float]
    tried: tuple[Tried, ...]
    taken: Tried
    calibrations: dict[str, Any]


def fit(features: tuple[Feature, ...], cohort: Cohort, cap: float, settings: Search, progress: Progress) -> Fitted:
    """Fit everything on `cohort`, whose rows are all labelled."""
    progress("weights")
    learning, weight_cap, tried = _with_weights(features, cohort, cap, settings)
    progress("logistic regression")
    splines = {penalty: try_splines(learning, penalty) for penalty in PENALTIES}
    penalty = min(splines, key=lambda one: splines[one].log_loss)
    tried = _try_trees(learning, settings, tried, progress)
    fixed = len(settings.sizes)
    taken = choose(tried[:fixed], tried[fixed:])
    comparison = {
        "lightgbm_auroc_out_of_fold": taken.found.auroc,
        "logistic_auroc_out_of_fold": splines[penalty].auroc,
        "logistic_penalty": penalty,
        "weight_cap": weight_cap,
        "rounds": float(taken.boosting.rounds),
    }
    progress("the model")
    rows = learning.values, learning.outcome, learning.learned
    logistic = fit_splines(features, *rows, penalty)
    if splines[penalty].auroc > taken.found.auroc + LR_MARGIN:
        model, found = RiskModel(features, logistic, cap), splines[penalty]
    else:
        trees = fit_boosting(features, *rows, taken.boosting, settings.seed)
        model, found = RiskModel(features, trees, cap), taken.found
    progress("calibration")
    margins = _margins(cohort, learning, found)
    parted, compared = calibration_choice.compare(margins, settings.salt)
    known = margins.margin, margins.outcome, margins.weight
    return Fitted(
        model=model,
        calibration=SMOOTH[calibration_choice.choose(compared)](*known),
        band=fit_band(*known),
        logistic=logistic,
        comparison=comparison,
        tried=tuple(tried),
        taken=taken,
        calibrations=calibration_choice.table(parted, compared),
    )


def choose(sizes: Sequence[Tried], further: Sequence[Tried] = ()) -> Tried:
    """The cheapest to explain within `SIZE_TOLERANCE` of the best AUROC; of equal cost the one that loses less.

    Of what a search has found `further` only what ranks at least as well and loses less than the size that would be
    taken without it: among many settings some cheap one always lies within a tolerance by chance.
    """
    plain = _cheapest(sizes)
    return _cheapest([plain, *(one for one in further if _improves(one.found, plain.found))])


def _cheapest(tried: Sequence[Tried]) -> Tried:
    best = max(one.found.auroc for one in tried)
    near = [one for one in tried if one.found.auroc >= best - SIZE_TOLERANCE]
    return min(near, key=lambda one: (one.explanation_cost, one.found.log_loss))


def _improves(one: OutOfFold, other: OutOfFold) -> bool:
    return one.auroc >= other.auroc and one.log_loss < other.log_loss


def tried_table(tried: Sequence[Tried], taken: Tried) -> list[dict[str, Any]]:
    """As a manifest and a report hold it, with the one that was taken marked."""
    return [
        {
            **asdict(one.boosting),
            "auroc": one.found.auroc,
            "log_loss": one.found.log_loss,
            "explanation_cost": one.explanation_cost,
            "chosen": one is taken,
        }
        for one in tried
    ]


def _with_weights(
    features: tuple[Feature, ...], cohort: Cohort, cap: float, settings: Search
) -> tuple[Learning, float, list[Tried]]:
    """The rows with weights under the cap that is taken, as trees of the first size rank with either out of fold, and
    what these came to where they were tried."""
    folds = inner_folds(cohort, settings.salt)
    choices = [learning_of(features, cohort, folds, cap, weight_cap) for weight_cap in CAPS]
    if cohort.weight.max() <= CAPS[0]:
        return choices[-1], CAPS[-1], []
    first = _of_size(settings, settings.sizes[0])
    low, high = (try_boosting(choice, first, settings.seed) for choice in choices)
    place = int(high.found.auroc > low.found.auroc + CAP_MARGIN)
    return choices[place], CAPS[place], [(low, high)[place]]


def _of_size(settings: Search, size: Size) -> Boosting:
    return replace(settings.boosting, depth=size.depth, leaves=size.leaves)


def _try_trees(learning: Learning, settings: Search, tried: list[Tried], progress: Progress) -> list[Tried]:
    """Every size, of which the first `tried` ones were tried before, and what a search finds beyond."""
    tried = list(tried)
    for size in settings.sizes[len(tried) :]:
        progress(f"trees of {size.leaves} leaves")
        tried.append(try_boosting(learning, _of_size(settings, size), settings.seed))
    if settings.seconds <= 0:
        return tried

    def attempt(boosting: Boosting) -> Tried:
        progress(f"settings of the trees, trial {len(tried) + len(further) + 1}")
        further.append(try_boosting(learning, boosting, settings.seed))
        return further[-1]

    further: list[Tried] = []
    search(attempt, tried, settings.boosting.rounds, settings.seconds, settings.seed)
    return tried + further


def _margins(cohort: Cohort, learning: Learning, found: OutOfFold) -> OutOfFoldMargins:
    rows = learning.judged
    return OutOfFoldMargins(
        cohort.student[rows], cohort.index_day[rows], found.margin, learning.outcome[rows], learning.weight[rows]
    )
