"""How good a score is: discrimination, calibration, and what a list of a given length finds."""

from evaluation.baselines import rule_sum, sum_score
from evaluation.figures.calibration import (
    calibration_curve,
    calibration_error,
    calibration_intercept,
    calibration_slope,
)
from evaluation.figures.discrimination import auroc, average_precision, brier
from evaluation.figures.groups import gap_verdict
from evaluation.figures.list_value import list_curve, precision_at, recall_at
from evaluation.figures.other_outcomes import Endpoint, other_outcomes
from evaluation.figures.over_time import FEWEST_POSITIVES, Judgement, Rolled, over_time
from evaluation.measure import measure
from evaluation.report.report import report, retrained
from evaluation.scored import Population, Scored

__all__ = [
    "FEWEST_POSITIVES",
    "Endpoint",
    "Judgement",
    "Population",
    "Rolled",
    "Scored",
    "auroc",
    "average_precision",
    "brier",
    "calibration_curve",
    "calibration_error",
    "calibration_intercept",
    "calibration_slope",
    "gap_verdict",
    "list_curve",
    "measure",
    "other_outcomes",
    "over_time",
    "precision_at",
    "recall_at",
    "report",
    "retrained",
    "rule_sum",
    "sum_score",
]
