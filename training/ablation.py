"""The same training again with less: without a kind of data, and without a fold of students. Rounds and settings are
those of the model that is judged, so that nothing is searched anew."""

from collections.abc import Callable
from dataclasses import dataclass

import lightgbm
import numpy as np
from numpy.typing import NDArray

from models import Artifact
from models.risk_model import RiskModel, margins
from models.spline_model import SplineModel
from training.boosting import Boosting, fit_boosting
from training.candidates import WEIGHT_CAP
from training.cohort import Cohort
from training.splines import fit_splines
from training.split import FOLDS, hash_fold

Floats = NDArray[np.float64]
SENSITIVE = ("family", "concern", "leave", "questionnaire")


@dataclass(frozen=True)
class Retrained:
    """Margins on the judged rows: of a model a fold (m, n), and of models without each kind of data (n,)."""

    folds: Floats
    without: dict[str, Floats]


def retrain(artifact: Artifact, learning: Cohort, judged: Cohort, progress: Callable[[str], None]) -> Retrained:
    """Fit models of the artifact's kind on the labelled rows it learned from and score `judged` with each."""
    groups = np.array([feature.group for feature in artifact.features])
    fold = hash_fold(learning.student, artifact.manifest.training["salt"] + 1)
    every = np.ones(len(groups), dtype=bool)
    folds = []
    for number in range(FOLDS):
        progress(f"the list by other folds, {number + 1} of {FOLDS}")
        folds.append(_margins(artifact, learning.where(fold != number), judged, every))
    without = {}
    for kind in SENSITIVE:
        if (groups == kind).any() and not (groups == kind).all():
            progress(f"the list without {kind}")
            without[kind] = _margins(artifact, learning, judged, groups != kind)
    return Retrained(np.array(folds), without)


def _margins(artifact: Artifact, learning: Cohort, judged: Cohort, kept: NDArray[np.bool_]) -> Floats:
    training = artifact.manifest.training
    features = tuple(feature for feature, keep in zip(artifact.features, kept, strict=True) if keep)
    values, outcome = learning.matrix.values[:, kept], learning.outcome
    weight = np.minimum(learning.weight, WEIGHT_CAP)
    scorer: lightgbm.Booster | SplineModel
    if artifact.model.kind == "logistic":
        scorer = fit_splines(features, values, outcome, weight, training["comparison"].get("logistic_penalty", 2.0))
    else:
        scorer = fit_boosting(features, values, outcome, weight, Boosting(**training["boosting"]), training["seed"])
    return margins(RiskModel(features, scorer, artifact.model.family_cap), judged.matrix.values[:, kept]).value
