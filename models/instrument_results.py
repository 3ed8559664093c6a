"""The newest sheet of each student on one questionnaire, with what it says beside the sheets before it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import numpy as np

from data_schemas.calendar import day_to_date
from data_schemas.codes import Respondent, Sex
from data_schemas.instruments import Band, Instrument, Words, band_of, change_of, sheet_result
from data_schemas.instruments.parts import words
from models.ages import outside_age
from models.assessment import ChangeResult, CriticalResult, InstrumentResult, ScoreResult
from models.columns import Columns
from models.doubtful_sheets import Suspicion
from models.features.context import ages_of
from models.reference import GROUPS, Reference, group_of
from models.sheets import Sheets
from models.told_twice import told_by_answers


@dataclass(frozen=True)
class Context:
    """The day, how long a sheet counts beyond its recall window, who the students are, and what is usual among them."""

    as_of: int
    grace_days: int
    students: Columns
    reference: Reference | None


def instrument_results(
    sheets: Sheets, context: Context, suspicion: Suspicion
) -> Iterator[tuple[int, InstrumentResult]]:
    """By student's place. Of two sheets on one day the valid and higher one is shown, whatever the order of rows, and
    never figures of which the answers came as well."""
    scores = sheets.scores
    on_record = sheets.known(context.as_of)
    known, apart = np.flatnonzero(on_record), ~told_by_answers(sheets, on_record)
    tied = (
        scores.n_missing,
        scores.critical,
        np.nan_to_num(scores.least),
        np.nan_to_num(scores.total),
        scores.valid,
        apart,
    )
    order = known[np.lexsort([values[known] for values in (*tied, sheets.day, sheets.student)])].tolist()
    ages, grouped = ages_of(context.students, context.as_of), group_of(context.students)
    earnest = scores.valid & ~suspicion.any
    for student, rows in groupby(order, key=lambda row: int(sheets.student[row])):
        *before, row = rows
        past = [other for other in before if sheets.day[other] < sheets.day[row]]
        earlier = [other for other in past if earnest[other]]
        age = float(ages[student])
        beside: dict[str, Any] = {}
        if earlier:
            beside = _beside(sheets, past, earlier, age, context)
        if earlier and earnest[row]:
            beside["change"] = _compared(sheets, row, earlier, context.reference, GROUPS[grouped[student]])
        yield student, _result(sheets, row, context, age, suspicion.of(row), beside)


def _beside(sheets: Sheets, past: list[int], earlier: list[int], age: float, context: Context) -> dict[str, Any]:
    """What a result says of the first and the last of the sheets before it that may be compared with."""
    first, last = earlier[0], earlier[-1]
    return dict(
        previous_total=_total(sheets, last),
        previous_on=_day(sheets, last),
        previous_band=_band_of(sheets, last, age, context),
        previous_prorated=bool(sheets.scores.prorated[last]),
        first_total=_total(sheets, first),
        first_on=_day(sheets, first),
        first_band=_band_of(sheets, first, age, context),
        # Of one day one sheet is compared with; another of that day is passed over for nothing.
        passed_over=sum(bool(sheets.day[other] > sheets.day[last]) for other in past),
    )


def _band_of(sheets: Sheets, row: int, age: float, context: Context) -> Words | None:
    respondent = Respondent.code_at(sheets.respondent[row])
    sex = Sex.code_at(context.students["sex"][int(sheets.student[row])])
    total = sheets.instrument.total
    return _words(band_of(total, _total(sheets, row), age=age, sex=sex, respondent=respondent))


def _result(
    sheets: Sheets, row: int, context: Context, age: float, suspect: tuple[str, ...], beside: Mapping[str, Any]
) -> InstrumentResult:
    instrument, scores, day = sheets.instrument, sheets.scores, int(sheets.day[row])
    student, respondent = int(sheets.student[row]), Respondent.code_at(sheets.respondent[row])
    sex = Sex.code_at(context.students["sex"][student])
    said = sheet_result(scores, row, age=age, sex=sex, respondent=respondent)
    return InstrumentResult(
        code=instrument.code,
        name=instrument.name,
        administered_on=day_to_date(day),
        total=said.total,
        least=instrument.lowest if np.isnan(scores.least[row]) else float(scores.least[row]),
        band=_words(said.band),
        band_code=said.band.code if said.band else None,
        valid=said.valid,
        prorated=said.prorated,
        n_missing=said.n_missing,
        critical_status=said.critical_status,
        suicidality_covered=said.suicidality_covered,
        current=context.as_of - day <= instrument.recall.days + context.grace_days,
        label=instrument.label,
        share=_share(instrument, said.total),
        scores=tuple(
            ScoreResult(f.code, f.name, f.value, _words(f.band), f.band.code if f.band else None, f.polarity)
            for f in said.subscales
        ),
        critical_items=tuple(
            CriticalResult(item.item, item.topic, item.name, item.status, item.answer) for item in said.critical_items
        ),
        soft_items=said.soft_items,
        invalid_reasons=said.invalid_reasons,
        suspect=suspect,
        respondent=respondent,
        outside_age=outside_age(instrument, context.students, student, day, context.as_of),
        **beside,
    )


def _compared(sheets: Sheets, row: int, earlier: list[int], reference: Reference | None, group: str) -> ChangeResult:
    instrument = sheets.instrument
    sd = reference.sd_of(instrument.code, "total", group) if reference is not None else None
    found = change_of(instrument, "total", _total(sheets, earlier[-1]), _total(sheets, row), sd)
    return ChangeResult(found.points, found.direction, found.index, found.reliable)


def _share(instrument: Instrument, total: float | None) -> float | None:
    """How far a total lies from the best to the worst there is; a coding with a code below the own lowest is at 0."""
    if total is None:
        return None
    share = max((total - instrument.lowest) / (instrument.highest - instrument.lowest), 0.0)
    return 1.0 - share if instrument.total.polarity == "protective" else share


def _total(sheets: Sheets, row: int) -> float:
    return float(sheets.scores.total[row])


def _day(sheets: Sheets, row: int) -> date:
    return day_to_date(int(sheets.day[row]))


def _words(band: Band | None) -> Words | None:
    return words(band.zh, band.en) if band is not None else None
