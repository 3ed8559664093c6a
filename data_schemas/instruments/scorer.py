"""One scorer for every questionnaire, vectorised over sheets."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_schemas.instruments.definition import Band, Instrument
from runxin.errors import Problem, bad_data

POSITIVE, NEGATIVE, UNKNOWN = "positive", "negative", "unknown"
CRITICAL_STATUSES = (NEGATIVE, UNKNOWN, POSITIVE)


@dataclass(frozen=True)
class Scores:
    """Scores of n sheets.

    `items` (n, k) are answers in points above the lowest, reversed where the definition says so: higher is
    adverse, NaN is blank. `total` (n,) is NaN where too many are blank. `least` (n,) is the total if every
    blank item had the lowest answer: what the sheet proves even when it has no total. `scaled` (n,) is the total,
    or, where too many are blank, the total if just enough of them had the lowest answer; `filled` (n, k) has the
    mean that belongs to it in blank places. A blank is so never worth less than the lowest answer in its place.
    `critical` (n,) is an index into `CRITICAL_STATUSES`.
    """

    items: NDArray[np.float64]
    filled: NDArray[np.float64]
    total: NDArray[np.float64]
    least: NDArray[np.float64]
    scaled: NDArray[np.float64]
    n_missing: NDArray[np.int64]
    critical: NDArray[np.int64]

    @property
    def valid(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.total)

    @property
    def prorated(self) -> NDArray[np.bool_]:
        return self.valid & (self.n_missing > 0)


def half_up(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round halves up; NumPy's own rounding takes halves to the even neighbour, which scoring keys do not."""
    return np.floor(values + 0.5)


def score_sheets(instrument: Instrument, answers: NDArray[np.float64]) -> Scores:
    """Score `answers` (n, items), NaN where blank.

    A blank item is never imputed for the critical check: its status is unknown. Totals with up to
    `missing.most` blank items are the sum of answered items scaled to all items, rounded half up.
    Raises `UserError` (bad data) for an answer that is not a whole number within the coding.
    """
    answers = np.asarray(answers, dtype=np.float64).reshape(-1, instrument.items)
    _refuse_outside(instrument, answers)
    items = answers - instrument.coding.low
    if instrument.reversed:
        columns = np.array(instrument.reversed) - 1
        items[:, columns] = instrument.span - items[:, columns]
    blank = np.isnan(items)
    n_missing = blank.sum(axis=1)
    answered = instrument.items - n_missing
    known = np.where(blank, 0.0, items).sum(axis=1)
    counted = np.maximum(np.maximum(answered, instrument.items - instrument.missing.most), 1)
    offset = instrument.coding.low * instrument.items
    # Multiplied before it is divided: a mean such as 41/10 of 15 items is a shade below its half as a float.
    scaled = np.where(n_missing > 0, half_up(known * instrument.items / counted), known) + offset
    scorable = (n_missing <= instrument.missing.most) & (answered > 0)
    return Scores(
        items=items,
        filled=np.where(blank, (known / counted)[:, None], items),
        total=np.where(scorable, scaled, np.nan),
        least=known + offset,
        scaled=scaled,
        n_missing=n_missing,
        critical=_critical_status(instrument, answers),
    )


def band_of(instrument: Instrument, total: float) -> Band | None:
    """The band in which a total lies; none for a total that does not exist."""
    if np.isnan(total):
        return None
    reached = [band for band in instrument.bands if total >= band.at_least]
    return reached[-1] if reached else None


def _critical_status(instrument: Instrument, answers: NDArray[np.float64]) -> NDArray[np.int64]:
    status = np.zeros(len(answers), dtype=np.int64)
    for critical in instrument.critical:
        given = answers[:, critical.item - 1]
        positive = given >= critical.at_least
        status = np.maximum(status, np.where(positive, 2, np.where(np.isnan(given), 1, 0)))
    return status


def _refuse_outside(instrument: Instrument, answers: NDArray[np.float64]) -> None:
    low, high = instrument.coding.low, instrument.coding.high
    with np.errstate(invalid="ignore"):
        outside = ~np.isnan(answers) & ((answers < low) | (answers > high) | (answers != np.floor(answers)))
    if outside.any():
        problems = [
            Problem(
                f"an answer of {instrument.code} must be a whole number from {low} to {high}",
                row=int(row) + 1,
                column=f"item_{item + 1}",
            )
            for row, item in np.argwhere(outside)[:100]
        ]
        raise bad_data(f"answers of {instrument.code} outside the coding", problems)
