"""A population as a model sees it, in counts: once at training, and again for each later run in the same bins."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_schemas.codes import Stage, Tier
from evaluation.monitoring.expected_performance import expected_auroc
from evaluation.monitoring.histograms import count_into, make_histogram, not_told_apart
from models.artifact import Artifact
from models.calibration import probabilities
from models.features import Feature, Matrix
from models.features.family import UNKNOWN
from models.monitoring import Histogram, PredictionSummary, Snapshot
from models.risk_model import margins
from models.tiers import model_tiers

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
EVERYONE = "everyone"
FEWEST = 30  # students of a stage
CHANCES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)  # edges of probabilities
TIERS = (Tier.ROUTINE, Tier.WATCH, Tier.PRIORITY)  # what the model alone may set
ABSENT = ("_missing", "_stale", "_invalid")  # endings of features that say why a sheet's figures are not there


def take_snapshot(
    artifact: Artifact, matrix: Matrix, student: NDArray[Any], reference: Snapshot | None = None
) -> Snapshot:
    """Count `matrix` (n, p), whose rows are of `student` (n,), into the bins of `reference`, or into bins of its own.

    Values are counted where they are there; where they are not is counted once, by source, so that one silent feed is
    one finding.
    """
    histograms = {}
    for feature in watched(artifact.features):
        values = matrix.column(feature.name)[~_absent(feature, matrix)]
        before = None if reference is None else reference.features.get(feature.name, Histogram())
        histograms[feature.name] = make_histogram(values) if before is None else count_into(before, values)
    scores = {}
    stage = matrix.column("stage")
    for name, rows in {EVERYONE: np.ones(len(student), bool), **{s.code: stage == s.place for s in Stage}}.items():
        if name == EVERYONE or len(np.unique(student[rows])) >= FEWEST:
            before_scores = None if reference is None else reference.scores.get(name)
            if reference is None or before_scores is not None:
                scores[name] = _scores(artifact, matrix.where(rows), student[rows], before_scores)
    return Snapshot(
        n=len(student),
        students=len(np.unique(student)),
        features=histograms,
        missing={name: not_told_apart(int(rows.sum())) for name, rows in _sources(artifact.features, matrix).items()},
        scores=scores,
    )


def watched(features: Sequence[Feature]) -> list[Feature]:
    """The features whose values are compared: those that say what is missing are counted as sources."""
    return [feature for feature in features if not _says_absent(feature)]


def _says_absent(feature: Feature) -> bool:
    return feature.name == feature.missing or (feature.missing is not None and feature.name.endswith(ABSENT))


def _absent(feature: Feature, matrix: Matrix) -> Bools:
    """Rows in which the encoding holds no value of the feature."""
    blank: Bools = np.isnan(matrix.column(feature.name))
    return blank if feature.missing is None else blank | (matrix.column(feature.missing) == 1)


def _sources(features: Sequence[Feature], matrix: Matrix) -> Mapping[str, Bools]:
    """By source, the rows in which it is not there."""
    found = {f.name: matrix.column(f.name) == 1 for f in features if _says_absent(f)}
    family = [f.name for f in features if f.group == "family" and f.own is None]
    if family:
        unknown = np.column_stack([np.isclose(matrix.column(name), UNKNOWN) for name in family])
        found["family_missing"] = unknown.all(axis=1)
    for feature in features:
        if feature.own is not None and feature.missing is None:
            found[f"{feature.name}_missing"] = np.isnan(matrix.column(feature.name))
    return found


def _scores(
    artifact: Artifact, matrix: Matrix, student: NDArray[Any], before: PredictionSummary | None
) -> PredictionSummary:
    margin = margins(artifact.model, matrix.values)
    probability = probabilities(artifact.calibration, margin.value)
    thresholds = artifact.policy.thresholds
    counts = np.zeros(len(TIERS), np.int64)
    if thresholds is not None:
        alone = probabilities(artifact.calibration, margin.without_family)
        counts = np.bincount(model_tiers(probability, alone, thresholds), minlength=len(TIERS))
    for place in (2, 1):  # a few in a tier are counted with the one below
        few = counts[place] - not_told_apart(int(counts[place]))
        counts[place - 1 : place + 1] += np.array([few, -few])
    expected = expected_auroc(probability)
    return PredictionSummary(
        n=len(student),
        students=len(np.unique(student)),
        margin=make_histogram(margin.value) if before is None else count_into(before.margin, margin.value),
        probability=make_histogram(probability, CHANCES)
        if before is None
        else count_into(before.probability, probability),
        tiers={tier.code: int(counts[tier.ord]) for tier in TIERS},
        mean_probability=round(float(probability.mean()), 4) if len(probability) else 0.0,
        expected_auroc=round(expected, 4) if np.isfinite(expected) else None,
    )
