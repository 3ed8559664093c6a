"""How good a score is: discrimination, calibration, and what a list of a given length finds."""

from evaluation.baselines import rule_sum, sum_score
from evaluation.calibration import calibration_curve, calibration_intercept, calibration_slope
from evaluation.discrimination import auroc, average_precision, brier
from evaluation.list_value import list_curve, precision_at, recall_at
from evaluation.report import Scored, measure

__all__ = [
    "Scored",
    "auroc",
    "average_precision",
    "brier",
    "calibration_curve",
    "calibration_intercept",
    "calibration_slope",
    "list_curve",
    "measure",
    "precision_at",
    "recall_at",
    "rule_sum",
    "sum_score",
]
