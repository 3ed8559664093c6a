"""Figures of an evaluation against scikit-learn, against counting by hand, and their intervals."""

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from evaluation import (
    Scored,
    auroc,
    average_precision,
    brier,
    calibration_curve,
    calibration_intercept,
    calibration_slope,
    list_curve,
    measure,
    precision_at,
    recall_at,
    rule_sum,
    sum_score,
)
from models.features.matrix import Matrix
from tests.trained import FEATURES, INSTRUMENTS, REFERENCE

RNG = np.random.default_rng(8)
N = 4_000
MARGIN = RNG.normal(-1.5, 1.2, N)
PROBABILITY = 1 / (1 + np.exp(-MARGIN))
OUTCOME = (RNG.random(N) < PROBABILITY).astype(float)
WEIGHT = RNG.choice([1.0, 5.0], N)
EVEN = np.ones(N)


def scored(schools: int = 20, n: int = N, **fields: Any) -> Scored:
    school = np.array([f"school-{place % schools}" for place in range(n)], dtype=object)
    default: dict[str, Any] = {
        "outcome": OUTCOME[:n],
        "weight": WEIGHT[:n],
        "school": school,
        "margin": MARGIN[:n],
        "probability": PROBABILITY[:n],
        "baselines": {"noise": np.random.default_rng(1).normal(size=n)},
        "baseline_probability": {},
    }
    return Scored(**{**default, **fields})


def test_discrimination_is_that_of_scikit_learn() -> None:
    assert auroc(OUTCOME, MARGIN, WEIGHT) == pytest.approx(roc_auc_score(OUTCOME, MARGIN, sample_weight=WEIGHT))
    expected = average_precision_score(OUTCOME, MARGIN, sample_weight=WEIGHT)
    assert average_precision(OUTCOME, MARGIN, WEIGHT) == pytest.approx(expected)
    assert brier(OUTCOME, PROBABILITY, WEIGHT) == pytest.approx(
        brier_score_loss(OUTCOME, PROBABILITY, sample_weight=WEIGHT)
    )


def test_discrimination_by_hand() -> None:
    outcome, score = np.array([1.0, 0, 1, 0]), np.array([4.0, 3, 2, 1])
    even = np.ones(4)
    assert auroc(outcome, score, even) == 0.75, "three of four pairs are in order"
    assert auroc(outcome, np.zeros(4), even) == 0.5
    assert average_precision(outcome, score, even) == pytest.approx((1 + 2 / 3) / 2)
    assert brier(outcome, np.array([1.0, 0, 0.5, 0.5]), even) == pytest.approx(0.125)
    weighted = auroc(outcome, score, np.array([1.0, 1, 3, 1]))
    assert weighted == pytest.approx(5 / 8), "the pair that is out of order counts three times"


def test_one_class_alone_has_no_figure() -> None:
    for outcome in (np.zeros(5), np.ones(5)):
        for figure in (auroc, average_precision, calibration_slope, calibration_intercept):
            assert np.isnan(figure(outcome, np.full(5, 0.3), np.ones(5)))


def test_calibration_is_right_for_true_probabilities_and_not_for_others() -> None:
    assert calibration_slope(OUTCOME, PROBABILITY, EVEN) == pytest.approx(1, abs=0.08)
    assert calibration_intercept(OUTCOME, PROBABILITY, EVEN) == pytest.approx(0, abs=0.08)
    extreme = 1 / (1 + np.exp(-2 * MARGIN))
    assert calibration_slope(OUTCOME, extreme, EVEN) == pytest.approx(
        calibration_slope(OUTCOME, PROBABILITY, EVEN) / 2, rel=1e-3
    )
    shifted = 1 / (1 + np.exp(-(MARGIN + 0.7)))
    assert calibration_intercept(OUTCOME, shifted, EVEN) == pytest.approx(
        calibration_intercept(OUTCOME, PROBABILITY, EVEN) - 0.7, abs=1e-6
    )


def test_the_calibration_curve_counts_tenths() -> None:
    points = calibration_curve(OUTCOME, PROBABILITY, EVEN)
    assert [point["n"] for point in points] == [400] * 10
    assert [p["predicted"] for p in points] == sorted(p["predicted"] for p in points)
    assert np.mean([p["observed"] for p in points]) == pytest.approx(OUTCOME.mean())


def test_a_list_of_a_given_length_by_hand() -> None:
    outcome, score = np.array([1.0, 0, 1, 0, 0]), np.array([5.0, 4, 3, 2, 1])
    even = np.ones(5)
    assert recall_at(outcome, score, even, 0.2) == 0.5
    assert recall_at(outcome, score, even, 0.6) == 1.0
    assert precision_at(outcome, score, even, 0.6) == pytest.approx(2 / 3)
    assert np.isnan(recall_at(np.zeros(5), score, even, 0.2))


