"""Bootstrap samples as weights: what is measured at once is what a resampled table would say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from evaluation.figures.bootstrap import draw, effective_n, expanded, figure, interval
from evaluation.figures.calibration import calibration_error, spline_terms
from evaluation.figures.discrimination import auroc, average_precision, base_rate, brier, brier_of_base_rate
from evaluation.figures.logistic_fit import logistic_coefficients

RNG = np.random.default_rng(3)
N = 900
SCHOOL = np.array([f"s{place % 15}" for place in range(N)], dtype=object)
SCORE = RNG.normal(size=N).round(1)
OUTCOME = (RNG.random(N) < 1 / (1 + np.exp(1 - SCORE))).astype(float)
WEIGHT = RNG.choice([1.0, 7.0], N)


def test_the_first_sample_is_the_data_and_the_others_are_as_large() -> None:
    samples = draw(SCHOOL, 30, seed=1)
    assert samples.unit == "school"
    assert (samples.counts[0] == 1).all()
    assert (samples.counts.sum(axis=1) == 15).all()
    (block,) = samples.weights(WEIGHT)
    assert block.shape == (31, N)
    assert (block[0] == WEIGHT).all()


def test_a_school_is_drawn_as_a_whole_and_a_row_where_schools_are_few() -> None:
    counted = draw(SCHOOL, 5, seed=1)
    for block in counted.weights(np.ones(N)):
        for school in set(SCHOOL):
            assert len(np.unique(block[1][school == SCHOOL])) == 1
    few = draw(np.array(["a", "b"] * 50, dtype=object), 5, seed=1)
    assert (few.unit, few.counts.shape) == ("student", (6, 100))
    assert draw(SCHOOL, 5, seed=1, unit="student").unit == "student"


def test_a_figure_of_weights_is_the_figure_of_the_drawn_rows() -> None:
    samples = draw(SCHOOL, 20, seed=2)
    drawn = np.concatenate([auroc(OUTCOME, SCORE, block) for block in samples.weights(WEIGHT)])
    for number in (0, 1, 20):
        rows = np.repeat(np.arange(N), samples.counts[number][samples.of_row])
        assert drawn[number] == pytest.approx(roc_auc_score(OUTCOME[rows], SCORE[rows], sample_weight=WEIGHT[rows]))


def test_samples_in_blocks_are_the_samples_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = draw(SCHOOL, 20, seed=2)
    at_once = figure(samples, WEIGHT, lambda w: base_rate(OUTCOME, w))
    monkeypatch.setattr("evaluation.figures.bootstrap.AT_ONCE", 3 * N)
    assert len(list(samples.weights(WEIGHT))) == 7
    assert figure(samples, WEIGHT, lambda w: base_rate(OUTCOME, w)) == at_once


def test_an_interval_leaves_out_what_is_not_finite() -> None:
    assert interval(np.array([2.0, 1.0, np.nan, 3.0]), 10**6) == {
        "value": 2.0,
        "low": pytest.approx(1.05, abs=1e-5),
        "high": pytest.approx(2.95, abs=1e-5),
    }
    assert interval(np.array([np.nan, np.nan]), 10) == {"value": None, "low": None, "high": None}


def test_few_schools_widen_an_interval_and_many_do_not() -> None:
    assert expanded(10) == pytest.approx((0.856, 99.144), abs=2e-3)
    assert expanded(1000) == pytest.approx((2.5, 97.5), abs=0.03)
    assert expanded(2)[0] < 1e-6, "of two schools nothing but the ends is left"
    assert expanded(1) == (2.5, 97.5), "of one there is nothing to draw"
    values = np.append(0.0, RNG.normal(size=400))
    few, many = interval(values, 10), interval(values, 10**6)
    assert few["low"] < many["low"]  # type: ignore[operator]
    assert few["high"] > many["high"]  # type: ignore[operator]


@pytest.mark.parametrize("schools", [10, 30])
def test_intervals_of_few_schools_hold_the_truth_as_often_as_they_say(schools: int) -> None:
    """Means of schools that differ: 300 draws of so many schools, whose true mean is 0."""
    inside = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        names = np.repeat(np.arange(schools).astype(str), 5)
        values = np.repeat(rng.normal(size=schools), 5) + rng.normal(size=5 * schools)
        samples = draw(names, 200, seed)
        found = figure(samples, np.ones(len(names)), lambda w, v=values: w @ v / w.sum(axis=-1))  # type: ignore[misc]
        inside += found["low"] <= 0 <= found["high"]  # type: ignore[operator]
    assert inside >= 0.92 * 300


def test_effective_n_by_hand() -> None:
    assert effective_n(np.ones(7)) == 7
    assert effective_n(np.array([3.0, 1.0])) == 1.6
    assert effective_n(np.zeros(0)) == 0


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(-3, 3), st.integers(0, 4)), min_size=2, max_size=40))
def test_order_of_rows_and_scale_of_scores_change_nothing(rows: list[tuple[int, int, int]]) -> None:
    outcome, score, weight = (np.array(part, dtype=float) for part in zip(*rows, strict=True))
    turned = np.arange(len(rows))[::-1]
    for of in (auroc, average_precision):
        here = of(outcome, score, weight)
        assert of(outcome[turned], score[turned], weight[turned]) == pytest.approx(float(here), nan_ok=True)
        assert of(outcome, 5 * score + 2, weight * 3) == pytest.approx(float(here), nan_ok=True)
    whole = auroc(outcome, score, weight)
    assert auroc(1 - outcome, -score, weight) == pytest.approx(float(whole), nan_ok=True)


def test_brier_beside_that_of_the_base_rate() -> None:
    outcome, even = np.array([1.0, 0, 0, 0]), np.ones(4)
    assert brier_of_base_rate(outcome, even) == pytest.approx(0.25 * 0.75)
    assert brier(outcome, np.full(4, 0.25), even) == pytest.approx(float(brier_of_base_rate(outcome, even)))


def test_the_calibration_error_by_hand() -> None:
    """Twenty rows, ten groups of two: half of the groups are off by .5 and the others right."""
    probability = np.repeat(np.linspace(0.05, 0.95, 10), 2)
    outcome = np.tile([0.0, 1.0], 10)
    expected = np.abs(np.linspace(0.05, 0.95, 10) - 0.5).mean()
    assert calibration_error(outcome, probability, np.ones(20)) == pytest.approx(expected)
    assert calibration_error(np.zeros(20), np.zeros(20), np.ones(20)) == 0


def test_the_small_regression_is_that_of_scikit_learn() -> None:
    design = np.column_stack([np.ones(N), SCORE, SCORE**2])
    weights = np.array([WEIGHT, RNG.integers(0, 4, N).astype(float)])
    found = logistic_coefficients(design, OUTCOME, weights, np.zeros(3), np.zeros(N))
    for weight, mine in zip(weights, found, strict=True):
        fit = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10)
        fit.fit(design[:, 1:], OUTCOME, sample_weight=weight)
        assert mine == pytest.approx([fit.intercept_[0], *fit.coef_[0]], abs=1e-4)


def test_a_sample_without_an_answer_does_not_stop_the_others() -> None:
    """One class in the first sample, classes apart in the second, an answer in the third."""
    x = np.array([-2.0, -1, 1, 2, -1.5, 1.5])
    outcome = np.array([0.0, 0, 1, 1, 1, 0])
    weights = np.array([[1.0, 1, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1]])
    design = np.column_stack([np.ones(6), x])
    found = logistic_coefficients(design, outcome, weights, np.zeros(2), np.zeros(6))
    assert np.isnan(found[:2]).all()
    assert np.isfinite(found[2]).all()


def test_the_spline_is_a_line_beyond_its_outer_knots() -> None:
    knots = np.array([-1.0, 0, 1, 2])
    for x in (np.linspace(-9, -1, 7), np.linspace(2, 9, 7)):
        assert np.diff(spline_terms(x, knots), n=2, axis=0) == pytest.approx(0, abs=1e-9)
    inside = np.diff(spline_terms(np.linspace(0, 1, 7), knots)[:, 2:], n=2, axis=0)
    assert np.abs(inside).max() > 1e-3, "between them it bends"
