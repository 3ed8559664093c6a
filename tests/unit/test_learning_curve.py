"""What more interviews and the newest wave have brought."""

import numpy as np
import pytest

from evaluation.bootstrap import draw
from evaluation.capacity import Labelled
from evaluation.discrimination import auroc
from evaluation.learning_curve import learning_curve

N = 1_200
RNG = np.random.default_rng(9)
TRUE = RNG.normal(-1, 1.5, N)
OUTCOME = (RNG.random(N) < 1 / (1 + np.exp(-TRUE))).astype(float)


def known() -> Labelled:
    school = np.array([f"school-{place % 12}" for place in range(N)])
    return Labelled(np.arange(N), OUTCOME, np.ones(N), draw(school, 60, 1))


def blurred(by: float) -> np.ndarray:
    return TRUE + np.random.default_rng(2).normal(0, by, N)


def test_a_share_is_the_mean_of_its_turns() -> None:
    turns = np.array([blurred(2.0), blurred(4.0)])
    found = learning_curve(known(), TRUE, [(0.5, 500.0, 60.0, turns)], None)
    (point,) = found["points"]
    mean = np.mean([auroc(OUTCOME, one, np.ones(N)) for one in turns])
    assert point["auroc"]["value"] == pytest.approx(mean)
    assert (point["share"], point["labelled"], point["positives"]) == (0.5, 500.0, 60.0)
    assert found["newest_wave"] is None


def test_the_last_doubling_and_the_newest_wave_are_gains_of_the_model() -> None:
    points = [(0.25, 250.0, 30.0, blurred(5.0)[None, :]), (0.5, 500.0, 60.0, blurred(3.0)[None, :])]
    found = learning_curve(known(), TRUE, points, blurred(0.05))
    assert found["doubling"]["low"] > 0, "half as much ranks worse"
    assert found["newest_wave"]["value"] == pytest.approx(0, abs=0.01)
    assert found["newest_wave"]["low"] < 0 < found["newest_wave"]["high"] or found["newest_wave"]["high"] < 0.01


def test_without_a_half_nothing_is_said_of_a_doubling() -> None:
    assert learning_curve(known(), TRUE, [(0.25, 2.0, 1.0, blurred(3.0)[None, :])], None)["doubling"] is None
