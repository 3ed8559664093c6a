"""A few figures from many features: none falls where an adverse answer rises, and contributions are handed on whole."""

import numpy as np
import pytest

from models.indices import EFFECTS, INDICES, IndexedModel, indexed_of_json, indices_of
from models.indices.indices import standing
from models.indices.published import published_score
from models.risk_model import RiskModel, contributions, margins
from tests.trained import FEATURES, invented
from training.fitting.boosting import fit_boosting
from training.fitting.candidates import INDEX_FEATURES
from training.fitting.kinds import FEW

RNG = np.random.default_rng(5)
VALUES, OUTCOME = invented(FEATURES, RNG)
MADE = indices_of(FEATURES)


def model(kind: str) -> RiskModel:
    if kind == "published":
        return published_score(FEATURES, 1.1)
    few = MADE.values(VALUES)
    trees = fit_boosting(INDEX_FEATURES, few, OUTCOME, np.ones(len(few)), FEW, 1)
    return RiskModel(FEATURES, IndexedModel(MADE, trees), 1.1)


@pytest.fixture(scope="module", params=["published", "trees"])
def scored(request: pytest.FixtureRequest) -> RiskModel:
    return model(request.param)


def test_contributions_of_features_sum_to_the_capped_margin(scored: RiskModel) -> None:
    found = margins(scored, VALUES)
    phi = contributions(scored, VALUES, found)
    np.testing.assert_allclose(phi.values.sum(axis=1) + phi.base, found.value, atol=1e-6)
    assert (found.overflow > 0).any(), "the cap is felt"
    assert (found.value <= found.without_family + 1.1 + 1e-9).all()


@pytest.mark.parametrize("place", [n for n, one in enumerate(FEATURES) if one.direction == 1])
def test_an_adverse_feature_never_lowers_a_score(scored: RiskModel, place: int) -> None:
    """Nor does a sheet that goes missing, with its figures at their lowest."""
    lower = VALUES[:400].copy()
    higher = lower.copy()
    higher[:, place] = lower[:, place] + RNG.choice([0.5, 1.0, 3.0], 400)
    if FEATURES[place].name.endswith("_missing"):
        lower[:, place], higher[:, place] = 0.0, 1.0
        for n, one in enumerate(FEATURES):
            if one.missing == FEATURES[place].name and n != place:
                lower[:, n] = higher[:, n] = VALUES[:, n].min()
    assert (margins(scored, higher).value >= margins(scored, lower).value - 1e-9).all()


def test_it_is_read_again_as_it_was_written() -> None:
    trees, lines = model("trees").scorer, model("published").scorer
    assert isinstance(trees, IndexedModel)
    assert isinstance(lines, IndexedModel)
    assert indexed_of_json(lines.to_json(), None) == lines
    assert indexed_of_json(trees.to_json(), trees.scorer).indices == trees.indices  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="neither lines nor trees"):
        indexed_of_json(trees.to_json(), None)


def test_the_mean_of_sheets_is_never_below_one_with_the_missing_sheet_at_its_lowest() -> None:
    low, high = -1.0, 2.0
    totals = np.array([[high, low], [high, low], [-2.0, low]])
    missing = np.array([[False, True], [False, False], [False, True]])
    assert standing(totals, missing).tolist() == [2.0, 0.5, -1.5]


def test_every_published_effect_names_a_source_and_a_feature() -> None:
    names = {feature.name: feature for feature in FEATURES}
    for effect in EFFECTS:
        assert names[effect.name].direction == 1, effect.name
        assert effect.log_odds > 0, effect.name
        assert effect.source, effect.name
    assert len(INDICES) == len({index.name for index in INDICES})
