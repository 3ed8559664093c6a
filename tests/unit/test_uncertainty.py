"""The band around a probability: where it lies, what it is read for, and that it is what its definition says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from evaluation.figures.uncertainty import uncertainty
from models.calibration import EDGE
from models.policy import Thresholds
from models.uncertainty import ProbabilityBand, band_of_json, bounds, needs_a_person
from tests.examples import examples
from training.fitting.venn_abers import NEAR, fit_band

BAND = ProbabilityBand((-2.0, 0.0, 2.0), (0.1, 0.2, 0.4), (0.2, 0.4, 0.8))


def test_straight_between_points_and_level_beyond() -> None:
    margin = np.array([-9.0, -2.0, -1.0, 2.0, 9.0])
    low, high = bounds(BAND, margin, np.array([0.15, 0.15, 0.2, 0.5, 0.5]))
    assert low.tolist() == pytest.approx([0.1, 0.1, 0.15, 0.4, 0.4])
    assert high.tolist() == pytest.approx([0.2, 0.2, 0.3, 0.8, 0.8])


def test_it_always_holds_the_published_probability_and_is_never_certain() -> None:
    low, high = bounds(BAND, np.array([0.0, 0.0]), np.array([0.05, 0.9]))
    assert (low.tolist(), high.tolist()) == ([0.05, 0.2], [0.4, 0.9])
    sure = ProbabilityBand((0.0,), (0.0,), (1.0,))
    low, high = bounds(sure, np.array([0.0]), np.array([0.5]))
    assert (low[0], high[0]) == (EDGE, 1 - EDGE)


def test_a_person_is_needed_where_the_band_reaches_over_a_threshold() -> None:
    thresholds = Thresholds(watch=0.2, priority=0.5)
    low, high = np.array([0.1, 0.1, 0.2, 0.3, 0.45, 0.6]), np.array([0.19, 0.2, 0.4, 0.4, 0.5, 0.9])
    assert needs_a_person(low, high, thresholds).tolist() == [False, True, False, False, True, False]


def test_what_cannot_be_a_band_is_refused() -> None:
    with pytest.raises(ValueError, match="never falls"):
        ProbabilityBand((0.0, 1.0), (0.2, 0.1), (0.3, 0.3))
    with pytest.raises(ValueError, match="as many"):
        ProbabilityBand((0.0, 1.0), (0.2,), (0.3, 0.3))
    assert band_of_json(BAND.to_json()) == BAND


def rows(n: int, seed: int, slope: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    margin = np.round(rng.normal(-1, 1.2, n), 2)
    return margin, (rng.random(n) < 1 / (1 + np.exp(-slope * margin))).astype(float)


@given(st.integers(12, 60), st.integers(0, 10_000))
@settings(max_examples=examples(25))
def test_it_is_isotonic_regression_with_one_row_more(n: int, seed: int) -> None:
    """By the definition: add the student with either outcome, fit anew, read off the answer."""
    margin, outcome = rows(n, seed)
    band = fit_band(margin, outcome, np.ones(n))
    found = {0.0: [], 1.0: []}
    for at in band.margins:
        for added, answers in found.items():
            steps = IsotonicRegression().fit(np.append(margin, at), np.append(outcome, added))
            answers.append(steps.predict([at])[0])
    # With even weights neither answer falls where the margin rises.
    assert band.low == pytest.approx(found[0.0], abs=1e-12)
    assert band.high == pytest.approx(found[1.0], abs=1e-12)


def test_it_is_wide_where_few_were_interviewed() -> None:
    margin, outcome = rows(3_000, 5)
    band = fit_band(margin, outcome, np.ones(3_000))
    low, high = (np.interp([-1.0, margin.max()], band.margins, values) for values in (band.low, band.high))
    width = high - low
    assert width[1] > 3 * width[0], "the edge of what is known is less sure than its middle"
    rarely = np.where(margin < -1, 20.0, 1.0)
    weighted = fit_band(margin, outcome, rarely)
    seldom = np.interp(-2.0, weighted.margins, weighted.high) - np.interp(-2.0, weighted.margins, weighted.low)
    always = np.interp(-2.0, band.margins, band.high) - np.interp(-2.0, band.margins, band.low)
    assert seldom > always * 0.99, "who stands for twenty weighs no less than who stands for one"


def test_the_truth_lies_within_or_near() -> None:
    """Venn–Abers: one of the two answers is calibrated, so on average the truth lies between them, up to chance."""
    margin, outcome = rows(4_000, 8)
    band = fit_band(margin, outcome, np.ones(4_000))
    at = np.linspace(-3, 1, 9)
    truth = 1 / (1 + np.exp(-at))
    low, high = (np.interp(at, band.margins, values) for values in (band.low, band.high))
    assert (truth > low - 0.05).all()
    assert (truth < high + 0.05).all()


def test_few_rows_are_enough() -> None:
    margin, outcome = np.array([-1.0, 0.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0, 1.0])
    assert len(margin) < NEAR
    band = fit_band(margin, outcome, np.array([1.0, 2.0, 1.0, 5.0]))
    assert band.margins == (-1.0, 0.0, 1.0)
    assert all(low < high for low, high in zip(band.low, band.high, strict=True))


def test_a_report_counts_by_tier() -> None:
    low, high = np.array([0.1, 0.1, 0.3]), np.array([0.2, 0.3, 0.4])
    found = uncertainty(low, high, np.array([False, True, True]), np.array([0, 0, 2]))
    assert (found["students"], found["needs_person"]) == (3, 2)
    assert found["tiers"]["routine"] == {"students": 2, "needs_person": 1, "median_width": pytest.approx(0.15)}
    assert found["tiers"]["watch"] == {"students": 0, "needs_person": 0, "median_width": None}
