"""What the scorer says of many sheets, and scores that were worked out elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from data_schemas.instruments.definition import Instrument
from data_schemas.instruments.key import BLANK
from data_schemas.instruments.part_sums import from_parts
from data_schemas.instruments.parts import InstrumentFloor
from runxin.errors import Problem, bad_data

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Answers = NDArray[np.int8]

POSITIVE, NEGATIVE, UNKNOWN = "positive", "negative", "unknown"
CRITICAL_STATUSES = (NEGATIVE, UNKNOWN, POSITIVE)
TOO_MANY_BLANKS, VALIDITY_SCALE, NO_TOTAL = "too_many_blanks", "validity_scale", "no_total"
PLACES_NAMED = 100


@dataclass(frozen=True)
class Scores:
    """Scores of n sheets, s for each, in the order of `instrument.scores`.

    `values` (n, s) are NaN where too many items are blank. `proven` (n, s) never are, but for a given score that was
    not given and of whose parts none was: they are the value if just enough of the blank items had the lowest answer,
    so that a blank is never worth less than the lowest answer in its place, and at least what the given parts come to.
    `least` (n,) is the total if every blank item, or part, had the lowest answer;
    `mean` (n,) the points above the lowest of the total's mean item, counted as in `proven`.
    `answers` (n, k) are in the definition's own coding, `BLANK` where nothing was answered; items that a
    branch skips hold the answer 'lowest'. `critical` (n,) is an index into `CRITICAL_STATUSES`. `void` (n,) says that a
    validity scale was reached.
    """

    instrument: Instrument
    values: Floats
    proven: Floats
    least: Floats
    mean: Floats
    answers: Answers
    n_missing: NDArray[np.int64]
    critical: NDArray[np.int64]
    void: Bools

    def __len__(self) -> int:
        return len(self.n_missing)

    def take(self, rows: NDArray[np.intp]) -> "Scores":
        return Scores(self.instrument, **{name: getattr(self, name)[rows] for name in BY_ROW})

    @property
    def total(self) -> Floats:
        """The figure that bands are read on, NaN where there is none. A void sheet may have one."""
        return self.values[:, self.instrument.place("total")]

    @property
    def scaled(self) -> Floats:
        """The total as far as the sheet proves it."""
        return self.proven[:, self.instrument.place("total")]

    @property
    def valid(self) -> Bools:
        return ~np.isnan(self.total) & ~self.void

    @property
    def prorated(self) -> Bools:
        return ~np.isnan(self.total) & (self.n_missing > 0)

    def invalid_reasons(self, row: int) -> tuple[str, ...]:
        """Why a sheet is not valid, nothing where it is."""
        found = [VALIDITY_SCALE] if self.void[row] else []
        if np.isnan(self.total[row]):
            found.append(TOO_MANY_BLANKS if self.n_missing[row] else NO_TOTAL)
        return tuple(found)

    def filled(self, item: int) -> Floats:
        """Points of one item above its lowest, turned where the item is reversed; `mean` in place of a blank."""
        answer = self.answers[:, item - 1].astype(np.float64)
        low, high = self.instrument.coding.low, self.instrument.coding.high
        points = high - answer if item in self.instrument.turned else answer - low
        return np.where(answer == BLANK, self.mean, points)


BY_ROW = tuple(field.name for field in fields(Scores) if field.name != "instrument")


def half_up(values: Floats) -> Floats:
    """Round halves up; NumPy's own rounding takes halves to the even neighbour, which scoring keys do not."""
    return np.floor(values + 0.5)


def join_scores(parts: Sequence[Scores]) -> Scores:
    """Sheets of one questionnaire, one part after the other."""
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in BY_ROW}
    return Scores(parts[0].instrument, **joined)


def meets(scores: Scores, floor: InstrumentFloor) -> Bools:
    """Which sheets (n,) reach a floor's figures, by what they prove."""
    proven = np.nan_to_num(scores.proven, nan=-np.inf)
    found = np.zeros(len(scores), dtype=bool)
    for when in floor.when:
        places = [scores.instrument.place(code) for code in when.scores]
        found |= (proven[:, places] >= when.at_least).sum(axis=1) >= when.how_many
    return found


def given_scores(instrument: Instrument, values: Floats) -> Scores:
    """Scores (n, s) that were worked out elsewhere, NaN where one was not given.

    Whether a critical item was met is then unknown. Raises `UserError` for a value outside its score's range.
    """
    values = np.asarray(values, dtype=np.float64).reshape(-1, len(instrument.scores))
    for place, score in enumerate(instrument.scores):
        low, high = instrument.range_of(score.code)
        beyond = np.flatnonzero((values[:, place] < low) | (values[:, place] > high))
        if len(beyond):
            what = f"{score.code} of {instrument.code} lies from {low:g} to {high:g}"
            problems = [Problem(what, row=int(row) + 1, column=score.code) for row in beyond[:PLACES_NAMED]]
            raise bad_data(f"a score of {instrument.code} outside its range", problems)
    n = len(values)
    void = np.zeros(n, dtype=bool)
    for rule in instrument.validity:
        void |= values[:, instrument.place(rule.score)] >= rule.at_least
    adverse = np.array([score.polarity == "adverse" for score in instrument.scores])
    proven = np.where(adverse, np.fmax(values, from_parts(instrument, values)[1]), values)
    total = proven[:, instrument.place("total")]
    span = instrument.span if instrument.codings else 0
    return Scores(
        instrument=instrument,
        values=values,
        proven=proven,
        least=total,
        mean=(total - instrument.lowest) / (instrument.highest - instrument.lowest) * span,
        answers=np.full((n, instrument.items), BLANK, dtype=np.int8),
        n_missing=np.zeros(n, dtype=np.int64),
        critical=np.full(n, 1 if instrument.critical else 0, dtype=np.int64),
        void=void,
    )


def item_points(instrument: Instrument, answers: Answers) -> Floats:
    """Points (n, k) of each item above its lowest, turned where it is reversed, NaN where blank."""
    low, high = instrument.coding.low, instrument.coding.high
    points = answers.astype(np.float64) - low
    turned = np.array(instrument.turned, dtype=np.int64) - 1
    points[:, turned] = (high - low) - points[:, turned]
    points[answers == BLANK] = np.nan
    return points
