"""Features of one questionnaire: the current total, named items, blank items, the highest earlier total."""

import numpy as np

from models.columns import NO_DAY
from models.features.matrix import Block, Values, highest_by_student, latest_by_student
from models.policy import Staleness
from models.records import Sheets


def questionnaire_features(sheets: Sheets, n: int, as_of: int, staleness: Staleness) -> Block:
    """A sheet is current for its recall window plus a grace, and is read once it has been received.

    The newest scored day counts, the higher of two sheets on one day. A newer sheet with too many blanks has no
    total, but it raises each value to what it would be with the fewest blanks at their lowest (`Scores.scaled`).
    So neither a blank answer nor an unscored sheet can lower a value.
    """
    instrument, scores = sheets.instrument, sheets.scores
    code = instrument.code
    age = as_of - sheets.day
    known = (age >= 0) & (sheets.received <= as_of)
    current = known & (age <= instrument.recall_days + staleness.grace_days)
    scored = current & scores.valid
    newest = latest_by_student(n, sheets.student[scored], sheets.day[scored])
    chosen = scored & (sheets.day == newest[sheets.student])
    unscored = current & ~scores.valid & (sheets.day >= newest[sheets.student])

    read = chosen | unscored

    def pick(scored: np.ndarray, floor: float) -> np.ndarray:
        return highest_by_student(n, sheets.student[read], scored[read], floor)

    # Earlier than the newest current sheet, scored or not: else a sheet without a total would drop the one before it.
    last = latest_by_student(n, sheets.student[current], sheets.day[current])
    before = known & (age <= staleness.history_days)
    before &= (sheets.day < last[sheets.student]) | (last[sheets.student] == NO_DAY)
    blank = scores.n_missing.astype(np.float64)
    values: Values = {f"{code}_total": pick(scores.scaled, instrument.lowest)}
    for item in instrument.feature_items:
        values[f"{code}_item_{item}"] = pick(scores.filled[:, item - 1], 0.0)
    values[f"{code}_blank_items"] = pick(blank, 0.0)
    values[f"{code}_earlier_max"] = highest_by_student(
        n, sheets.student[before], scores.scaled[before], instrument.lowest
    )
    values[f"{code}_missing"] = (newest == NO_DAY).astype(np.float64)
    shown = latest_by_student(n, sheets.student[read], sheets.day[read])
    dated = [f"{code}_total", *(f"{code}_item_{item}" for item in instrument.feature_items)]
    earlier = latest_by_student(n, sheets.student[before & scores.valid], sheets.day[before & scores.valid])
    return Block(values, {**dict.fromkeys(dated, shown), f"{code}_earlier_max": earlier})


def no_sheets(code: str, feature_items: tuple[int, ...], lowest: float, n: int) -> Block:
    """The features of a questionnaire that nobody here has answered."""
    day = np.full(n, NO_DAY)
    values = {f"{code}_item_{item}": np.zeros(n) for item in feature_items}
    values |= {f"{code}_total": np.full(n, float(lowest)), f"{code}_earlier_max": np.full(n, float(lowest))}
    values |= {f"{code}_blank_items": np.zeros(n), f"{code}_missing": np.ones(n)}
    dated = [f"{code}_total", f"{code}_earlier_max", *(f"{code}_item_{item}" for item in feature_items)]
    return Block(values, dict.fromkeys(dated, day))
