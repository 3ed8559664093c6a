"""Scored sheets of one questionnaire as arrays: every row points at a student by place."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_schemas.codes import ScoreUnit
from data_schemas.instruments import BLANK, Instrument, Scores, given_scores, join_scores, score_rows
from data_schemas.instruments.units import in_own_unit, with_derived
from models.columns import CLOCK, NO_DAY, SECONDS_A_DAY, Columns, moment_of
from runxin.errors import Problem, bad_data

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
RECEIVED_SECOND = CLOCK.format("received_at")
DIGITS = 12  # of a digest: a student has few sheets of one day


@dataclass(frozen=True)
class Sheets:
    """n sheets of one questionnaire. `received` is the administration day where no receipt is on record, and then
    `receipt_known` is false; `received_second` is the second of that day in local time, `NO_TIME` where it is not on
    record. `seconds` is NaN where the duration is not known. Rows of the `scores` table that agree
    on student, day, receipt and respondent are one sheet without items."""

    instrument: Instrument
    student: Ints
    day: Ints
    received: Ints
    receipt_known: Bools
    received_second: Ints
    respondent: NDArray[np.int8]
    seconds: NDArray[np.float64]
    scores: Scores

    def take(self, rows: NDArray[np.intp]) -> "Sheets":
        names = ("student", "day", "received", "receipt_known", "received_second", "respondent", "seconds")
        return Sheets(self.instrument, **{n: getattr(self, n)[rows] for n in names}, scores=self.scores.take(rows))

    def received_at(self, row: int) -> datetime | None:
        """The moment of receipt, in the schools' time; None where it is not on record."""
        return moment_of(int(self.received[row]), int(self.received_second[row]))

    def record(self, row: int) -> str:
        """A short digest of what was answered, by which a sheet is told from another one of its day."""
        answers = self.scores.answers[row]
        blank = bool((answers == BLANK).all())  # scored elsewhere: then the figures are what it says
        said = [f"{one:.6g}" for one in self.scores.values[row]] if blank else answers.tolist()
        return hashlib.sha256(f"{self.instrument.code} {said}".encode()).hexdigest()[:DIGITS]

    def known(self, as_of: int) -> Bools:
        """Which sheets had been filled in and received by the end of the day."""
        return (self.received <= as_of) & (self.day <= as_of)

    def current(self, as_of: int, grace_days: int) -> Bools:
        """Which of them stand within their recall window and a grace."""
        return self.known(as_of) & (as_of - self.day <= self.instrument.recall.days + grace_days)


def make_sheets(
    instrument: Instrument, place: Mapping[Any, int], responses: Columns | None, scores: Columns | None
) -> Sheets:
    """The sheets of one questionnaire from its answers and from rows of the `scores` table.

    Raises `UserError` for an answer outside the coding, an unknown scale, and a score outside its range.
    """
    parts: list[tuple[Columns, Scores]] = []
    if responses is not None:
        answers = np.column_stack([responses[f"item_{n}"] for n in range(1, instrument.items + 1)])
        parts.append((responses, score_rows(instrument, answers, responses["coding_variant"].tolist())))
    if scores is not None:
        parts.append(_given(instrument, scores))
    received = np.concatenate([columns["received_at"] for columns, _ in parts])
    day = np.concatenate([columns["administered_on"] for columns, _ in parts])
    known = received != NO_DAY
    return Sheets(
        instrument=instrument,
        student=np.concatenate([places(columns, place) for columns, _ in parts]),
        day=day,
        received=np.where(known, received, day),
        receipt_known=known,
        received_second=np.concatenate([columns[RECEIVED_SECOND] for columns, _ in parts]),
        respondent=np.concatenate([columns["respondent"] for columns, _ in parts]),
        seconds=np.concatenate([columns.get("duration_s", np.full(len(s), np.nan)) for columns, s in parts]),
        scores=join_scores([scored for _, scored in parts]),
    )


def no_sheets(instrument: Instrument) -> Sheets:
    """The sheets of a questionnaire that nobody here has answered."""
    none, scores = np.zeros(0, np.int64), given_scores(instrument, np.zeros((0, len(instrument.scores))))
    return Sheets(
        instrument, none, none, none, none.astype(bool), none, none.astype(np.int8), none.astype(float), scores
    )


def places(columns: Columns, place: Mapping[Any, int]) -> Ints:
    """The place of each row's student."""
    return np.array([place[student] for student in columns["student_id"]], dtype=np.int64)


def _given(instrument: Instrument, scores: Columns) -> tuple[Columns, Scores]:
    """The rows of one questionnaire gathered into sheets. Of two values of one score the more adverse one is read."""
    rows = np.flatnonzero(scores["instrument"] == instrument.code)
    known = [score.code for score in instrument.scores]
    scale, value = scores["scale"][rows], scores["value"][rows]
    problems = [
        Problem(f"{instrument.code} has no such score", "scores", int(row) + 2, "scale", f"one of {', '.join(known)}")
        for row, code in zip(rows, scale, strict=True)
        if code not in known
    ]
    if not problems:
        value, problems = _in_own_unit(instrument, scores, rows)
    for row, code, figure in zip(rows, scale, value, strict=True):
        if code in known:
            low, high = instrument.range_of(code)
            if not low <= figure <= high:
                what = f"{code} of {instrument.code} lies from {low:g} to {high:g}"
                problems.append(Problem(what, "scores", int(row) + 2, "value"))
    if problems:
        raise bad_data(f"scores of {instrument.code} do not fit", problems[:100])
    names = ("student_id", "administered_on", "received_at", "respondent")
    sheet_of: dict[tuple[Any, ...], int] = {}
    keys = list(zip(*(scores[name][rows].tolist() for name in names), strict=True))
    sheet = np.array([sheet_of.setdefault(key, len(sheet_of)) for key in keys], dtype=np.int64)
    values = np.full((len(sheet_of), len(known)), np.nan)
    for column, score in enumerate(instrument.scores):
        mine = scale == score.code
        worst = np.fmin if score.polarity == "protective" else np.fmax
        worst.at(values[:, column], sheet[mine], value[mine])
    first = np.unique(sheet, return_index=True)[1]
    columns = {name: scores[name][rows][first] for name in names}
    columns[RECEIVED_SECOND] = np.full(len(sheet_of), SECONDS_A_DAY)
    np.minimum.at(columns[RECEIVED_SECOND], sheet, scores[RECEIVED_SECOND][rows])
    return columns, given_scores(instrument, with_derived(instrument, values))


def _in_own_unit(instrument: Instrument, scores: Columns, rows: Ints) -> tuple[NDArray[np.float64], list[Problem]]:
    """The values of the rows in the definition's own unit and coding, and those that cannot be brought there."""
    value, problems = scores["value"][rows].copy(), []
    units = (None, *ScoreUnit.codes())
    stated = [
        (str(scale), units[unit + 1], variant)
        for scale, unit, variant in zip(
            scores["scale"][rows], scores["unit"][rows].tolist(), scores["coding_variant"][rows], strict=True
        )
    ]
    for one in sorted(set(stated), key=str):
        mine = np.array([each == one for each in stated])
        try:
            value[mine] = in_own_unit(instrument, one[0], value[mine], one[1], one[2])
        except ValueError as error:
            problems += [Problem(str(error), "scores", int(row) + 2, "unit") for row in rows[mine]]
    return value, problems
