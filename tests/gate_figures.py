"""Figures of a report, as far as gates read them."""

from typing import Any

Figures = dict[str, Any]


def interval(value: float | None, low: float | None, high: float | None) -> Figures:
    return {"value": value, "low": low, "high": high}


MORE, FEWER = interval(0.1, 0.02, 0.2), interval(-0.1, -0.2, -0.02)
AHEAD, BEHIND, UNKNOWN = interval(0.05, -0.02, 0.1), interval(-0.01, -0.1, 0.05), interval(None, None, None)


def order(gain: Figures) -> Figures:
    return {"gain_of_model": {"cases_per_interview": gain}}


def group(*gaps: Figures) -> Figures:
    return {"shown": True, "lists": {str(place): {"gap": gap} for place, gap in enumerate(gaps)}}


def good() -> Figures:
    """A report with which nothing is wrong, as far as gates read it."""
    return {
        "model": {"version": "7", "kind": "lightgbm"},
        "in_sample": False,
        "auroc": interval(0.81, 0.79, 0.83),
        "calibration_slope": interval(1.0, 0.9, 1.1),
        "positives": 150,
        "list": {"orders": {"floors_then_sum": order(MORE), "rule_sum": order(MORE)}},
        "tiers": {
            code: {"orders": {"floors_then_sum": order(MORE), "rule_sum": order(MORE)}}
            for code in ("routine", "watch", "priority")
        },
        "baselines": {"logistic_regression": {"auroc_gain_of_model": interval(0.004, -0.006, 0.02)}},
        "groups": {"sex": {"groups": {name: group(interval(0.02, -0.05, 0.09)) for name in ("female", "male")}}},
    }
