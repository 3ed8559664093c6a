"""The same training once more on other rows: kind, rounds and settings are those of the model that is judged, so that
nothing is searched anew."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import Artifact
from models.calibration import Calibration
from models.risk_model import RiskModel, margins
from training.cohorts.cohort import Cohort
from training.cohorts.folds import inner_folds
from training.cohorts.learned_rows import LearnedRows
from training.fitting.boosting import Boosting
from training.fitting.calibrate import fit_beta, fit_platt
from training.fitting.calibration_choice import Fit
from training.fitting.candidates import WEIGHT_CAP
from training.fitting.kinds import scorer_of

Floats = NDArray[np.float64]
PENALTY = 2.0  # of logistic regression in artifacts that do not name theirs


def refit(
    artifact: Artifact, rows: LearnedRows, kept: NDArray[np.bool_] | None = None, kind: str | None = None
) -> RiskModel:
    """A model of the artifact's kind, or of another `kind`, fitted to labelled rows; with `kept` (p,) it reads those
    features only. Weights are capped as in every training."""
    training, learning = artifact.manifest.training, rows.fitted
    kept = np.ones(len(artifact.features), dtype=bool) if kept is None else kept
    features = tuple(feature for feature, keep in zip(artifact.features, kept, strict=True) if keep)
    cap = training["comparison"].get("weight_cap", WEIGHT_CAP)
    scorer = scorer_of(
        kind or artifact.manifest.kind,
        features,
        learning.matrix.values[:, kept],
        learning.outcome,
        np.ones(len(learning.weight)) if rows.talks is not None else np.minimum(learning.weight, cap),
        training["comparison"].get("logistic_penalty", PENALTY),
        Boosting(**training["boosting"]),
        training["seed"],
    )
    return RiskModel(features, scorer, artifact.model.family_cap)


def out_of_fold(artifact: Artifact, rows: LearnedRows) -> tuple[Floats, Floats, Floats]:
    """Margins out of fold, outcomes and weights of the rows of index dates, on which probabilities are calibrated."""
    waves = rows.waves
    margin, judged = np.zeros(len(waves.outcome)), np.zeros(len(waves.outcome), dtype=bool)
    apart = None if rows.talks is None else waves
    for fold in inner_folds(rows.fitted, artifact.manifest.training["salt"] + 1, apart):
        model = refit(artifact, rows.fitted_where(fold.train))
        margin[fold.test] = margin_of(model, waves.where(fold.test))
        judged |= fold.test
    return margin[judged], waves.outcome[judged], np.minimum(waves.weight, WEIGHT_CAP)[judged]


def recalibrate(artifact: Artifact, rows: LearnedRows) -> Calibration:
    """The artifact's kind of curve for such a model."""
    return curve_of(artifact)(*out_of_fold(artifact, rows))


def curve_of(artifact: Artifact) -> Fit:
    return fit_beta if artifact.calibration.bend else fit_platt


def margin_of(model: RiskModel, cohort: Cohort, kept: NDArray[Any] | slice = slice(None)) -> Floats:
    """Margins (n,) of the rows, whose features are reduced to `kept` as the model's were."""
    return margins(model, cohort.matrix.values[:, kept]).value
