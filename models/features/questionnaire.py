"""Features of one questionnaire: where its scores stand, named items, blanks, what was before, what is missing.

Each score is standardised within the student's stage and sex and turned so that higher is adverse.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_schemas.instruments import BLANK, Instrument
from models.columns import NO_DAY
from models.compiled import compiled
from models.features.marks import PLAIN, Marks, marks_of
from models.features.matrix import Block, Floats
from models.features.scores import best_value, feature_scores
from models.policy import Staleness
from models.reference import Reference
from models.sheets import Ints, Sheets, no_sheets


@dataclass(frozen=True, eq=False)
class QuestionnaireReading:
    """How one questionnaire is read, which is the same for every student: k scores that the model reads, their signs
    (-1 for one in which higher is better) and best values, and `spread` (k + 1, groups, 2), mean and standard deviation
    of each and of the total by group."""

    instrument: Instrument
    names: tuple[str, ...]
    places: NDArray[np.intp]
    sign: NDArray[np.float64]
    best: NDArray[np.float64]
    total: int
    spread: NDArray[np.float64]
    items: NDArray[np.intp]
    turned: NDArray[np.bool_]
    span: tuple[int, int]
    none: Sheets


def reading_of(instrument: Instrument, reference: Reference) -> QuestionnaireReading:
    read, code = feature_scores(instrument), instrument.code
    return QuestionnaireReading(
        instrument=instrument,
        names=(
            *(f"{code}_{score.code}" for score in read),
            *(f"{code}_item_{item}" for item in instrument.feature_items),
            *(f"{code}_{name}" for name in ("blank_items", "earlier_max", "missing", "stale", "invalid")),
        ),
        places=np.array([instrument.place(score.code) for score in read]),
        sign=np.array([-1.0 if score.polarity == "protective" else 1.0 for score in read]),
        best=np.array([best_value(instrument, score) for score in read]),
        total=next(place for place, score in enumerate(read) if score.code == "total"),
        spread=np.array([reference.of(instrument, score.code) for score in (*read, instrument.total)]),
        items=np.array([item - 1 for item in instrument.feature_items], dtype=np.intp),
        turned=np.array([item in instrument.turned for item in instrument.feature_items], dtype=bool),
        span=(instrument.coding.low, instrument.coding.high) if instrument.codings else (0, 0),
        none=no_sheets(instrument),
    )


def questionnaire_features(
    sheets: Sheets, reading: QuestionnaireReading, group: NDArray[np.intp], as_of: int, staleness: Staleness
) -> Block:
    """Features of students of each `group` (n,).

    A sheet is current for its recall window plus a grace, and is read once it has been received. The newest valid day
    counts, the more adverse of two sheets on one day. A newer sheet that is void or has too many blanks does not stand
    for the student, but raises each value to what it proves (`Scores.proven`). So neither a blank answer nor a sheet
    that is not valid can lower a value.
    """
    instrument, scores, names = sheets.instrument, sheets.scores, reading.names
    n, k = len(group), len(reading.places)
    values = np.zeros((n, len(names)), np.float32)
    shown = np.empty((n, k + 1))
    marks = marks_of(sheets, reading.places, reading.items, reading.total)
    source, days = _gather(
        sheets.student,
        sheets.day,
        sheets.received,
        scores.valid,
        scores.proven[:, reading.places],
        scores.mean,
        np.ascontiguousarray(scores.answers),
        scores.n_missing,
        marks,
        reading.span,
        reading.items,
        reading.turned,
        reading.sign,
        reading.best,
        reading.total,
        as_of,
        instrument.recall.days + staleness.grace_days,
        staleness.history_days,
        group,
        reading.spread,
        shown,
        values,
    )
    earlier = len(names) - 4
    figures = {names[place]: shown[:, place] for place in range(k)}
    figures[names[earlier]] = shown[:, k]
    dated, marked = {names[earlier + 2]: days[0], names[earlier + 3]: days[1]}, {}
    for column, name in enumerate(names[: earlier + 1]):
        row, there = source[:, column], source[:, column] >= 0
        dated[name], marked[name] = np.full(n, NO_DAY), np.full(n, PLAIN, np.int8)
        dated[name][there], marked[name][there] = sheets.day[row[there]], marks[row[there], column]
    return Block(names, values, dated, figures, marked)


@compiled
def _gather(
    student: Ints,
    day: Ints,
    received: Ints,
    valid: NDArray[np.bool_],
    proven: NDArray[np.float64],
    mean: NDArray[np.float64],
    answers: NDArray[np.int8],
    n_missing: Ints,
    marks: Marks,
    span: tuple[int, int],
    items: Ints,
    turned: NDArray[np.bool_],
    sign: NDArray[np.float64],
    best: NDArray[np.float64],
    total: int,
    as_of: int,
    longest: int,
    history: int,
    group: Ints,
    spread: NDArray[np.float64],
    shown: NDArray[np.float64],
    out: Floats,
) -> tuple[Ints, Ints]:
    """Fill `out`, and `shown` (n, scores and the earlier total) in the score's own points. Says of which sheet each
    figure up to the earlier total is (n, columns), -1 where of none, and the days (2, n) of the newest sheet that is
    out of date and of the newest that is not valid."""
    n, scores, last_item = len(out), len(sign), len(items)
    blank = scores + last_item
    missing, stale, invalid = blank + 2, blank + 3, blank + 4
    newest, last = np.full(n, NO_DAY), np.full(n, NO_DAY)
    source, days = np.full((n, blank + 2), -1), np.full((2, n), NO_DAY)
    for who in range(n):
        for place in range(scores):
            shown[who, place] = best[place]
        shown[who, scores] = best[total]
    for row in range(len(student)):
        who = student[row]
        if received[row] > as_of or day[row] > as_of:
            continue
        if as_of - day[row] > longest:
            days[0, who] = max(days[0, who], day[row])
        else:
            last[who] = max(last[who], day[row])
            if valid[row]:
                newest[who] = max(newest[who], day[row])
    for row in range(len(student)):
        who = student[row]
        if received[row] > as_of or day[row] > as_of:
            continue
        chosen = valid[row] and day[row] == newest[who]
        raising = not valid[row] and day[row] >= newest[who]
        if as_of - day[row] <= longest and (chosen or raising):
            for place in range(scores):
                here, figure = shown[who, place], proven[row, place]
                if _stands_for(sign[place] * figure, sign[place] * here, row, source[who, place], day, marks[:, place]):
                    source[who, place] = row
                shown[who, place] = _worse(here, figure, sign[place])
            for place in range(last_item):
                answer, column = answers[row, items[place]], scores + place
                points = mean[row]
                if answer != BLANK:
                    points = span[1] - answer if turned[place] else answer - span[0]
                if _stands_for(np.float32(points), out[who, column], row, source[who, column], day, marks[:, column]):
                    source[who, column] = row
                out[who, column] = max(out[who, column], points)
            if _stands_for(n_missing[row], out[who, blank], row, source[who, blank], day, marks[:, blank]):
                source[who, blank] = row
            out[who, blank] = max(out[who, blank], n_missing[row])
            if raising:
                out[who, invalid] = 1
                days[1, who] = max(days[1, who], day[row])
        # Earlier than the newest current sheet, valid or not: else one without a total would drop the one before it.
        if as_of - day[row] <= history and (day[row] < last[who] or last[who] == NO_DAY):
            here, figure, column = shown[who, scores], proven[row, total], blank + 1
            if _stands_for(sign[total] * figure, sign[total] * here, row, source[who, column], day, marks[:, column]):
                source[who, column] = row
            shown[who, scores] = _worse(here, figure, sign[total])
    for who in range(n):
        for place in range(scores + 1):
            of = spread[place, group[who]]
            side, column = (sign[place], place) if place < scores else (sign[total], blank + 1)
            out[who, column] = side * (shown[who, place] - of[0]) / of[1]
        out[who, missing] = newest[who] == NO_DAY
        # A newer sheet that cannot be scored is a reason more to ask again: it takes none away.
        out[who, stale] = days[0, who] != NO_DAY and newest[who] == NO_DAY
    return source, days


@compiled
def _stands_for(figure: float, here: float, row: int, kept: int, day: Ints, marks: Marks) -> bool:
    """Whether a figure is the more adverse one, so that its sheet is the one to name; of two alike the newer sheet, and
    of one day that with fewer caveats, whatever the order of rows."""
    if kept < 0:
        return bool(not np.isnan(figure))
    if figure != here:
        return bool(figure > here)
    return bool(day[row] > day[kept] or (day[row] == day[kept] and marks[row] < marks[kept]))


@compiled
def _worse(one: float, other: float, sign: float) -> float:
    """The more adverse of two figures; one that is not known is none."""
    return other if sign * other > sign * one else one
