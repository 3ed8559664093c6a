"""What tables cover, what they leave to LightGBM, and what is refused."""

import dataclasses
import re
from pathlib import Path

import lightgbm
import numpy as np
import pytest

from models import Artifact, load_artifact, save_artifact
from models.risk_model import RiskModel, contributions, margins
from models.tree_shap import TOLERANCE, Explainer, NotCovered, cost_of, disagreement, explain, make_explainer, units
from runxin.errors import Kind, UserError
from tests.strategies_trees import trained
from tests.trained import FEATURES, trained_artifact

RNG = np.random.default_rng(3)
VALUES = RNG.normal(size=(400, 6))
OUTCOME = (VALUES[:, 0] + VALUES[:, 1] * VALUES[:, 2] + RNG.normal(size=400) > 0).astype(float)


def text_of(**parameters: object) -> str:
    return trained(VALUES, OUTCOME, 3, **parameters).model_to_string()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (text_of(boosting="rf", bagging_freq=1, bagging_fraction=0.5), "averaged trees"),
        (text_of(linear_tree=True), "linear trees"),
        (text_of(objective="multiclass", num_class=2), "several classes"),
        (re.sub(r"leaf_count=\d+", "leaf_count=0", text_of(), count=1), "leaves that no training row reached"),
    ],
    ids=["forest", "linear", "multiclass", "empty leaf"],
)
def test_what_is_not_covered_is_named(text: str, why: str) -> None:
    with pytest.raises(NotCovered, match=why):
        make_explainer(text)


def test_categorical_splits_fall_back_to_lightgbm_and_the_model_says_so() -> None:
    values = np.round(np.abs(RNG.normal(size=(400, len(FEATURES)))) * 3)
    outcome = (values[:, 0] % 2).astype(float)
    data = lightgbm.Dataset(values, outcome, categorical_feature=[0])
    booster = lightgbm.train({"objective": "binary", "verbosity": -1, "min_data_per_group": 1}, data, 3)
    model = RiskModel(FEATURES, booster, 1.1)
    assert model.explanation == "pred_contrib: categorical splits"
    phi = contributions(model, values, margins(model, values))
    assert np.abs(phi.values.sum(axis=1) + phi.base - margins(model, values).value).max() < 1e-9


def test_a_model_of_single_leaves_explains_nothing() -> None:
    booster = trained(VALUES, OUTCOME, 4, min_data_in_leaf=300)
    explainer = make_explainer(booster.model_to_string())
    assert not explain(explainer, VALUES).any()
    assert explainer.base == pytest.approx(float(booster.predict(VALUES[:1], raw_score=True)[0]))


def test_trees_of_a_thousand_leaves_over_many_features() -> None:
    values = RNG.normal(size=(6_000, 25))
    outcome = (np.sin(values * 3).sum(axis=1) + RNG.normal(size=6_000) > 0).astype(float)
    booster = trained(values, outcome, 2, num_leaves=2_000)
    explainer = make_explainer(booster.model_to_string())
    assert len(explainer.paths.first) > 100, "no path here is too long for a table"
    rows = values[:50]
    assert np.abs(explain(explainer, rows) - booster.predict(rows, pred_contrib=True)[:, :-1]).max() < 1e-9


def test_tables_stay_within_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    text = text_of(num_leaves=60)
    large = make_explainer(text)
    monkeypatch.setattr(units, "MOST_FIGURES", 5_000)
    small = make_explainer(text)
    assert len(small.tables.figures) <= 5_000 < len(large.tables.figures)
    assert np.abs(explain(small, VALUES) - explain(large, VALUES)).max() < 1e-12


@pytest.mark.parametrize("leaves", [4, 60, 2_000])
def test_what_an_explanation_costs_is_told_without_its_tables(leaves: int) -> None:
    values = RNG.normal(size=(6_000, 25))
    outcome = (np.sin(values * 3).sum(axis=1) + RNG.normal(size=6_000) > 0).astype(float)
    text = trained(values, outcome, 2, num_leaves=leaves).model_to_string()
    made = make_explainer(text)
    assert cost_of(text) == len(made.tables.column) + len(made.tables.feature) + len(made.paths.games) > 0


@pytest.mark.filterwarnings("ignore:The set_.* function:PendingDeprecationWarning")
def test_the_shap_package_says_the_same() -> None:
    import shap

    booster = trained(VALUES, OUTCOME, 10, num_leaves=15)
    reference = shap.TreeExplainer(booster)(VALUES[:40])
    explainer = make_explainer(booster.model_to_string())
    assert np.abs(explain(explainer, VALUES[:40]) - reference.values).max() < 1e-9
    assert explainer.base == pytest.approx(float(np.ravel(reference.base_values)[0]))


def test_features_of_many_thresholds() -> None:
    """More than 253 on one feature, where eight bits would not do."""
    values = np.sort(RNG.normal(size=(3_000, 1)), axis=0)
    booster = trained(values, RNG.integers(0, 2, 3_000).astype(float), 20, num_leaves=100, max_bin=2_000)
    explainer = make_explainer(booster.model_to_string())
    assert len(explainer.ensemble.columns.thresholds) > 500
    assert np.abs(explain(explainer, values) - booster.predict(values, pred_contrib=True)[:, :-1]).max() < 1e-9


def broken(explainer: Explainer) -> Explainer:
    tables = dataclasses.replace(explainer.tables, figures=explainer.tables.figures + 1e-6)
    return dataclasses.replace(explainer, tables=tables)


def test_the_self_test_sees_a_wrong_figure_and_a_wrong_base() -> None:
    booster = trained(VALUES, OUTCOME, 3)
    explainer = make_explainer(booster.model_to_string())
    assert disagreement(explainer, booster) < TOLERANCE
    assert disagreement(broken(explainer), booster) > TOLERANCE
    moved = dataclasses.replace(explainer, ensemble=dataclasses.replace(explainer.ensemble, base=9.0))
    assert disagreement(moved, booster) > TOLERANCE


def test_a_model_whose_explanations_disagree_is_not_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    artifact: Artifact = trained_artifact("lightgbm")
    save_artifact(artifact, tmp_path / "model")
    assert load_artifact(tmp_path / "model").model.explanation == "tables"
    monkeypatch.setattr("models.risk_model.make_explainer", lambda text: broken(make_explainer(text)))
    with pytest.raises(UserError, match="explanations are not to be trusted") as refused:
        load_artifact(tmp_path / "model")
    assert refused.value.kind is Kind.BAD_DATA
    assert [problem.file for problem in refused.value.problems] == ["model.txt"]
    assert "differ from LightGBM's own by" in refused.value.problems[0].what
