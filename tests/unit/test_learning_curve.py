"""What more interviews and the newest wave have brought."""

from dataclasses import replace

import numpy as np
import pytest

from evaluation.figures.discrimination import auroc
from evaluation.figures.learning_curve import Fewer, Less, learning_curve
from evaluation.scored import Scored

N = 1_200
RNG = np.random.default_rng(9)
TRUE = RNG.normal(-1, 1.5, N)
OUTCOME = (RNG.random(N) < 1 / (1 + np.exp(-TRUE))).astype(float)
SEEN = RNG.random(N) < 0.8
SCORED = Scored(
    outcome=np.where(SEEN, OUTCOME, np.nan),
    weight=np.ones(N),
    school=np.array([f"school-{place % 12}" for place in range(N)]),
    margin=TRUE,
    probability=1 / (1 + np.exp(-TRUE)),
    baselines={},
    baseline_probability={},
)


def blurred(by: float, seed: int = 2) -> np.ndarray:
    return TRUE + np.random.default_rng(seed).normal(0, by, N)


def test_a_share_is_the_mean_of_its_turns() -> None:
    turns = np.array([blurred(2.0), blurred(4.0)])
    found = learning_curve(SCORED, Less((Fewer(0.5, 500.0, 60.0, turns),), None), 20, 1)
    (point,) = found["points"]
    mean = np.mean([auroc(OUTCOME[SEEN], one[SEEN], np.ones(SEEN.sum())) for one in turns])
    assert point["auroc"]["value"] == pytest.approx(mean), "of those whose outcome is known"
    assert (point["share"], point["labelled"], point["positives"]) == (0.5, 500.0, 60.0)
    assert found["newest_wave"] is None
    assert found["naive"] is None, "with even weights there is nothing to set apart"


def test_the_last_doubling_and_the_newest_wave_are_gains_of_the_model() -> None:
    fewer = (Fewer(0.25, 250.0, 30.0, blurred(5.0)[None, :]), Fewer(0.5, 500.0, 60.0, blurred(3.0)[None, :]))
    found = learning_curve(SCORED, Less(fewer, blurred(0.02)), 60, 1)
    assert found["doubling"]["low"] > 0, "half as much ranks worse"
    assert found["newest_wave"]["value"] == pytest.approx(0, abs=0.005)
    weighted = learning_curve(replace(SCORED, weight=np.where(TRUE > 0, 1.0, 5.0)), Less(fewer, None), 20, 1)
    assert weighted["naive"]["doubling"]["value"] == pytest.approx(found["doubling"]["value"])
    assert weighted["doubling"]["value"] != pytest.approx(found["doubling"]["value"], abs=1e-4)


def test_without_a_half_nothing_is_said_of_a_doubling() -> None:
    less = Less((Fewer(0.25, 2.0, 1.0, blurred(3.0)[None, :]),), None)
    assert learning_curve(SCORED, less, 20, 1)["doubling"] is None
