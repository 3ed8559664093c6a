"""The same training once more on other rows: kind, rounds and settings are those of the model that is judged, so that
nothing is searched anew."""

from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from models import Artifact
from models.calibration import Calibration
from models.risk_model import RiskModel, margins
from models.spline_model import SplineModel
from training.cohorts.cohort import Cohort
from training.cohorts.folds import inner_folds
from training.fitting.boosting import Boosting, fit_boosting
from training.fitting.calibrate import fit_beta, fit_platt
from training.fitting.candidates import WEIGHT_CAP
from training.fitting.splines import fit_splines

Floats = NDArray[np.float64]
PENALTY = 2.0  # of logistic regression in artifacts that do not name theirs


def refit(
    artifact: Artifact, learning: Cohort, kept: NDArray[np.bool_] | None = None, kind: str | None = None
) -> RiskModel:
    """A model of the artifact's kind, or of another `kind`, fitted to labelled rows; with `kept` (p,) it reads those
    features only. Weights are capped as in every training."""
    training = artifact.manifest.training
    kept = np.ones(len(artifact.features), dtype=bool) if kept is None else kept
    features = tuple(feature for feature, keep in zip(artifact.features, kept, strict=True) if keep)
    values, outcome = learning.matrix.values[:, kept], learning.outcome
    weight = np.minimum(learning.weight, training["comparison"].get("weight_cap", WEIGHT_CAP))
    scorer: lightgbm.Booster | SplineModel
    if (kind or artifact.model.kind) == "logistic":
        scorer = fit_splines(features, values, outcome, weight, training["comparison"].get("logistic_penalty", PENALTY))
    else:
        scorer = fit_boosting(features, values, outcome, weight, Boosting(**training["boosting"]), training["seed"])
    return RiskModel(features, scorer, artifact.model.family_cap)


def recalibrate(artifact: Artifact, learning: Cohort) -> Calibration:
    """The artifact's kind of curve for such a model, from margins of the rows out of fold."""
    margin, judged = np.zeros(len(learning.outcome)), np.zeros(len(learning.outcome), dtype=bool)
    for fold in inner_folds(learning, artifact.manifest.training["salt"] + 1):
        model = refit(artifact, learning.where(fold.train))
        margin[fold.test] = margin_of(model, learning.where(fold.test))
        judged |= fold.test
    weight = np.minimum(learning.weight, WEIGHT_CAP)
    fit = fit_beta if artifact.calibration.bend else fit_platt
    return fit(margin[judged], learning.outcome[judged], weight[judged])


def margin_of(model: RiskModel, cohort: Cohort, kept: NDArray[Any] | slice = slice(None)) -> Floats:
    """Margins (n,) of the rows, whose features are reduced to `kept` as the model's were."""
    return margins(model, cohort.matrix.values[:, kept]).value
