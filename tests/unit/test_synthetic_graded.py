"""The graded response model against its own simulation."""

import numpy as np
import pytest

from data_schemas.synthetic.graded import GRID, Items, population_share, solve

ITEMS = Items(np.array([1.5, 2.0, 2.5]), np.array([[-0.5, 0.5, 1.5], [0.0, 1.0, 2.0], [0.5, 1.2, 1.9]]))


@pytest.mark.parametrize("total", [1, 4, 8])
def test_exact_share_agrees_with_simulated_sheets(total: int) -> None:
    rng = np.random.default_rng(1)
    answers = ITEMS.answers(rng, rng.normal(0.3, 1, 60_000))
    assert answers.min() == 0
    assert answers.max() == 3
    simulated = (answers.sum(axis=1) >= total).mean()
    exact = population_share(ITEMS.share_at_least(total), 0.3)
    assert abs(simulated - exact) < 0.006, f"total ≥ {total}: simulated {simulated:.4f}, exact {exact:.4f}"


def test_share_rises_with_the_trait() -> None:
    curve = ITEMS.share_at_least(5)
    assert (np.diff(curve) > 0).all()
    assert curve[np.searchsorted(GRID, -5)] < 0.001 < 0.999 < curve[np.searchsorted(GRID, 6)]


def test_solve_meets_the_target() -> None:
    curve = ITEMS.share_at_least(5)
    mean = solve(lambda place: population_share(curve, place), 0.2)
    assert population_share(curve, mean) == pytest.approx(0.2, abs=1e-5)
