"""The order where no model may rank: published effects added up, with their reasons, the same for one student alone as
among all others."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from data_schemas.instruments import Instrument
from models.assessment import Reason
from models.consent import may_score
from models.explanation import Explained, Topics, explained, reasons_of
from models.features import Recipe, build_features, catalogue
from models.indices.published import LOG_ODDS, OF_SHEETS, published_score
from models.policy import Policy
from models.quality import Reading
from models.records import Records
from models.reference import Reference
from models.risk_model import contributions, margins
from models.sentences import doubts_of


@dataclass(frozen=True)
class PublishedOrder:
    """n students: `order` lies between 0 and 1 and is no probability. Who did not agree to a model's score stands by
    the newest sheets alone (`by_sheets`) and is given no reasons."""

    order: NDArray[np.float64]
    by_sheets: NDArray[np.bool_]
    said: Explained
    instruments: Mapping[str, Instrument]

    def reasons(self, row: int, reading: Reading, easing: bool) -> tuple[Reason, ...]:
        """What raises, and where nothing is open what eases, as of a model. That no sheet is there is told by the
        quality of the data: as a reason it would be shared out among whatever questionnaires others have."""
        if self.by_sheets[row]:
            return ()
        return reasons_of(
            row,
            self.said,
            self.instruments,
            easing=easing,
            unasked=self.instruments,
            doubts=doubts_of(reading.instruments),
        )


def published_order(records: Records, as_of: int, policy: Policy) -> PublishedOrder:
    """Scores are held against the middle and a quarter of each questionnaire's range: there is no training whose
    figures they could be held against, and a student alone has no others."""
    instruments = {code: sheets.instrument for code, sheets in records.sheets.items()}
    recipe = Recipe(catalogue(instruments.values()), instruments, Reference({}), policy.staleness)
    matrix = build_features(records, recipe, as_of)
    score = published_score(recipe.features, policy.family.cap)
    scored = margins(score, matrix.values)
    phi = contributions(score, matrix.values, scored)
    sheets = score.read(matrix.values)[:, : len(OF_SHEETS)] @ [LOG_ODDS[name] for name in OF_SHEETS]
    by_sheets = ~may_score(records, as_of, policy.consent.by_age)
    value = np.where(by_sheets, sheets, scored.value)
    said = explained(Topics(recipe.features), matrix, phi, scored.overflow)
    return PublishedOrder(expit(value), by_sheets, said, instruments)
