"""What people found in earlier talks, as of a day.

A finding fades with time and with good news: what counts for 150 days counts beside what counts for good, so a finding
that grows older can only weigh less, and a later talk that finds less lowers the last and the mean level. A talk that
found nothing says as much as no talk.
"""

import numpy as np

from data_schemas.codes import OutcomeKind
from models.columns import NO_DAY
from models.corrections import taken_back
from models.features.matrix import Block
from models.records import Rows

NAMES = ("talk_highest", "talk_highest_150", "talk_last", "talk_mean", "talk_found")
RECENT = 150  # days: a term and a half, so that what the wave before found still counts as recent (policy)
MOST = 5.0  # more talks that found something say no more
INTERVIEW = OutcomeKind.INTERVIEW.place


def talk_features(outcomes: Rows, n: int, as_of: int) -> Block:
    """Interviews by named persons that were recorded by the end of day `as_of`; of what was corrected by then the last
    word counts. `talk_highest` is dated by the last talk that found that level."""
    values = np.zeros((n, len(NAMES)))
    day = np.full(n, NO_DAY, np.int64)
    observed, recorded = outcomes["observed_on"], outcomes["recorded_on"]
    known = np.where(recorded == NO_DAY, observed, recorded)
    named = np.array([one is not None for one in outcomes["interviewer"]], dtype=bool)
    told = outcomes.where(named & (outcomes["kind"] == INTERVIEW) & (np.maximum(known, observed) <= as_of))
    told = told.where(~taken_back(told))
    student, level, on = told.student, np.nan_to_num(told["level"]), told["observed_on"]
    talks = np.bincount(student, minlength=n)
    np.maximum.at(values[:, 0], student, level)
    recent = on > as_of - RECENT
    np.maximum.at(values[:, 1], student[recent], level[recent])
    last = np.lexsort([level, on])  # of two talks of one day the one that found more
    values[student[last], 2] = level[last]
    values[:, 3] = np.bincount(student, level, minlength=n) / np.maximum(talks, 1)
    values[:, 4] = np.minimum(np.bincount(student[level >= 1], minlength=n), MOST)
    highest = level == values[student, 0]
    np.maximum.at(day, student[highest], on[highest])
    return Block(NAMES, values.astype(np.float32), {NAMES[0]: day})
