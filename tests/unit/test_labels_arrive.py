"""What is said of calibration as labels arrive, and of discrimination before."""

import numpy as np
import pytest
from scipy.special import expit, logit

from evaluation.monitoring.arrived_labels import arrived_calibration
from evaluation.monitoring.expected_performance import auroc_interval, expected_auroc
from models import read_policy

LIMITS = read_policy().monitoring


def drawn(n: int, slope: float = 1.0, shift: float = 0.0, seed: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes and the probabilities that a model said; the truth is `slope` times their logit and `shift`."""
    rng = np.random.default_rng(seed)
    said = expit(rng.normal(-1.5, 1.2, n))
    return (rng.random(n) < expit(slope * logit(said) + shift)).astype(float), said


def calibration(outcome: np.ndarray, said: np.ndarray, weight: np.ndarray | None = None) -> dict:
    weights = np.ones(len(outcome)) if weight is None else weight
    return arrived_calibration(outcome, said, weights, np.arange(len(outcome)), LIMITS, 40, 1)


def test_right_probabilities_do_not_ring() -> None:
    found = calibration(*drawn(1_500))
    assert (found["state"], found["beyond"]) == ("steady", [])
    assert found["intercept"]["low"] < 0 < found["intercept"]["high"]
    assert found["slope"]["low"] < 1 < found["slope"]["high"]


@pytest.mark.parametrize(
    ("slope", "shift", "beyond"), [(1.0, 1.0, "intercept"), (0.3, -1.0, "slope"), (2.5, 2.0, "slope")]
)
def test_wrong_probabilities_ring_by_what_is_wrong(slope: float, shift: float, beyond: str) -> None:
    found = calibration(*drawn(1_500, slope, shift))
    assert found["state"] == "alarm"
    assert beyond in found["beyond"]


def test_few_labels_are_no_finding() -> None:
    outcome, said = np.repeat([0.0, 1.0], [200, 9]), np.full(209, 0.2)
    found = calibration(outcome, said)
    assert found == {"n": 209, "positives": 9, "effective_n": 209.0, "state": "too_few", "fewest": 10}
    assert calibration(np.zeros(0), np.zeros(0))["state"] == "too_few"
    assert calibration(np.ones(300), np.full(300, 0.9))["state"] == "too_few", "those without the outcome count too"


def test_few_labels_ring_only_beyond_their_own_interval() -> None:
    """Sixty rows with a shift beyond the limit: the interval is too wide to say so."""
    found = calibration(*drawn(60, shift=0.6, seed=8))
    assert found["intercept"]["value"] > LIMITS.intercept_off
    assert found["state"] == "steady"


def test_weights_give_back_those_who_were_seldom_picked() -> None:
    """Of those who look well one in five is interviewed: unweighted, the rate is too high."""
    outcome, said = drawn(6_000, seed=5)
    chance = np.where(said > 0.25, 1.0, 0.2)
    picked = np.random.default_rng(6).random(6_000) < chance
    found = calibration(outcome[picked], said[picked], 1 / chance[picked])
    assert found["observed"] == pytest.approx(outcome.mean(), abs=0.02)
    assert found["effective_n"] < found["n"]
    assert outcome[picked].mean() > outcome.mean() + 0.05


def test_the_expected_auroc_is_that_of_all_pairs() -> None:
    p = np.array([0.1, 0.3, 0.3, 0.8, 0.9])
    right = pairs = 0.0
    for i in range(5):
        for j in range(5):
            if i != j:
                pairs += p[i] * (1 - p[j])
                right += p[i] * (1 - p[j]) * (1.0 if p[i] > p[j] else 0.5 if p[i] == p[j] else 0.0)
    assert expected_auroc(p) == pytest.approx(right / pairs, abs=1e-12)
    assert expected_auroc(np.full(50, 0.2)) == pytest.approx(0.5)
    assert np.isnan(expected_auroc(np.array([0.4])))


def test_where_probabilities_are_right_the_expected_auroc_is_near_the_measured_one() -> None:
    outcome, said = drawn(6_000, seed=7)
    measured = calibration(outcome, said)["auroc"]
    assert expected_auroc(said) == pytest.approx(measured["value"], abs=0.015)
    low, high = auroc_interval(said, np.arange(6_000), 50, 1)
    assert low < expected_auroc(said) < high
    outcome, said = drawn(6_000, slope=0.2, shift=-1.2, seed=7)
    assert expected_auroc(said) > calibration(outcome, said)["auroc"]["value"] + 0.1, "it cannot see another meaning"
