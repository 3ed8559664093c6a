"""What is said of one sheet: the output of the scorer in words and figures, for a person or a program."""

from dataclasses import dataclass

import numpy as np

from data_schemas.instruments.bands import band_of
from data_schemas.instruments.definition import Instrument
from data_schemas.instruments.key import BLANK
from data_schemas.instruments.parts import Band, Words, words
from data_schemas.instruments.scorer import score_sheets
from data_schemas.instruments.scores import CRITICAL_STATUSES, Scores


@dataclass(frozen=True)
class Figure:
    """One score of a sheet; `value` is None where too many items are blank."""

    code: str
    name: Words
    value: float | None
    band: Band | None
    polarity: str


@dataclass(frozen=True)
class CriticalItem:
    """A critical item: `status` is positive, negative or unknown (blank)."""

    item: int
    topic: str
    name: Words
    status: str
    answer: int | None


@dataclass(frozen=True)
class SheetResult:
    """One scored sheet. `total` is the figure that bands are read on; a void sheet has one and is not valid."""

    code: str
    total: float | None
    band: Band | None
    subscales: tuple[Figure, ...]
    valid: bool
    invalid_reasons: tuple[str, ...]
    n_missing: int
    prorated: bool
    critical_items: tuple[CriticalItem, ...]
    critical_status: str
    soft_items: tuple[Words, ...]
    suicidality_covered: bool


def score_sheet(
    instrument: Instrument,
    answers: list[int | None],
    *,
    coding: str | None = None,
    age: float | None = None,
    sex: str | None = None,
    respondent: str | None = None,
) -> SheetResult:
    """Score one sheet; raises `UserError` as `score_sheets` does."""
    given = np.array([[np.nan if answer is None else answer for answer in answers]], dtype=np.float64)
    return sheet_result(score_sheets(instrument, given, coding), 0, age=age, sex=sex, respondent=respondent)


def sheet_result(
    scores: Scores, row: int, *, age: float | None = None, sex: str | None = None, respondent: str | None = None
) -> SheetResult:
    """One row of `scores`; age, sex and respondent pick the bands that are made for such a student."""
    instrument = scores.instrument
    figures = []
    for place, score in enumerate(instrument.scores):
        value = float(scores.values[row, place])
        band = band_of(score, value, age=age, sex=sex, respondent=respondent)
        known = None if np.isnan(value) else value
        figures.append(Figure(score.code, words(score.zh, score.en), known, band, score.polarity))
    total = figures[instrument.place("total")]
    answers = scores.answers[row]
    return SheetResult(
        code=instrument.code,
        total=total.value,
        band=total.band,
        subscales=tuple(figure for figure in figures if figure is not total),
        valid=total.value is not None and not scores.void[row],
        invalid_reasons=scores.invalid_reasons(row),
        n_missing=int(scores.n_missing[row]),
        prorated=total.value is not None and bool(scores.n_missing[row] > 0),
        critical_items=tuple(
            CriticalItem(
                item=critical.item,
                topic=critical.topic,
                name=words(critical.zh, critical.en),
                status=_status(int(answers[critical.item - 1]), critical.at_least),
                answer=None if answers[critical.item - 1] == BLANK else int(answers[critical.item - 1]),
            )
            for critical in instrument.critical
        ),
        critical_status=CRITICAL_STATUSES[int(scores.critical[row])],
        soft_items=tuple(
            words(soft.zh, soft.en) for soft in instrument.soft if answers[soft.item - 1] >= soft.at_least
        ),
        suicidality_covered=instrument.suicidality_covered,
    )


def _status(answer: int, at_least: int) -> str:
    negative, unknown, positive = CRITICAL_STATUSES
    return unknown if answer == BLANK else positive if answer >= at_least else negative
