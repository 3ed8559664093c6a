"""One scorer for every questionnaire, vectorised over sheets."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from data_schemas.instruments.definition import Instrument
from data_schemas.instruments.key import BLANK, Key, Singles, scoring_key
from data_schemas.instruments.parts import Coding, Score
from data_schemas.instruments.scores import PLACES_NAMED, Answers, Bools, Floats, Scores, half_up, join_scores
from data_schemas.instruments.units import figure_of
from runxin.errors import Problem, UserError, bad_data

CELLS = 1 << 15  # answers worked on at a time: they stay in a core's own cache


def score_sheets(instrument: Instrument, answers: Floats, coding: str | None = None) -> Scores:
    """Score `answers` (n, items), NaN where blank, of a definition of the form `items`.

    `coding` names how the sheets are coded, the definition's own way where it is left out. A blank item is never
    imputed for the critical check: its status is unknown. Sums of sheets with blanks are scaled to all items and
    rounded half up. Raises `UserError` (bad data) for an answer that is not a whole number within the coding, and for a
    coding that is unknown or had to be declared.
    """
    given = np.ascontiguousarray(answers, dtype=np.float64).reshape(-1, instrument.items)
    used = declared_coding(instrument, coding) if len(given) else instrument.coding
    key = scoring_key(instrument)
    n, columns = len(given), len(key.places)
    own = np.empty(given.shape, dtype=np.int8)
    points, blanks = np.empty((n, columns), np.float32), np.zeros((n, columns), np.float32)
    n_missing = np.zeros(n, dtype=np.int64)
    step = max(CELLS // instrument.items, 1)
    for start in range(0, n, step):
        rows = slice(start, start + step)
        block = own[rows], points[rows], blanks[rows], n_missing[rows]
        if not _sum_block(instrument, key, used, given[rows], *block):
            raise _outside(instrument, used, given)
    values, proven, mean = _linear(instrument, key, points, blanks)
    for place, score in enumerate(instrument.scores):
        if place not in key.places:
            values[:, place], proven[:, place] = _counted(instrument, score, own)
    # A level that is reached stays reached; every other figure needs enough answers.
    figures = [place for place, score in enumerate(instrument.scores) if score.kind != "level"]
    scarce = (n_missing > instrument.most_missing) | (n_missing == instrument.items)
    values[np.ix_(scarce, figures)] = np.nan
    void = np.zeros(n, dtype=bool)
    for rule in instrument.validity:
        void |= proven[:, instrument.place(rule.score)] >= rule.at_least
    return Scores(
        instrument=instrument,
        values=values,
        proven=proven,
        least=_least(instrument, key, points, proven),
        mean=mean,
        answers=own,
        n_missing=n_missing,
        critical=critical_status(instrument, own),
        void=void,
    )


def score_rows(instrument: Instrument, answers: Floats, codings: Sequence[str | None]) -> Scores:
    """Score sheets that say each how it is coded; raises as `score_sheets` does, naming rows of `answers`."""
    named = np.array(["" if coding is None else coding for coding in codings], dtype=object)
    distinct = sorted(set(named.tolist()))
    if len(distinct) <= 1:
        return score_sheets(instrument, answers, distinct[0] or None if distinct else None)
    places, parts = [], []
    for coding in distinct:
        rows = np.flatnonzero(named == coding)
        try:
            parts.append(score_sheets(instrument, answers[rows], coding or None))
        except UserError as error:
            problems = [replace(p, row=None if p.row is None else int(rows[p.row - 1]) + 1) for p in error.problems]
            raise bad_data(error.message, problems) from error
        places.append(rows)
    return join_scores(parts).take(np.argsort(np.concatenate(places)))


def declared_coding(instrument: Instrument, coding: str | None) -> Coding:
    """The coding of that name; raises `UserError` that names the known ones."""
    known = ", ".join(one.variant for one in instrument.codings)
    try:
        return instrument.coding_of(coding)
    except KeyError:
        what = f"{instrument.code} has no coding {coding!r}"
    except LookupError:
        what = f"{instrument.code} is coded in several ways, and this sheet does not say how"
    problem = Problem(what, column="coding_variant", fix=f"one of {known}")
    raise bad_data(f"the coding of {instrument.code} is not known", [problem])


def critical_status(instrument: Instrument, answers: Answers) -> NDArray[np.int64]:
    """Per sheet 0 negative, 1 unknown (an item was left blank), 2 positive: an index into `CRITICAL_STATUSES`."""
    status = np.zeros(len(answers), dtype=np.int64)
    for critical in instrument.critical:
        given = answers[:, critical.item - 1]
        status = np.maximum(status, np.where(given >= critical.at_least, 2, np.where(given == BLANK, 1, 0)))
    return status


def _sum_block(
    instrument: Instrument,
    key: Key,
    coding: Coding,
    given: Floats,
    own: Answers,
    points: Singles,
    blanks: Singles,
    n_missing: NDArray[np.int64],
) -> bool:
    """One block of sheets: answers in the own coding, points and blank items of every linear score. False, and nothing
    that may be used, where an answer does not fit the coding."""
    with np.errstate(invalid="ignore"):
        np.copyto(own, given, casting="unsafe")
    whole = own == given
    gaps = not whole.all()
    if gaps:
        blank = ~whole
        if not np.isnan(given[blank]).all():
            return False
        own[blank] = coding.low
    if own.min() < coding.low or own.max() > coding.high:
        return False
    if coding.flipped:
        np.subtract(coding.low + coding.high, own, out=own)
    if coding.shift:
        own += np.int8(coding.shift)
    if gaps:
        own[blank] = BLANK
        if instrument.branches:
            _skip(instrument, own, blank)
    np.matmul(own.astype(np.float32), key.weights, out=points)
    points += key.offset
    if gaps:
        rows = np.flatnonzero(blank.any(axis=1))
        there = blank[rows].astype(np.float32)
        blanks[rows] = there @ key.members
        points[rows] -= there @ key.blank_offset
        n_missing[rows] = blank[rows].sum(axis=1)
    return True


def _skip(instrument: Instrument, own: Answers, blank: Bools) -> None:
    """Items that were rightly not asked hold the lowest answer and are not missing."""
    for branch in instrument.branches:
        passed = own[:, branch.item - 1] == branch.answer
        for item in branch.skips:
            here = passed & blank[:, item - 1]
            own[here, item - 1] = instrument.coding.low
            blank[here, item - 1] = False


def _linear(instrument: Instrument, key: Key, points: Singles, blanks: Singles) -> tuple[Floats, Floats, Floats]:
    """Values and what is proven of sums and means, and the mean points of the total's items, from points above the
    lowest and blank items per score."""
    n, total = len(points), instrument.place("total")
    shape = (n, len(instrument.scores))
    # A score is a column of its own in memory: everything after this reads by score.
    values, proven = np.full(shape, np.nan, order="F"), np.zeros(shape, order="F")
    mean = np.zeros(n)
    gaps = np.flatnonzero(blanks.any(axis=1))
    for column, place in enumerate(key.places):
        score, size = instrument.scores[place], key.sizes[column]
        most = instrument.most_missing if score.most_missing is None else score.most_missing
        known, gap = points[:, column].astype(np.float64), blanks[gaps, column].astype(np.float64)
        counted = np.maximum(np.maximum(size - gap, size - most), 1.0)
        if place == total:
            mean = known / size
            mean[gaps] = known[gaps] / counted
        # Multiplied before it is divided: a mean such as 41/10 of 15 items is a shade below its half as a float.
        scaled = known[gaps] * size / counted
        known[gaps] = half_up(scaled) if score.kind == "sum" else scaled
        proven[:, place] = values[:, place] = _figure(instrument, score, known, size)
        values[gaps[(gap > most) | (gap == size)], place] = np.nan
    return values, proven, mean


def _figure(instrument: Instrument, score: Score, points: Floats, size: float) -> Floats:
    """A score from points above the lowest answers."""
    return figure_of(score, points + instrument.coding.low * size, size)


def _counted(instrument: Instrument, score: Score, own: Answers) -> tuple[Floats, Floats]:
    """Values and what is proven of scores that are no sums."""
    if score.kind == "level":
        return _level(score, own, instrument.coding.low)
    items = np.array(instrument.items_of(score)) - 1
    assert score.counts_from is not None
    starts = np.array([score.counts_from_of.get(int(item) + 1, score.counts_from) for item in items])
    mine = own[:, items]
    reached = mine >= starts
    count = reached.sum(axis=1).astype(np.float64)
    if score.needs_any:
        needed = np.isin(items + 1, score.needs_any)
        count *= reached[:, needed].any(axis=1)
    gaps = (mine == BLANK).sum(axis=1)
    most = instrument.most_missing if score.most_missing is None else score.most_missing
    if score.kind == "count":
        return np.where(gaps <= most, count, np.nan), count
    held = np.where(reached, mine, 0).sum(axis=1)
    mean = np.divide(held, count, out=np.full(len(own), np.nan), where=count > 0)
    return np.where(gaps <= most, mean, np.nan), np.nan_to_num(mean, nan=float(score.counts_from))


def _level(score: Score, own: Answers, low: int) -> tuple[Floats, Floats]:
    """The highest step that an answer reaches; without one of the items asked it is not known to be the highest."""
    reached = np.zeros(len(own))
    top = max(step.value for step in score.steps)
    for step in sorted(score.steps, key=lambda step: step.value):
        items = np.array(step.any_of) - 1
        reached[(own[:, items] > low).any(axis=1)] = step.value
    named = np.array(sorted({item for step in score.steps for item in step.any_of})) - 1
    open_question = (own[:, named] == BLANK).any(axis=1) & (reached < top)
    return np.where(open_question, np.nan, reached), reached


def _least(instrument: Instrument, key: Key, points: Singles, proven: Floats) -> Floats:
    place = instrument.place("total")
    if place not in key.places:
        return proven[:, place]
    column = key.places.index(place)
    return _figure(instrument, instrument.total, points[:, column].astype(np.float64), key.sizes[column])


def _outside(instrument: Instrument, coding: Coding, given: Floats) -> UserError:
    with np.errstate(invalid="ignore"):
        outside = ~np.isnan(given) & ((given < coding.low) | (given > coding.high) | (given != np.floor(given)))
    problems = [
        Problem(
            f"an answer of {instrument.code} must be a whole number from {coding.low} to {coding.high}",
            row=int(row) + 1,
            column=f"item_{item + 1}",
        )
        for row, item in np.argwhere(outside)[:PLACES_NAMED]
    ]
    return bad_data(f"answers of {instrument.code} outside the coding", problems)
