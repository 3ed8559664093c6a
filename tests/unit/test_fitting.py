"""The two fits: splines that rise where they must and find a known slope; trees that keep family flags apart."""

from typing import Any

import numpy as np
import pytest

from data_schemas.instruments import Words
from models import Artifact
from models.calibration import EDGE, Calibration, probabilities
from models.features import Feature
from models.spline_model import spline_of_json
from tests.trained import FEATURES
from training.fitting.boosting import Boosting, fit_boosting, parameters
from training.fitting.calibrate import fit_platt
from training.fitting.splines import fit_splines

RNG = np.random.default_rng(4)
N = 6_000
PENALTY = 2.0


def feature(name: str, direction: Any = 1) -> Feature:
    return Feature(name, "leave", direction, name, None, Words(zh=name, en=name))


def drawn(margin: np.ndarray) -> np.ndarray:
    return (RNG.random(len(margin)) < 1 / (1 + np.exp(-margin))).astype(float)


def test_splines_recover_a_known_slope() -> None:
    values = RNG.uniform(0, 4, (N, 2))
    model = fit_splines((feature("a"), feature("b")), values, drawn(-3 + 1.0 * values[:, 0]), np.ones(N), PENALTY)
    rise = [heights[-1] - heights[0] for heights in model.heights]
    assert rise[0] == pytest.approx(4.0, abs=0.5), "log-odds from 0 to 4 at a slope of 1"
    assert rise[1] == pytest.approx(0.0, abs=0.3), "a feature that says nothing"
    assert model.margins(np.array([[2.0, 2.0]]))[0] == pytest.approx(-1.0, abs=0.3)


def test_an_adverse_curve_never_falls_even_where_the_data_do() -> None:
    values = RNG.uniform(0, 4, (N, 2))
    falling = drawn(1 - 1.0 * values[:, 0])
    adverse = fit_splines((feature("a"), feature("b")), values, falling, np.ones(N), PENALTY)
    free = fit_splines((feature("a", 0), feature("b")), values, falling, np.ones(N), PENALTY)
    for heights in adverse.heights:
        assert (np.diff(heights) >= 0).all()
    assert adverse.heights[0][-1] - adverse.heights[0][0] == pytest.approx(0, abs=0.05)
    assert free.heights[0][-1] - free.heights[0][0] < -3, "without a direction it may fall"


def test_spline_terms_are_centred_and_blanks_stand_at_the_mean() -> None:
    values = RNG.uniform(0, 4, (N, 2))
    model = fit_splines((feature("a"), feature("b", 0)), values, drawn(values[:, 0] - 2), np.ones(N), PENALTY)
    assert np.abs(model.terms(values).mean(axis=0)).max() < 1e-9
    mean = np.array([values.mean(axis=0)])
    assert model.margins(np.full((1, 2), np.nan)) == pytest.approx(model.margins(mean))
    assert spline_of_json(model.to_json()) == model
    beyond = model.margins(np.array([[99.0, 1.0], [4.0, 1.0]]))
    assert beyond[0] == pytest.approx(beyond[1], abs=0.01), "flat beyond the outer knots"


def test_a_constant_feature_says_nothing() -> None:
    values = np.column_stack([np.ones(500), RNG.integers(0, 3, 500)]).astype(float)
    model = fit_splines((feature("a"), feature("b")), values, drawn(values[:, 1] - 1), np.ones(500), PENALTY)
    assert model.heights[0] == (0.0,)


def test_weights_count_as_copies() -> None:
    values, outcome = RNG.integers(0, 5, (400, 1)).astype(float), drawn(RNG.normal(size=400))
    weight = RNG.integers(1, 4, 400)
    weighted = fit_splines((feature("a"),), values, outcome, weight.astype(float), PENALTY)
    copies = np.repeat(np.arange(400), weight)
    copied = fit_splines((feature("a"),), values[copies], outcome[copies], np.ones(len(copies)), PENALTY)
    slopes = [h[-1] - h[0] for h in (weighted.heights[0], copied.heights[0])]
    assert slopes[0] == pytest.approx(slopes[1], abs=0.05)


def test_no_tree_mixes_family_flags_with_anything_else(booster: Artifact) -> None:
    """Read from the trained trees themselves: each path is all family or none of it."""
    model = booster.model.scorer
    family = {place for place, one in enumerate(FEATURES) if one.group == "family"}
    kinds = set()
    for tree in model.dump_model()["tree_info"]:  # type: ignore[union-attr]
        used: set[int] = set()
        nodes = [tree["tree_structure"]]
        while nodes:
            node = nodes.pop()
            if "split_feature" in node:
                used.add(node["split_feature"])
                nodes += [node["left_child"], node["right_child"]]
        assert used <= family or not used & family, f"a tree mixes {used & family} with {used - family}"
        kinds.add(bool(used & family))
    assert kinds == {True, False}, "both kinds of trees were grown"


def test_trees_are_constrained_by_each_feature_s_direction() -> None:
    found = parameters(FEATURES, Boosting(), seed=1)
    assert found["monotone_constraints"] == [one.direction for one in FEATURES]
    family, others = found["interaction_constraints"]  # type: ignore[misc]
    assert sorted([*family, *others]) == list(range(len(FEATURES)))
    assert {FEATURES[place].group for place in family} == {"family"}
    assert "family" not in {FEATURES[place].group for place in others}
    free = {one.name for one in FEATURES if one.direction == 0}
    assert free == {"family_migrant", "age_years", "stage", "grade", "female", "boarding"}


def test_the_same_seed_grows_the_same_trees() -> None:
    values = RNG.integers(0, 5, (800, len(FEATURES))).astype(float)
    outcome = drawn(values[:, 0] - 2)
    small = Boosting(rounds=15)
    texts = [fit_boosting(FEATURES, values, outcome, np.ones(800), small, seed).model_to_string() for seed in (1, 1, 2)]
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]


@pytest.mark.parametrize("sign", [1, -1])
def test_platt_s_curve_keeps_the_order(sign: int) -> None:
    margin = RNG.normal(-1, 1.5, N)
    found = fit_platt(margin, drawn(0.5 * sign * margin - 0.3), np.ones(N))
    assert found.slope > 0, "a curve that falls would turn the list upside down"
    if sign == 1:
        assert (found.slope, found.intercept) == (pytest.approx(0.5, abs=0.06), pytest.approx(-0.3, abs=0.1))


def test_platt_s_curve_promises_nothing_for_certain() -> None:
    margin = np.array([-9.0] * 50 + [9.0] * 50)
    found = fit_platt(margin, (margin > 0).astype(float), np.ones(100))
    ends = probabilities(found, np.array([-9.0, 9.0]))
    assert 0.01 < ends[0] < 0.03, "Platt's target for 50 negatives is 1/52"
    assert 0.97 < ends[1] < 0.99
    assert probabilities(found, np.array([-1e9, 1e9])).tolist() == [EDGE, 1 - EDGE]


@pytest.mark.parametrize(("slope", "intercept"), [(0.0, 0.0), (-1.0, 0.0), (float("nan"), 0.0), (1.0, float("inf"))])
def test_a_calibration_that_loses_the_order_is_refused(slope: float, intercept: float) -> None:
    with pytest.raises(ValueError, match="positive, finite slope"):
        Calibration(slope, intercept)