def test_ties_at_the_cut_are_shared_and_not_ordered_by_row() -> None:
    """Four rows share one score and half of them fit: each counts half, wherever it stands in the file."""
    for outcome in (np.array([1.0, 0, 0, 0]), np.array([0.0, 0, 0, 1])):
        assert recall_at(outcome, np.zeros(4), np.ones(4), 0.5) == 0.5
        assert precision_at(outcome, np.zeros(4), np.ones(4), 0.5) == 0.25
    order = RNG.permutation(N)
    rounded = np.round(MARGIN)
    for share in (0.01, 0.05, 0.2):
        here = recall_at(OUTCOME, rounded, WEIGHT, share)
        assert here == pytest.approx(recall_at(OUTCOME[order], rounded[order], WEIGHT[order], share))


def test_a_longer_list_finds_no_less() -> None:
    curve = list_curve(OUTCOME, MARGIN, WEIGHT, np.linspace(0.02, 1, 25))
    recalls = [point["recall"] for point in curve]
    assert recalls == sorted(recalls)
    assert recalls[-1] == pytest.approx(1)
    assert curve[-1]["precision"] == pytest.approx(np.average(OUTCOME, weights=WEIGHT))


def figures(content: Any, path: str = "") -> dict[str, dict[str, float]]:
    """Every figure with its interval, by path."""
    if isinstance(content, dict) and {"value", "low", "high"} == set(content):
        return {path: content}
    found: dict[str, dict[str, float]] = {}
    if isinstance(content, dict):
        for name, value in content.items():
            found |= figures(value, f"{path}.{name}")
    return found


def test_every_figure_has_an_interval_around_it() -> None:
    found = figures(measure(scored(), 60, seed=1))
    assert {".auroc", ".brier", ".calibration_slope", ".top.0.05.recall", ".baselines.noise.auroc"} <= set(found)
    for name, figure in found.items():
        assert figure["low"] <= figure["value"] <= figure["high"], f"{name}: {figure}"
        assert figure["low"] < figure["high"], f"{name} has no width"


def test_intervals_are_seeded_and_of_schools_where_there_are_ten() -> None:
    one, again, other = (measure(scored(n=600), 25, seed=seed) for seed in (1, 1, 2))
    assert one == again
    assert one["auroc"] != other["auroc"]
    assert one["interval"] == {"resamples": 25, "unit": "school", "percentiles": [2.5, 97.5]}
    assert measure(scored(schools=9, n=600), 25, seed=1)["interval"]["unit"] == "student"


def test_counts_weights_and_the_gain_over_a_baseline() -> None:
    found = measure(scored(), 25, seed=1)
    assert (found["n"], found["positives"]) == (N, int(OUTCOME.sum()))
    assert found["base_rate"]["value"] == pytest.approx(np.average(OUTCOME, weights=WEIGHT))
    assert found["effective_n"] == pytest.approx(WEIGHT.sum() ** 2 / (WEIGHT**2).sum(), abs=0.1)
    noise = found["baselines"]["noise"]
    assert noise["auroc_gain_of_model"]["value"] == pytest.approx(found["auroc"]["value"] - noise["auroc"]["value"])
    assert noise["auroc_gain_of_model"]["low"] > 0.2, "a real score beats noise"


def row(**values: float) -> Matrix:
    names = tuple(feature.name for feature in FEATURES)
    return Matrix(names, np.array([[values.get(name, 0.0) for name in names]]), {})


def test_the_sum_score_is_the_mean_standing_of_the_sheets_there_are() -> None:
    everyone = {code: REFERENCE.everyone(instrument) for code, instrument in INSTRUMENTS.items()}

    def score(**values: float) -> float:
        return float(sum_score(row(**values), INSTRUMENTS, REFERENCE)[0])

    high = (27 - everyone["phq9"].mean) / everyone["phq9"].sd
    assert score(phq9_total=27, gad7_missing=1) == pytest.approx(high), "one questionnaire stands for itself"
    usual = score(phq9_total=27, gad7_total=everyone["gad7"].mean)
    assert usual == pytest.approx(high / 2), "an average sheet beside it halves the standing"
    lowest = min(-group.mean / group.sd for group in everyone.values())
    assert score(phq9_missing=1, gad7_missing=1) == pytest.approx(lowest)


@pytest.mark.parametrize(
    ("values", "points"),
    [
        ({}, 0),
        ({"phq9_total": 4}, 0),
        ({"phq9_total": 5}, 1),
        ({"phq9_total": 20, "gad7_total": 15}, 7),
        ({"family_left_behind": 1, "family_orphan": 0.5}, 1),
        ({"family_migrant": 1}, 0),
        ({"concern_bullying": 3, "concern_transfer": 0.5}, 1),
        ({"concern_missing": 1}, 0),
        ({"leave_days_365": 5}, 1),
        ({"leave_days_365": 10, "unexcused_days_365": 1}, 3),
    ],
)
def test_points_that_anybody_can_add_up(values: dict[str, float], points: float) -> None:
    assert rule_sum(row(**values), FEATURES, INSTRUMENTS)[0] == points
