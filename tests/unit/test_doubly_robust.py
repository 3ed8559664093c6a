"""Right where either the chances or the regression are, on invented lists whose truth is known."""

import numpy as np
import pytest

from evaluation import Scored
from evaluation.figures.bootstrap import draw
from evaluation.figures.capacity import Labelled
from evaluation.figures.doubly_robust import doubly_robust, expected_outcome

N = 12_000
RNG = np.random.default_rng(9)
MARGIN = RNG.normal(-2, 1.2, N)
NEED = (RNG.random(N) < 1 / (1 + np.exp(-MARGIN))).astype(float)
HIDDEN = NEED + RNG.normal(size=N)  # interviewers pick by what they see of a need, and no score holds it
SCHOOL = np.array([f"s{place % 40}" for place in range(N)])
TOP = (np.argsort(np.argsort(-MARGIN)) < 600).astype(float)
OTHER = (RNG.random(N) < 0.05).astype(float)
LISTS, ALL = {"served": TOP, "other": OTHER}, np.ones(N, dtype=bool)


def scored(chance: np.ndarray, recorded: np.ndarray, noise: float) -> Scored:
    """Scores that stray from the truth by `noise`; who is looked at follows `chance`; `recorded` is on file."""
    seen = np.random.default_rng(1).random(N) < chance
    margin = MARGIN + np.random.default_rng(2).normal(0, noise, N)
    outcome, weight = np.where(seen, NEED, np.nan), np.where(seen, 1 / recorded, 1.0)
    return Scored(outcome, weight, SCHOOL, margin, 1 / (1 + np.exp(-margin)), {"sum_score": MARGIN**3}, {})


def figures(people: Scored) -> dict[str, dict[str, dict[str, float]]]:
    rows, samples = np.flatnonzero(people.labelled), draw(SCHOOL, 100, 3)
    known = Labelled(rows, people.outcome[rows], people.weight[rows], samples.where(rows))
    return doubly_robust(known, expected_outcome(people, 1), LISTS, ALL, samples)


BY_NEED, BY_SCORE = np.clip(0.25 + 0.2 * HIDDEN, 0.1, 0.9), np.clip(0.3 + 0.15 * MARGIN, 0.05, 0.9)


@pytest.mark.parametrize(
    ("chance", "recorded", "noise"),
    [
        pytest.param(BY_NEED, BY_NEED, 5.0, id="chances right, regression wrong"),
        pytest.param(BY_SCORE, np.ones(N), 0.0, id="chances not recorded, regression right"),
    ],
)
def test_it_is_right_where_either_is(chance: np.ndarray, recorded: np.ndarray, noise: float) -> None:
    found = figures(scored(chance, recorded, noise))
    for name, taken in LISTS.items():
        truth = {
            "cases_per_interview": (taken @ NEED) / taken.sum(),
            "recall": (taken @ NEED) / NEED.sum(),
            "gain_of_first": (TOP @ NEED) / TOP.sum() - (taken @ NEED) / taken.sum(),
        }
        for figure, value in truth.items():
            at = found[name][figure]
            assert at["low"] <= value <= at["high"], (name, figure, at, value)


def test_where_everybody_is_known_it_is_the_plain_count() -> None:
    found = figures(scored(np.ones(N), np.ones(N), 1.0))
    assert found["other"]["cases_per_interview"]["value"] == pytest.approx((OTHER @ NEED) / OTHER.sum())
    assert found["served"]["gain_of_first"]["value"] == pytest.approx(0.0)


def test_where_nobody_on_a_list_is_known_it_says_nothing() -> None:
    found = figures(scored(np.where(OTHER == 1, 0.0, 0.5), np.full(N, 0.5), 0.5))
    assert found["other"]["cases_per_interview"]["value"] is None
