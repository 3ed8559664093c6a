"""Which curve makes margins probabilities: each is fitted on earlier rows and judged on later ones."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

from evaluation import brier, calibration_slope
from models.calibration import EDGE, Calibration, probabilities
from training.cohorts.split import FOLDS, hash_fold
from training.fitting.calibrate import fit_beta, fit_platt

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Fit = Callable[[Floats, Floats, Floats], Calibration]
Curve = Callable[[Floats], Floats]
PLATT, BETA, ISOTONIC = "platt", "beta", "isotonic"
SMOOTH: dict[str, Fit] = {PLATT: fit_platt, BETA: fit_beta}
# Nats by which beta calibration's third number has to earn its place.
TOLERANCE = 0.001
FEWEST = 10  # outcomes of either kind on either side of time


@dataclass(frozen=True)
class OutOfFoldMargins:
    """n rows that no model had learned from when it scored them."""

    student: NDArray[Any]
    index_day: NDArray[np.int64]
    margin: Floats
    outcome: Floats
    weight: Floats


@dataclass(frozen=True)
class Compared:
    """One curve on rows that it was not fitted to. `slope` is that of the outcome on its log-odds, 1 at best; None
    where it cannot be estimated."""

    method: str
    log_loss: float
    brier: float
    slope: float | None


def compare(rows: OutOfFoldMargins, salt: int) -> tuple[str, tuple[Compared, ...]]:
    """How the rows were parted, in words, and each curve's figures: fitted on earlier index dates and judged on the
    last where both have enough outcomes, else fitted on four fifths of the students and judged on the fifth, in
    turn."""
    last = rows.index_day == rows.index_day.max()
    if all(min((rows.outcome[part] == kind).sum() for kind in (0, 1)) >= FEWEST for part in (last, ~last)):
        return "later: fitted before the last index date, judged on it", _compared(rows, [(~last, last)])
    fold = hash_fold(rows.student, salt)
    parts = [(fold != number, fold == number) for number in range(FOLDS)]
    return "other students: fitted on four fifths, judged on the fifth", _compared(rows, parts)


def choose(compared: Sequence[Compared]) -> str:
    """Platt's two numbers, unless beta's third lowers the loss by more than `TOLERANCE`. Isotonic regression is for
    comparison only: it publishes 0 and 1 and ties ranks."""
    loss = {one.method: one.log_loss for one in compared}
    return BETA if loss[BETA] < loss[PLATT] - TOLERANCE else PLATT


def table(parted: str, compared: Sequence[Compared]) -> dict[str, Any]:
    """As a manifest and a report hold it."""
    chosen = choose(compared)
    return {"parted": parted, "curves": [{**asdict(one), "chosen": one.method == chosen} for one in compared]}


def _compared(rows: OutOfFoldMargins, parts: Sequence[tuple[Bools, Bools]]) -> tuple[Compared, ...]:
    judged = np.concatenate([np.flatnonzero(after) for _, after in parts])
    outcome, weight = rows.outcome[judged], rows.weight[judged]
    found = []
    for method in (PLATT, BETA, ISOTONIC):
        curves = [_curve(method, rows, before) for before, _ in parts]
        chance = np.concatenate([curve(rows.margin[after]) for curve, (_, after) in zip(curves, parts, strict=True)])
        chance = np.clip(chance, EDGE, 1 - EDGE)
        loss = -np.average(outcome * np.log(chance) + (1 - outcome) * np.log(1 - chance), weights=weight)
        slope = float(calibration_slope(outcome, chance, weight))
        figure = float(brier(outcome, chance, weight))
        found.append(Compared(method, float(loss), figure, slope if np.isfinite(slope) else None))
    return tuple(found)


def _curve(method: str, rows: OutOfFoldMargins, before: Bools) -> Curve:
    margin, outcome, weight = rows.margin[before], rows.outcome[before], rows.weight[before]
    if method == ISOTONIC:
        steps = IsotonicRegression(out_of_bounds="clip").fit(margin, outcome, sample_weight=weight)
        return lambda later: np.asarray(steps.predict(later), dtype=np.float64)
    calibration = SMOOTH[method](margin, outcome, weight)
    return lambda later: probabilities(calibration, later)
