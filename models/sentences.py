"""Sentences with a student's own figures. A total is never said without its band and its day, nor without what takes
away from it: prorated, a lower bound, in doubt, outside the ages it was made for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from data_schemas.calendar import day_to_date
from data_schemas.instruments import Instrument, Words, band_of
from models.assessment import InstrumentResult
from models.columns import NO_DAY
from models.features import Feature, Matrix
from models.features.leave import OF_ENROLMENT
from models.features.marks import AT_LEAST, BLANK_ITEM, CAVEATS, NO_BAND, NOT_BANDED, PLAIN, PRORATED
from models.plurals import one_of

AGAIN = Words(zh="待重测", en="to be repeated")
OUT_OF_DATE = Words(zh="已过期", en="out of date")
LEAST = Words(
    zh="（至少；另有日子不在校或无记录）", en=" (at least: on other days not at school, or nothing on record)"
)
SEXES = {1.0: "female", 0.0: "male"}


@dataclass(frozen=True)
class Doubt:
    """What speaks against the newest sheet of a questionnaire, of the day `on`. No ease is read off it."""

    on: date
    words: tuple[Words, ...]


def doubts_of(results: Sequence[InstrumentResult]) -> dict[str, Doubt]:
    """By questionnaire, where the newest sheet is in doubt, not valid, out of date, or outside the ages it is for."""
    found = {}
    for result in results:
        words = [AGAIN] if result.suspect else []
        words += [result.outside_age] if result.outside_age is not None else []
        if words or not result.valid or not result.current:
            found[result.code] = Doubt(result.administered_on, tuple(words))
    return found


def points(value: float, band: Words | None, on: date, caveats: Sequence[Words] = ()) -> Words:
    """A figure with its band, its day and its caveats: 「17 分（中重度，2026-03-20）」."""
    band, day = band or NO_BAND, on.isoformat()
    zh, en = [band.zh, day, *(one.zh for one in caveats)], [band.en, day, *(one.en for one in caveats)]
    return Words(zh=f"{value:.4g} 分（{'，'.join(zh)}）", en=f"{value:.4g} ({', '.join(en)})")


def sheet_words(result: InstrumentResult) -> Words:
    """The total of a sheet that has one, or what it is at least, with its band, its day and its caveats."""
    label = result.label or result.name
    if result.scales_only:
        on = result.administered_on.isoformat()
        return Words(zh=f"{label.zh} 只有分量表分，没有总分（{on}）", en=f"{label.en}: scales only, no total ({on})")
    caveats = [CAVEATS[AT_LEAST]] if result.total is None else []
    caveats += [CAVEATS[PRORATED]] if result.prorated else []
    caveats += [] if result.current else [OUT_OF_DATE]
    caveats += _doubtful(result)
    value, band = (result.least, NOT_BANDED) if result.total is None else (result.total, result.band)
    said = points(value, band, result.administered_on, caveats)
    return Words(zh=f"{label.zh} {said.zh}", en=f"{label.en}: {said.en}")


def caveats_of(result: InstrumentResult) -> tuple[Words, ...]:
    """What takes away from the total of a sheet wherever it is told, on its day and later."""
    return (*((CAVEATS[PRORATED],) if result.prorated else ()), *_doubtful(result))


def caveats_before(result: InstrumentResult) -> tuple[Words, ...]:
    """The same of the last sheet before."""
    return (CAVEATS[PRORATED],) if result.previous_prorated else ()


def _doubtful(result: InstrumentResult) -> tuple[Words, ...]:
    again = (AGAIN,) if not result.valid or result.suspect else ()
    return (*again, *((result.outside_age,) if result.outside_age is not None else ()))


def score_words(result: InstrumentResult, code: str) -> Words:
    """A score of a sheet, such as 「DASS-21 抑郁 42 分（极重度，2026-03-20）」; without a total what its
    scales come to at least."""
    label, on = result.label or result.name, result.administered_on
    score = next((score for score in result.scores if score.code == code), None)
    if score is not None and score.value is not None:
        said = points(score.value, score.band, on)
        return Words(zh=f"{label.zh} {score.name.zh} {said.zh}", en=f"{label.en} {score.name.en}: {said.en}")
    if not result.scales_only:
        return sheet_words(result)
    least = f"{result.least:.4g}"
    return Words(
        zh=f"{label.zh} 分量表合计至少 {least} 分（{on}）", en=f"{label.en}: its scales come to {least} at least ({on})"
    )


def instrument_sentence(result: InstrumentResult) -> Words:
    """A sheet beside the last one that nothing speaks against, such as 「PHQ-9 17 分（中重度，2026-03-20）；上次 9 分
    （轻度，2025-11-12）」. Sheets in between that are not compared with are counted."""
    now = sheet_words(result)
    if result.previous_total is None or result.previous_on is None:
        return now
    before = points(result.previous_total, result.previous_band, result.previous_on, caveats_before(result))
    zh, en = "上次", "before"
    if result.passed_over:
        several = result.passed_over
        zh = f"上次有效答卷（其间 {several} 份无效或存疑，未计）"
        en = f"the last valid one before ({several} in between not valid or in doubt, left out)"
    return Words(zh=f"{now.zh}；{zh} {before.zh}", en=f"{now.en}; {en}: {before.en}")


def feature_sentence(
    row: int,
    feature: Feature,
    value: float,
    matrix: Matrix,
    instruments: Mapping[str, Instrument],
    doubts: Mapping[str, Doubt] | None = None,
) -> Words:
    """The feature's own words with the student's figure, the day it is from, its band and its caveats."""
    on, mark = day_of(row, feature, matrix), mark_of(row, feature, matrix)
    if mark == BLANK_ITEM:
        return _blank_item(feature, on, instruments)
    said: list[Words] = []
    if feature.score:
        said.append(NOT_BANDED if mark == AT_LEAST else band_words(row, feature, value, matrix, instruments) or NO_BAND)
        said += [CAVEATS[mark]] if mark in CAVEATS else []
        doubt = (doubts or {}).get(questionnaire_of(feature))
        said += doubt.words if doubt is not None and doubt.on == on else ()
    day = "" if on is None else on.isoformat()
    zh = feature.text.zh.format(value=value, date=day, band_zh="".join(f"{one.zh}，" for one in said))
    en = one_of(feature.text.en.format(value=value, date=day, band_en="".join(f"{one.en}, " for one in said)))
    if known_in_part(row, feature, matrix):
        zh, en = zh + LEAST.zh, en + LEAST.en
    return Words(zh=zh, en=en)


def known_in_part(row: int, feature: Feature, matrix: Matrix) -> bool:
    """Whether a count is of a window of which some days are not known: there may be more."""
    counted = feature.group in ("leave", "concern") and feature.name in matrix.days and feature.own is None
    return counted and feature.name not in OF_ENROLMENT and day_of(row, feature, matrix) is None


def figure_words(
    row: int, feature: Feature, value: float, matrix: Matrix, instruments: Mapping[str, Instrument]
) -> Words:
    """The figure alone, as a sentence says it: a share in percent, a score with its band and its day."""
    on, mark = day_of(row, feature, matrix), mark_of(row, feature, matrix)
    if feature.score and on is not None:
        band = NOT_BANDED if mark == AT_LEAST else band_words(row, feature, value, matrix, instruments)
        return points(value, band, on, [CAVEATS[mark]] if mark in CAVEATS else [])
    said = f"{value:.1%}" if feature.unit == "share" else f"{value:.4g}"
    return Words(zh=said, en=said)


def band_words(
    row: int, feature: Feature, value: float, matrix: Matrix, instruments: Mapping[str, Instrument]
) -> Words | None:
    """The band of a score, None where it has none; bands made for some are those of the student's age and sex."""
    if feature.instrument not in instruments:
        return None
    age, sex = age_and_sex(row, matrix)
    band = band_of(instruments[feature.instrument].score(feature.score), value, age=age, sex=sex)
    return Words(zh=band.zh, en=band.en) if band else None


