"""The published-effects score: odds ratios from the literature added up, without any label of these students.

It orders students where no model may rank. It is no model and is never called one: nothing was learned from these
students, and the sum is no probability.
"""

from collections.abc import Sequence

from data_schemas.instruments import Words
from models.features.feature import Feature
from models.indices import effects
from models.indices.indexed import IndexedModel
from models.indices.indices import INDICES, indices_of
from models.risk_model import RiskModel
from models.spline_model import SplineModel

NAME = Words(zh="按已发表效应排序（不是模型）", en="ordered by published effects (not a model)")
LOG_ODDS = {
    "sheets": effects.SHEET,
    "earlier_sheets": effects.EARLIER_SHEET,
    "no_sheet": effects.NO_SHEET,
    "circumstances": 1.0,
    "reports": 1.0,
    "leave": 1.0,
    "female": effects.FEMALE,
    "talk_highest": effects.TALK_LEVEL,
    "talk_highest_150": effects.TALK_RECENT,
}
OF_SHEETS = ("sheets", "earlier_sheets", "no_sheet")  # the first of the indices
FAR = 100.0  # beyond every value of an index: the lines have no end


def published_scorer(features: Sequence[Feature]) -> IndexedModel:
    """What adds the published effects up over these features."""
    weights = [LOG_ODDS.get(index.name, 0.0) for index in INDICES]
    lines = SplineModel(
        knots=tuple((-FAR, FAR) for _ in weights),
        heights=tuple((-FAR * weight, FAR * weight) for weight in weights),
        fill=tuple(0.0 for _ in weights),
        base=0.0,
    )
    return IndexedModel(indices_of(features), lines)


def published_score(features: Sequence[Feature], family_cap: float) -> RiskModel:
    """The score over these features, with the cap on family circumstances that every model has."""
    return RiskModel(tuple(features), published_scorer(features), family_cap)
