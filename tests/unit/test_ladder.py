"""The ladder: a later candidate is taken where it is better by more than a standard error, and not by chance."""

import numpy as np

from training.cohorts.folds import Fold
from training.fitting.candidates import Learning, OutOfFold
from training.fitting.ladder import LadderStep, climb

N = 2_000
RNG = np.random.default_rng(8)
SIGNAL = RNG.normal(size=N)
OUTCOME = (RNG.random(N) < 1 / (1 + np.exp(2 - 1.5 * SIGNAL))).astype(float)
ALL = np.ones(N, dtype=bool)
NONE = np.zeros((N, 0))
ROWS = Learning((), NONE, OUTCOME, np.ones(N), NONE, OUTCOME, np.ones(N), ALL, (Fold(ALL, ALL),), 1.1)


def step(name: str, margin: np.ndarray) -> LadderStep:
    return LadderStep(name, OutOfFold(margin, 0.5, 0.5))


def test_the_simplest_stays_where_nothing_is_better() -> None:
    found = climb(ROWS, [step("a", SIGNAL), step("b", SIGNAL), step("c", RNG.normal(size=N))], 1)
    assert [one.taken for one in found] == [True, False, False]
    assert found[1].loss_gain == (0.0, 0.0, 0.0)
    assert (found[2].loss_gain or (0, 0, 0))[2] < 0, "clearly worse"


def test_what_is_clearly_better_is_taken_and_the_next_is_held_against_it() -> None:
    noisy = SIGNAL + 2 * RNG.normal(size=N)
    found = climb(ROWS, [step("a", noisy), step("b", SIGNAL), step("c", noisy)], 1)
    assert [(one.name, one.against, one.taken) for one in found] == [
        ("a", None, True),
        ("b", "a", True),
        ("c", "b", False),
    ]
    assert found[1].to_json()["taken"]