def age_and_sex(row: int, matrix: Matrix) -> tuple[float | None, str | None]:
    """A student's age in years and sex as the model reads them; None where it reads none."""
    age, female = matrix.place.get("age_years"), matrix.place.get("female")
    values = matrix.values
    return (
        None if age is None else float(values[row, age]),
        None if female is None else SEXES.get(float(values[row, female])),
    )


def day_of(row: int, feature: Feature, matrix: Matrix) -> date | None:
    """The day that a figure is from; None where it is not known or the feature has none."""
    days = matrix.days.get(feature.name)
    return None if days is None or days[row] == NO_DAY else day_to_date(int(days[row]))


def mark_of(row: int, feature: Feature, matrix: Matrix) -> int:
    """How a figure of a questionnaire came about (`models.features.marks`)."""
    marks = matrix.marks.get(feature.name)
    return PLAIN if marks is None else int(marks[row])


def questionnaire_of(feature: Feature) -> str:
    """The code of the questionnaire that a feature is of."""
    return (feature.missing or "").removesuffix("_missing") if feature.group == "questionnaire" else ""


def _blank_item(feature: Feature, on: date | None, instruments: Mapping[str, Instrument]) -> Words:
    instrument = instruments[questionnaire_of(feature)]
    number = int(feature.name.rpartition("_")[2])
    name = instrument.item_names.get(number, Words(zh=f"第{number}题", en=f"item {number}"))
    day = "" if on is None else on.isoformat()
    return Words(
        zh=f"{instrument.label.zh} {name.zh} 未作答（{day}）", en=f"{instrument.label.en} {name.en} left blank ({day})"
    )
