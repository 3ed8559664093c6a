"""What a platform is told of a questionnaire: figures and answers only with the `explain` scope."""

from datetime import date
from typing import Literal

from data_schemas.instruments import Words
from models.assessment import InstrumentResult
from serving.api.answer_parts import Given, WordsGiven


class BandGiven(Given):
    code: str
    zh: str
    en: str


class ScoreGiven(Given):
    """A further score of a sheet; `value` is null where too many of its items are blank."""

    value: float | None
    band: BandGiven | None
    polarity: Literal["adverse", "protective", "neutral"]


class CriticalGiven(Given):
    """An item that a person must look at; one left blank is unknown, never negative."""

    item: int
    topic: str
    status: Literal["positive", "negative", "unknown"]


class ChangeGiven(Given):
    """From the sheet before: points, what they mean for the student, and the reliable-change index where a reliability
    and a spread are known (`reliable` from 1.96 on)."""

    first_total: float | None
    first_on: date | None
    previous_total: float | None
    previous_on: date | None
    points: float
    direction: Literal["worse", "better", "same", "unclear"]
    index: float | None
    reliable: bool | None


class InstrumentGiven(Given):
    """The newest sheet of a questionnaire. `total` is the figure that bands are read on; a void sheet has one and is
    not valid. `suspect` says what speaks against the answers: they may raise a tier and never lower it. `outside_age`
    says so where the student is younger or older than those the questionnaire is for."""

    code: str
    administered_on: date
    current: bool
    total: float | None
    band: BandGiven | None
    subscales: dict[str, ScoreGiven] | None
    valid: bool
    invalid_reasons: tuple[str, ...]
    suspect: tuple[str, ...]
    n_missing: int
    prorated: bool
    critical_items: tuple[CriticalGiven, ...] | None
    critical_status: str | None
    suicidality_covered: bool
    outside_age: WordsGiven | None
    change: ChangeGiven | None


def instrument_given(result: InstrumentResult, explain: bool) -> InstrumentGiven:
    scores = {
        score.code: ScoreGiven(value=score.value, band=_band(score.band_code, score.band), polarity=score.polarity)
        for score in result.scores
    }
    critical = tuple(CriticalGiven(item=one.item, topic=one.topic, status=one.status) for one in result.critical_items)
    return InstrumentGiven(
        code=result.code,
        administered_on=result.administered_on,
        current=result.current,
        total=result.total if explain else None,
        band=_band(result.band_code, result.band) if explain else None,
        subscales=scores if explain else None,
        valid=result.valid,
        invalid_reasons=result.invalid_reasons,
        suspect=result.suspect,
        n_missing=result.n_missing,
        prorated=result.prorated,
        critical_items=critical if explain else None,
        critical_status=result.critical_status if explain else None,
        suicidality_covered=result.suicidality_covered,
        outside_age=_words(result.outside_age),
        change=_change(result) if explain else None,
    )


def _change(result: InstrumentResult) -> ChangeGiven | None:
    change = result.change
    if change is None:
        return None
    return ChangeGiven(
        first_total=result.first_total,
        first_on=result.first_on,
        previous_total=result.previous_total,
        previous_on=result.previous_on,
        points=change.points,
        direction=change.direction,
        index=change.index,
        reliable=change.reliable,
    )


def _band(code: str | None, name: Words | None) -> BandGiven | None:
    return BandGiven(code=code, zh=name.zh, en=name.en) if code is not None and name is not None else None


def _words(words: Words | None) -> WordsGiven | None:
    return None if words is None else WordsGiven(zh=words.zh, en=words.en)
