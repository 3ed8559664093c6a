"""The model that serves, chosen among candidates on rows that they had not learned from.

Exact explanations cost with the size of the trees, so size is a choice: of those whose AUROC out of fold lies within
`SIZE_TOLERANCE` of the best one's, the cheapest to explain is taken.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from models.calibration import Calibration
from models.features import Feature
from models.risk_model import RiskModel
from models.spline_model import SplineModel
from models.uncertainty import ProbabilityBand
from training.cohorts.folds import inner_folds
from training.cohorts.learned_rows import LearnedRows
from training.fitting import calibration_choice
from training.fitting.boosting import Boosting
from training.fitting.calibration_choice import SMOOTH, OutOfFoldMargins
from training.fitting.candidates import (
    WEIGHT_CAP,
    Learning,
    OutOfFold,
    Tried,
    learning_of,
    try_boosting,
    try_lines,
)
from training.fitting.kinds import FEW, FEW_PENALTY, Progress, kind_of, scorer_of
from training.fitting.ladder import StepJudged
from training.fitting.splines import fit_splines
from training.fitting.tuning import search
from training.fitting.venn_abers import fit_band

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


OF_TALKS = 2  # sizes that are tried where talks are learned from: four times the rows, and few figures do as well
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

    kind: str
    model: RiskModel
    calibration: Calibration
    band: ProbabilityBand
    logistic: SplineModel
    comparison: dict[str, float]
    tried: tuple[Tried, ...]
    taken: Tried
    calibrations: dict[str, Any]
    ladder: tuple[StepJudged, ...]


def fit(features: tuple[Feature, ...], rows: LearnedRows, cap: float, settings: Search, progress: Progress) -> Fitted:
    """Fit everything on `rows`, which are all labelled."""
    progress("weights")
    learning, weight_cap, tried = _with_weights(features, rows, cap, settings)
    progress("logistic regression")
    splines = {penalty: try_lines(learning, fit_splines, penalty) for penalty in PENALTIES}
    penalty = min(splines, key=lambda one: splines[one].log_loss)
    tried = _try_trees(learning, settings, rows, tried, progress)
    fixed = len(_sizes(settings, rows))
    taken = choose(tried[:fixed], tried[fixed:])
    comparison = {
        "lightgbm_auroc_out_of_fold": taken.found.auroc,
        "logistic_auroc_out_of_fold": splines[penalty].auroc,
        "logistic_penalty": penalty,
        "weight_cap": weight_cap,
        "rounds": float(taken.boosting.rounds),
    }
    progress("the model")
    fitted = learning.values, learning.outcome, learning.learned
    logistic = fit_splines(features, *fitted, penalty)
    kind, found, ladder = kind_of(learning, rows, splines[penalty], taken, settings.seed, progress)
    comparison["few_penalty"] = FEW_PENALTY
    model = RiskModel(features, scorer_of(kind, features, *fitted, penalty, taken.boosting, settings.seed), cap)
    progress("calibration")
    margins = _margins(rows, learning, found)
    parted, compared = calibration_choice.compare(margins, settings.salt)
    known = margins.margin, margins.outcome, margins.weight
    return Fitted(
        kind=kind,
        model=model,
        calibration=SMOOTH[calibration_choice.choose(compared)](*known),
        band=fit_band(*known),
        logistic=logistic,
        comparison=comparison,
        tried=tuple(tried),
        taken=taken,
        calibrations=calibration_choice.table(parted, compared),
        ladder=tuple(ladder),
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
    features: tuple[Feature, ...], rows: LearnedRows, cap: float, settings: Search
) -> tuple[Learning, float, list[Tried]]:
    """The rows with weights under the cap that is taken, as trees of the first size rank with either out of fold, and
    what these came to where they were tried. A talk that is learned from counts once."""
    folds = inner_folds(rows.fitted, settings.salt, None if rows.talks is None else rows.judged)
    choices = [learning_of(features, rows, folds, cap, weight_cap) for weight_cap in CAPS]
    if rows.talks is not None:
        return choices[0], 1.0, []
    if rows.waves.weight.max() <= CAPS[0]:
        return choices[-1], CAPS[-1], []
    first = _of_size(settings, settings.sizes[0])
    low, high = (try_boosting(choice, first, settings.seed) for choice in choices)
    place = int(high.found.auroc > low.found.auroc + CAP_MARGIN)
    return choices[place], CAPS[place], [(low, high)[place]]


def _of_size(settings: Search, size: Size) -> Boosting:
    return replace(settings.boosting, depth=size.depth, leaves=size.leaves)


def _try_trees(
    learning: Learning, settings: Search, rows: LearnedRows, tried: list[Tried], progress: Progress
) -> list[Tried]:
    """Every size, of which the first `tried` ones were tried before, and what a search finds beyond. Where talks are
    learned from few sizes are tried, with a fixed number of trees, and nothing is searched."""
    tried = list(tried)
    for size in _sizes(settings, rows)[len(tried) :]:
        progress(f"trees of {size.leaves} leaves")
        boosting = _of_size(settings, size)
        if rows.talks is not None:
            boosting = replace(boosting, rounds=min(boosting.rounds, FEW.rounds))
        tried.append(try_boosting(learning, boosting, settings.seed, stop=rows.talks is None))
    if settings.seconds <= 0 or rows.talks is not None:
        return tried

    def attempt(boosting: Boosting) -> Tried:
        progress(f"settings of the trees, trial {len(tried) + len(further) + 1}")
        further.append(try_boosting(learning, boosting, settings.seed))
        return further[-1]

    further: list[Tried] = []
    search(attempt, tried, settings.boosting.rounds, settings.seconds, settings.seed)
    return tried + further


def _sizes(settings: Search, rows: LearnedRows) -> Sequence[Size]:
    return settings.sizes if rows.talks is None else settings.sizes[:OF_TALKS]


def _margins(rows: LearnedRows, learning: Learning, found: OutOfFold) -> OutOfFoldMargins:
    """Of the rows on which probabilities are calibrated."""
    places = learning.judged
    mine = rows.calibrating[places]
    here, judged = places[mine], rows.judged
    return OutOfFoldMargins(
        judged.student[here],
        judged.index_day[here],
        found.margin[mine],
        learning.judged_outcome[here],
        learning.weight[here],
    )
