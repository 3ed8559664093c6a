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
    """One scored sheet. `total` is the figure that bands are read on; a void sheet has one and is not valid. `figures`
    are all scores, `subscales` those beside the total."""

    code: str
    total: float | None
    band: Band | None
    figures: tuple[Figure, ...]
    valid: bool
    invalid_reasons: tuple[str, ...]
    n_missing: int
    prorated: bool
    critical_items: tuple[CriticalItem, ...]
    critical_status: str
    soft_items: tuple[Words, ...]
    suicidality_covered: bool

    @property
    def subscales(self) -> tuple[Figure, ...]:
        return tuple(figure for figure in self.figures if figure.code != "total")


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
    return SheetReader(score_sheets(instrument, given, coding)).read(0, age, sex, respondent)


class SheetReader:
    """What is said of each of many sheets of one questionnaire. Sheets that agree in a part share what is said of it,
    so that the parts of a city's sheets are made once."""

    def __init__(self, scores: Scores) -> None:
        self.scores, instrument = scores, scores.instrument
        self._total = instrument.place("total")
        self._by_age = any(bands.ages is not None for score in instrument.scores for bands in score.bands)
        items = [one.item - 1 for one in instrument.critical] + [one.item - 1 for one in instrument.soft]
        self._asked = np.ascontiguousarray(scores.answers[:, items])
        self._figures: dict[tuple[object, ...], tuple[Figure, ...]] = {}
        self._items: dict[bytes, tuple[tuple[CriticalItem, ...], tuple[Words, ...]]] = {}
        self._bands: dict[tuple[object, ...], Band | None] = {}

    def read(
        self, row: int, age: float | None = None, sex: str | None = None, respondent: str | None = None
    ) -> SheetResult:
        """One sheet; age, sex and respondent pick the bands that are made for such a student."""
        scores, instrument = self.scores, self.scores.instrument
        figures = self._figures_of(row, age, sex, respondent)
        total, void, blank = figures[self._total], bool(scores.void[row]), int(scores.n_missing[row])
        valid = total.value is not None and not void
        critical, soft = self._items_of(row)
        return SheetResult(
            code=instrument.code,
            total=total.value,
            band=total.band,
            figures=figures,
            valid=valid,
            invalid_reasons=() if valid else scores.invalid_reasons(row),
            n_missing=blank,
            prorated=total.value is not None and blank > 0,
            critical_items=critical,
            critical_status=CRITICAL_STATUSES[int(scores.critical[row])],
            soft_items=soft,
            suicidality_covered=instrument.suicidality_covered,
        )

    def band(self, total: float, age: float | None, sex: str | None, respondent: str | None) -> Band | None:
        """The band of a total, for such a student."""
        who = (total, age if self._by_age else None, sex, respondent)
        if who not in self._bands:
            score = self.scores.instrument.scores[self._total]
            self._bands[who] = band_of(score, total, age=age, sex=sex, respondent=respondent)
        return self._bands[who]

    def _figures_of(self, row: int, age: float | None, sex: str | None, respondent: str | None) -> tuple[Figure, ...]:
        values = self.scores.values[row]
        key = (values.tobytes(), age if self._by_age else None, sex, respondent)
        if key not in self._figures:
            figures = []
            for score, value in zip(self.scores.instrument.scores, values.tolist(), strict=True):
                band = band_of(score, value, age=age, sex=sex, respondent=respondent)
                known = None if np.isnan(value) else value
                figures.append(Figure(score.code, words(score.zh, score.en), known, band, score.polarity))
            self._figures[key] = tuple(figures)
        return self._figures[key]

    def _items_of(self, row: int) -> tuple[tuple[CriticalItem, ...], tuple[Words, ...]]:
        """What critical items were answered, and which soft ones call for a talk."""
        instrument, key = self.scores.instrument, self._asked[row].tobytes()
        if key not in self._items:
            answers = self._asked[row].tolist()
            critical = tuple(
                CriticalItem(
                    item=one.item,
                    topic=one.topic,
                    name=words(one.zh, one.en),
                    status=_status(answer, one.at_least),
                    answer=None if answer == BLANK else answer,
                )
                for one, answer in zip(instrument.critical, answers, strict=False)
            )
            given = zip(instrument.soft, answers[len(instrument.critical) :], strict=True)
            soft = tuple(words(one.zh, one.en) for one, answer in given if answer >= one.at_least)
            self._items[key] = critical, soft
        return self._items[key]


def _status(answer: int, at_least: int) -> str:
    negative, unknown, positive = CRITICAL_STATUSES
    return unknown if answer == BLANK else positive if answer >= at_least else negative
