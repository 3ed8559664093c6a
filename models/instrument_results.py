"""The newest sheet of each student on one questionnaire, with what it says beside the sheets before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from data_schemas.calendar import day_to_date
from data_schemas.codes import Respondent, Sex
from data_schemas.instruments import Band, Instrument, SheetReader, SheetResult, Words, change_of
from data_schemas.instruments.parts import words
from models.ages import ages_words, outside_ages
from models.assessment import ChangeResult, CriticalResult, InstrumentResult, ScoreResult
from models.columns import Columns
from models.doubtful_sheets import Suspicion
from models.features.context import ages_of
from models.reference import GROUPS, Reference, group_of
from models.sheets import Ints, Sheets
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
    if not len(known):
        return
    tied = (
        scores.n_missing,
        scores.critical,
        np.nan_to_num(scores.least),
        np.nan_to_num(scores.total),
        scores.valid,
        apart,
    )
    order = known[np.lexsort([values[known] for values in (*tied, sheets.day, sheets.student)])]
    student = sheets.student[order]
    newest = np.flatnonzero(np.append(student[1:] != student[:-1], True))
    reader = _Reader(sheets, context, suspicion, order, order[newest])
    begin = 0
    for shown, (one, end) in enumerate(zip(student[newest].tolist(), newest.tolist(), strict=True)):
        yield one, reader.result(one, shown, begin, end)
        begin = end + 1


class _Reader:
    """Sheets in `order`, by student, day and weight, of which `newest` are told. What is the same for many students is
    made once."""

    def __init__(self, sheets: Sheets, context: Context, suspicion: Suspicion, order: Ints, newest: Ints) -> None:
        self.sheets, self.context, self.suspicion = sheets, context, suspicion
        instrument, scores, students = sheets.instrument, sheets.scores, context.students
        self._read = SheetReader(scores)
        self._row, self._day = order.tolist(), sheets.day[order].tolist()
        self._total, self._prorated = scores.total[order].tolist(), scores.prorated[order].tolist()
        suspect = suspicion.any
        self._earnest = (scores.valid & ~suspect)[order].tolist()
        who = sheets.student[newest]
        self._suspect = suspect[newest].tolist()
        self._age, self._sex = ages_of(students, context.as_of)[who].tolist(), students["sex"][who].tolist()
        self._group = group_of(students)[who].tolist()
        self._least = scores.least[newest].tolist()
        self._outside = outside_ages(instrument, students, who, sheets.day[newest], context.as_of).tolist()
        self._ages = ages_words(instrument) if any(self._outside) else None
        self._valid_for = instrument.recall.days + context.grace_days
        self._span = instrument.range_of("total")
        self._changes: dict[tuple[float, float, int], ChangeResult] = {}
        self._scores: dict[int, tuple[ScoreResult, ...]] = {}
        self._items: dict[int, tuple[CriticalResult, ...]] = {}

    def result(self, student: int, shown: int, begin: int, end: int) -> InstrumentResult:
        """Of one student, the sheet at `end` of those from `begin` on."""
        day, instrument, row = self._day[end], self.sheets.instrument, self._row[end]
        age, sex, respondent = self._age[shown], Sex.code_at(self._sex[shown]), self._respondent(row)
        said = self._read.read(row, age, sex, respondent)
        least = self._least[shown]
        beside = self._beside(shown, begin, end, age, sex) if begin < end else {}
        return InstrumentResult(
            code=instrument.code,
            name=instrument.name,
            administered_on=day_to_date(day),
            total=said.total,
            least=self._span[0] if least != least else least,
            band=_words(said.band),
            band_code=said.band.code if said.band else None,
            valid=said.valid,
            prorated=said.prorated,
            n_missing=said.n_missing,
            critical_status=said.critical_status,
            suicidality_covered=said.suicidality_covered,
            current=self.context.as_of - day <= self._valid_for,
            label=instrument.label,
            share=None if said.total is None else _share(instrument, self._span, said.total),
            scores=self._scores_of(said),
            critical_items=self._items_of(said),
            soft_items=said.soft_items,
            invalid_reasons=said.invalid_reasons,
            suspect=self.suspicion.of(row) if self._suspect[shown] else (),
            respondent=respondent,
            outside_age=self._ages if self._outside[shown] else None,
            **beside,
        )

    def _beside(self, shown: int, begin: int, end: int, age: float, sex: str | None) -> dict[str, Any]:
        """What a result says of the first and the last of the sheets of earlier days that may be compared with."""
        today = self._day[end]
        earlier = [at for at in range(begin, end) if self._earnest[at] and self._day[at] < today]
        if not earlier:
            return {}
        first, last = earlier[0], earlier[-1]
        beside: dict[str, Any] = dict(
            previous_total=self._total[last],
            previous_on=day_to_date(self._day[last]),
            previous_band=self._band(last, age, sex),
            previous_prorated=self._prorated[last],
            first_total=self._total[first],
            first_on=day_to_date(self._day[first]),
            first_band=self._band(first, age, sex),
            # Of one day one sheet is compared with; another of that day is passed over for nothing.
            passed_over=sum(self._day[last] < day < today for day in self._day[begin:end]),
        )
        if self._earnest[end]:
            beside["change"] = self._compared(self._total[last], self._total[end], self._group[shown])
        return beside

    def _respondent(self, row: int) -> str | None:
        return Respondent.code_at(self.sheets.respondent[row])

    def _band(self, at: int, age: float, sex: str | None) -> Words | None:
        return _words(self._read.band(self._total[at], age, sex, self._respondent(self._row[at])))

    def _compared(self, before: float, after: float, group: int) -> ChangeResult:
        key = (before, after, group)
        if key not in self._changes:
            instrument, reference = self.sheets.instrument, self.context.reference
            sd = reference.sd_of(instrument.code, "total", GROUPS[group]) if reference is not None else None
            found = change_of(instrument, "total", before, after, sd)
            self._changes[key] = ChangeResult(found.points, found.direction, found.index, found.reliable)
        return self._changes[key]

    def _scores_of(self, said: SheetResult) -> tuple[ScoreResult, ...]:
        key = id(said.figures)  # which the reader keeps
        if key not in self._scores:
            self._scores[key] = tuple(
                ScoreResult(f.code, f.name, f.value, _words(f.band), f.band.code if f.band else None, f.polarity)
                for f in said.subscales
            )
        return self._scores[key]

    def _items_of(self, said: SheetResult) -> tuple[CriticalResult, ...]:
        key = id(said.critical_items)
        if key not in self._items:
            self._items[key] = tuple(
                CriticalResult(item.item, item.topic, item.name, item.status, item.answer)
                for item in said.critical_items
            )
        return self._items[key]


def _share(instrument: Instrument, span: tuple[float, float], total: float) -> float:
    """How far a total lies from the best to the worst there is; a coding with a code below the own lowest is at 0."""
    low, high = span
    share = max((total - low) / (high - low), 0.0)
    return 1.0 - share if instrument.total.polarity == "protective" else share


def _words(band: Band | None) -> Words | None:
    return words(band.zh, band.en) if band is not None else None
