"""Features of one questionnaire: where its scores stand, named items, blanks, what was before, what is missing.

Each score is standardised within the student's stage and sex and turned so that higher is adverse.
"""

import numpy as np

from data_schemas.instruments import Score
from models.columns import NO_DAY
from models.features.matrix import Block, Values, highest_by_student, latest_by_student
from models.features.scores import best_value, feature_scores
from models.policy import Staleness
from models.reference import Grouped, Reference
from models.sheets import Sheets


def questionnaire_features(
    sheets: Sheets, students: Grouped, as_of: int, staleness: Staleness, reference: Reference
) -> Block:
    """A sheet is current for its recall window plus a grace, and is read once it has been received.

    The newest valid day counts, the more adverse of two sheets on one day. A newer sheet that is void or has too many
    blanks does not stand for the student, but raises each value to what it proves (`Scores.proven`). So neither a blank
    answer nor a sheet that is not valid can lower a value.
    """
    instrument, scores = sheets.instrument, sheets.scores
    code, n = instrument.code, len(students.place)
    age = as_of - sheets.day
    known = sheets.known(as_of)
    current = sheets.current(as_of, staleness.grace_days)
    scored = current & scores.valid
    newest = latest_by_student(n, sheets.student[scored], sheets.day[scored])
    chosen = scored & (sheets.day == newest[sheets.student])
    raising = current & ~scores.valid & (sheets.day >= newest[sheets.student])
    read = chosen | raising
    # Earlier than the newest current sheet, valid or not: else a sheet without a total would drop the one before it.
    last = latest_by_student(n, sheets.student[current], sheets.day[current])
    before = known & (age <= staleness.history_days)
    before &= (sheets.day < last[sheets.student]) | (last[sheets.student] == NO_DAY)

    def highest(rows: np.ndarray, values: np.ndarray, floor: float) -> np.ndarray:
        return highest_by_student(n, sheets.student[rows], values[rows], floor)

    values: Values = {}
    shown: Values = {}

    def standing(name: str, score: Score, rows: np.ndarray) -> None:
        """A score of each student in its own points, and standardised with higher adverse."""
        best = best_value(instrument, score)
        sign = -1.0 if score.polarity == "protective" else 1.0
        proven = scores.proven[:, instrument.place(score.code)]
        adverse = np.where(np.isnan(proven), sign * best, sign * proven)
        raw = sign * highest(rows, adverse, sign * best)
        mean, sd = reference.of(instrument, score.code, students)
        shown[name], values[name] = raw, sign * (raw - mean) / sd

    for score in feature_scores(instrument):
        standing(f"{code}_{score.code}", score, read)
    standing(f"{code}_earlier_max", instrument.total, before)
    for item in instrument.feature_items:
        values[f"{code}_item_{item}"] = highest(read, scores.filled(item), 0.0)
    values[f"{code}_blank_items"] = highest(read, scores.n_missing.astype(np.float64), 0.0)
    ever = latest_by_student(n, sheets.student[known], sheets.day[known])
    values[f"{code}_missing"] = (newest == NO_DAY).astype(np.float64)
    values[f"{code}_stale"] = ((ever != NO_DAY) & (last == NO_DAY)).astype(np.float64)
    values[f"{code}_invalid"] = highest(raising, np.ones(len(age)), 0.0)
    day = latest_by_student(n, sheets.student[read], sheets.day[read])
    dated = [f"{code}_{score.code}" for score in feature_scores(instrument)]
    dated += [f"{code}_item_{item}" for item in instrument.feature_items]
    valid = before & scores.valid
    earlier = latest_by_student(n, sheets.student[valid], sheets.day[valid])
    days = {**dict.fromkeys(dated, day), f"{code}_earlier_max": earlier, f"{code}_stale": ever}
    return Block(values, days, shown)
