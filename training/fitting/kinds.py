"""Which kind of model serves, and a model of that kind: lines or trees, over all features or over few figures."""

from collections.abc import Callable

import lightgbm
import numpy as np

from evaluation.gates.served_gates import BY_HAND
from models.features import Feature
from models.indices import IndexedModel, indices_of
from models.indices.published import published_score
from models.risk_model import margins
from models.spline_model import SplineModel
from training.cohorts.learned_rows import LearnedRows
from training.fitting.boosting import Boosting, fit_boosting
from training.fitting.candidates import (
    HIGHEST_FINDING,
    INDEX_FEATURES,
    Floats,
    Learning,
    OutOfFold,
    Tried,
    Values,
    figures_of,
    try_boosting,
    try_lines,
)
from training.fitting.drawn import fit_drawn
from training.fitting.ladder import LadderStep, StepJudged, climb
from training.fitting.splines import fit_splines

Progress = Callable[[str], None]
LR_MARGIN = 0.01  # AUROC by which logistic regression must lead to serve in the booster's place
# Of models that read a few figures nothing is searched: so few figures leave little to choose, and choosing costs rows.
FEW = Boosting(rounds=350, learning_rate=0.03, leaves=6, depth=3, least_in_leaf=30, ridge=10.0)
FEW_PENALTY = 8.0
# How strongly weights are drawn towards the published ones: as much as some 250 talks say of a weight (a standard
# deviation of .18 log-odds a standard deviation of the figure), so that they decide where labels are few.
DRAWN_PENALTY = 32.0
PUBLISHED, FINDING_FIRST = BY_HAND


def kind_of(
    learning: Learning, rows: LearnedRows, logistic: OutOfFold, trees: Tried, seed: int, progress: Progress
) -> tuple[str, OutOfFold, list[StepJudged]]:
    """Which kind serves, with its margins out of fold. Where index dates are learned from, trees serve unless logistic
    regression leads; where talks are, the ladder decides."""
    if rows.talks is None:
        if logistic.auroc > trees.found.auroc + LR_MARGIN:
            return "logistic", logistic, []
        return "lightgbm", trees.found, []
    progress("few figures")
    indices = indices_of(learning.features)
    judged = learning.judged_values[learning.judged]
    published = margins(published_score(learning.features, learning.cap), judged).value
    few = learning.of_indices(indices)
    highest = few.judged_values[learning.judged, HIGHEST_FINDING].astype(float)
    rungs = {
        PUBLISHED: figures_of(learning, published),
        FINDING_FIRST: figures_of(learning, published + highest * (np.ptp(published) + 1.0)),
        "few_lines": try_lines(few, fit_splines, FEW_PENALTY),
        "drawn_lines": try_lines(few, fit_drawn, DRAWN_PENALTY),
        "indices": try_boosting(few, FEW, seed, stop=False).found,
        "logistic": logistic,
        "lightgbm": trees.found,
    }
    ladder = climb(learning, [LadderStep(name, found) for name, found in rungs.items()], seed)
    # Where nothing beats what needs no labels no model should serve, which a gate says; what is trained is the next.
    kind = [one.name for one in ladder if one.taken][-1]
    kind = "few_lines" if kind in BY_HAND else kind
    return kind, rungs[kind], ladder


def scorer_of(
    kind: str,
    features: tuple[Feature, ...],
    values: Values,
    outcome: Floats,
    weight: Floats,
    penalty: float,
    boosting: Boosting,
    seed: int,
) -> lightgbm.Booster | SplineModel | IndexedModel:
    """A scorer of a kind, fitted to labelled rows: `penalty` and `boosting` are of those kinds that read all
    features."""
    if kind == "logistic":
        return fit_splines(features, values, outcome, weight, penalty)
    if kind == "lightgbm":
        return fit_boosting(features, values, outcome, weight, boosting, seed)
    indices = indices_of(features)
    few = indices.values(values)
    if kind == "few_lines":
        return IndexedModel(indices, fit_splines(INDEX_FEATURES, few, outcome, weight, FEW_PENALTY))
    if kind == "drawn_lines":
        return IndexedModel(indices, fit_drawn(INDEX_FEATURES, few, outcome, weight, DRAWN_PENALTY))
    return IndexedModel(indices, fit_boosting(INDEX_FEATURES, few, outcome, weight, FEW, seed))
