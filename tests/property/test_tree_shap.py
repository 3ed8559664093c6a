"""Contributions from tables are LightGBM's own, and what Shapley values have to be."""

from collections.abc import Sequence
from itertools import combinations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.tree_shap import TOLERANCE, NotCovered, disagreement, explain, make_explainer, units
from models.tree_shap.ensemble import Tree
from models.tree_shap.game import game_of, play
from tests.examples import examples
from tests.strategies_trees import Case, cases

MANY = settings(max_examples=examples(150))


# Also with tables for nothing but the shortest paths, so that the games of long ones are played.
TABLES = st.sampled_from([units.SIZES, (2,)])


@given(cases(), TABLES)
@MANY
def test_contributions_are_lightgbms_own(case: Case, sizes: Sequence[int]) -> None:
    explainer = make_explainer(case.booster.model_to_string(), sizes)
    own = np.asarray(case.booster.predict(case.rows, pred_contrib=True))
    ours = explain(explainer, case.rows)
    assert np.abs(ours - own[:, :-1]).max() < 1e-9
    assert explainer.base == pytest.approx(own[0, -1], abs=1e-12)
    margin = np.asarray(case.booster.predict(case.rows, raw_score=True))
    assert np.abs(ours.sum(axis=1) + explainer.base - margin).max() < 1e-9, "efficiency"
    assert disagreement(explainer, case.booster) < TOLERANCE


@given(cases(), TABLES)
@MANY
def test_a_row_is_explained_to_the_same_bits_alone_and_in_any_batch(case: Case, sizes: Sequence[int]) -> None:
    explainer = make_explainer(case.booster.model_to_string(), sizes)
    together = explain(explainer, case.rows)
    alone = np.concatenate([explain(explainer, case.rows[row : row + 1]) for row in range(len(case.rows))])
    assert np.array_equal(together, alone)
    assert np.array_equal(together, explain(explainer, case.rows, threads=2))
    backwards = explain(explainer, np.asfortranarray(case.rows[::-1]))
    assert np.array_equal(together, backwards[::-1])


@given(cases())
@MANY
def test_a_feature_that_no_tree_reads_gets_nothing(case: Case) -> None:
    unread = case.booster.feature_importance("split") == 0
    ours = explain(make_explainer(case.booster.model_to_string()), case.rows)
    assert not ours[:, unread].any()


@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=7), st.floats(-3, 3), st.integers(0, 2**7 - 1))
@MANY
def test_a_leafs_game_is_shapleys(shares: list[float], value: float, bits: int) -> None:
    """Against the definition: the mean over all orders of what a player adds."""
    players = range(len(shares))
    met = [bool(bits >> player & 1) for player in players]

    def worth(coalition: tuple[int, ...]) -> float:
        return value * float(np.prod([float(met[i]) if i in coalition else shares[i] for i in players]))

    def shapley(player: int) -> float:
        others = [i for i in players if i != player]
        return sum(
            factorial(size) * factorial(len(others) - size) / factorial(len(shares))
            * (worth((*coalition, player)) - worth(coalition))
            for size in range(len(others) + 1)
            for coalition in combinations(others, size)
        )  # fmt: skip

    gained = np.zeros((len(shares), 1))
    play(game_of(value, np.array(shares)), np.array(met)[:, None], gained, np.empty(1))
    assert gained[:, 0] == pytest.approx([shapley(player) for player in players], abs=1e-12)
    assert gained.sum() == pytest.approx(worth(tuple(players)) - worth(()), abs=1e-12)


@given(st.lists(st.floats(0.01, 0.99), min_size=2, max_size=30), st.booleans())
@MANY
def test_players_that_are_alike_gain_alike(shares: list[float], met: bool) -> None:
    """Symmetry, also where a path reads more features than any table."""
    shares[1] = shares[0]
    states = np.array([met, met, *(place % 2 == 0 for place in range(len(shares) - 2))])
    gained = np.zeros((len(shares), 1))
    play(game_of(1.0, np.array(shares)), states[:, None], gained, np.empty(1))
    assert gained[0, 0] == pytest.approx(gained[1, 0], rel=1e-12)


def test_every_row_falls_into_the_cell_of_its_leaf() -> None:
    """A column whose path asks for what nothing fulfils is refused rather than read wrongly."""
    tree = Tree(
        column=np.array([0, 0]),
        cut=np.array([1, 2]),
        left=np.array([1, -1]),
        right=np.array([-3, -2]),
        cover=np.array([10.0, 6.0]),
        leaf_cover=np.array([3.0, 3.0, 4.0]),
        leaf_value=np.array([0.1, 0.2, 0.3]),
    )
    with pytest.raises(NotCovered, match="a path that no value can take"):
        list(units._units(tree, _one_column(), 2))


def _one_column() -> units.Columns:
    column = np.zeros(1, np.int64)
    return units.Columns(column, column + 2, column, np.array([0, 2]), np.array([0.5, 1.5]))
