"""Which curve makes margins probabilities, on rows that it was not fitted to."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calibration import Calibration, probabilities
from training.fitting.calibrate import fit_beta, fit_platt
from training.fitting.calibration_choice import (
    BETA,
    PLATT,
    TOLERANCE,
    Compared,
    OutOfFoldMargins,
    choose,
    compare,
    table,
)

N = 8_000


def margins_with(truth: Any, seed: int = 3, days: int = 2) -> OutOfFoldMargins:
    rng = np.random.default_rng(seed)
    margin = rng.normal(-1.5, 1.5, N)
    outcome = (rng.random(N) < truth(margin)).astype(float)
    return OutOfFoldMargins(np.arange(N).astype(str), rng.integers(0, days, N), margin, outcome, np.ones(N))


def bent(margin: np.ndarray) -> np.ndarray:
    return probabilities(Calibration(0.4, -0.5, bend=2.0), margin)


def straight(margin: np.ndarray) -> np.ndarray:
    return probabilities(Calibration(0.7, -0.3), margin)


def test_platt_where_the_truth_is_straight_and_beta_where_it_bends() -> None:
    assert choose(compare(margins_with(straight), 1)[1]) == PLATT
    assert choose(compare(margins_with(bent), 1)[1]) == BETA


def test_beta_finds_both_slopes() -> None:
    rows = margins_with(bent)
    found = fit_beta(rows.margin, rows.outcome, rows.weight)
    assert found.slope == pytest.approx(0.4, abs=0.1)
    assert found.slope + found.bend == pytest.approx(2.4, abs=0.5)
    assert fit_platt(rows.margin, rows.outcome, rows.weight).bend == 0.0


@given(st.floats(0.01, 5), st.floats(0.01, 5), st.floats(-5, 5), st.lists(st.floats(-30, 30), min_size=2, max_size=20))
def test_no_curve_turns_an_order_round(low: float, high: float, shift: float, margin: list[float]) -> None:
    found = probabilities(Calibration(low, shift, high - low), np.sort(np.array(margin)))
    assert (np.diff(found) >= -1e-15).all()


def test_a_bend_of_nothing_is_platt_s_curve_to_the_bit() -> None:
    margin = np.linspace(-9, 9, 101)
    assert (probabilities(Calibration(0.7, -0.3, 0.0), margin) == probabilities(Calibration(0.7, -0.3), margin)).all()


def test_later_rows_judge_where_there_are_enough() -> None:
    rows = margins_with(straight)
    parted, _ = compare(rows, 1)
    assert parted == "later: fitted before the last index date, judged on it"
    parted, compared = compare(replace(rows, index_day=np.zeros(N, dtype=np.int64)), 1)
    assert parted.startswith("other students")
    assert [one.method for one in compared] == ["platt", "beta", "isotonic"]
    few = np.where(np.arange(N) < 15, 1, 0)
    assert compare(replace(rows, index_day=few), 1)[0].startswith("other students"), "15 later rows judge nothing"


def test_isotonic_regression_is_never_taken() -> None:
    compared = [
        Compared("platt", 0.30, 0.1, 1.0),
        Compared("beta", 0.2995, 0.1, 1.0),
        Compared("isotonic", 0.1, 0.1, 1.0),
    ]
    assert choose(compared) == PLATT, f"beta gains less than {TOLERANCE}"
    told = table("later", compared)
    assert [curve["chosen"] for curve in told["curves"]] == [True, False, False]
    compared[1] = replace(compared[1], log_loss=0.29)
    assert choose(compared) == BETA


def test_a_steep_end_is_refused_where_it_would_fall() -> None:
    with pytest.raises(ValueError, match="positive, finite slope at either end"):
        Calibration(1.0, 0.0, bend=-1.0)
