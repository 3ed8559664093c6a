"""The same training again with less: without a kind of data, and without a fold of students."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models import Artifact
from training.cohorts.cohort import Cohort
from training.cohorts.learned_rows import LearnedRows
from training.cohorts.split import FOLDS, hash_fold
from training.retraining.refit import margin_of, refit

Floats = NDArray[np.float64]
SENSITIVE = ("family", "concern", "leave", "questionnaire", "talk")


@dataclass(frozen=True)
class Retrained:
    """Margins on the judged rows: of a model a fold (m, n), and of models without each kind of data (n,)."""

    folds: Floats
    without: dict[str, Floats]


def retrain(artifact: Artifact, rows: LearnedRows, judged: Cohort, progress: Callable[[str], None]) -> Retrained:
    """Fit models of the artifact's kind on the labelled `rows` it learned from and score `judged` with each."""
    groups = np.array([feature.group for feature in artifact.features])
    fold = hash_fold(rows.fitted.student, artifact.manifest.training["salt"] + 1)
    folds = []
    for number in range(FOLDS):
        progress(f"the list by other folds, {number + 1} of {FOLDS}")
        folds.append(margin_of(refit(artifact, rows.fitted_where(fold != number)), judged))
    without = {}
    for kind in SENSITIVE:
        kept = groups != kind
        if kept.any() and _known(rows, ~kept):
            progress(f"the list without {kind}")
            without[kind] = margin_of(refit(artifact, rows, kept), judged, kept)
    return Retrained(np.array(folds), without)


def _known(rows: LearnedRows, columns: NDArray[np.bool_]) -> bool:
    """Whether these features tell any two students apart: what says nothing cannot be missed."""
    values = rows.fitted.matrix.values[:, columns]
    return bool((values != values[:1]).any())
