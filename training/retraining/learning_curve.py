"""The same training with fewer students, and without the newest wave: whether more interviews, or another one, help."""

from collections.abc import Callable

import numpy as np

from evaluation.figures.learning_curve import Fewer, Less
from models import Artifact
from training.cohorts.cohort import Cohort
from training.cohorts.learned_rows import LearnedRows
from training.cohorts.split import hash_fold
from training.retraining.refit import margin_of, refit

PARTS = 8
TAKEN = (1, 2, 4)  # of eight parts of the students
TURNS = 3  # other students each, so that a small share is not one draw
WAVE = 30  # days of talks before an index date that belong to its wave
FEWEST_POSITIVES = 5  # a model of fewer says nothing of what more would bring


def learn_less(artifact: Artifact, rows: LearnedRows, judged: Cohort, progress: Callable[[str], None]) -> Less:
    """Fit with the settings of the artifact and score the judged rows; students are kept whole, and the larger parts
    of a turn hold the smaller. Shares with too few outcomes are left out."""
    learning = rows.fitted
    part = hash_fold(learning.student, artifact.manifest.training["salt"] + 2, PARTS)
    fewer = []
    for taken in TAKEN:
        progress(f"learning from {taken} of {PARTS} parts of the students")
        taught = [rows.fitted_where((part + turn * PARTS // TURNS) % PARTS < taken) for turn in range(TURNS)]
        if all(_enough(one.fitted) for one in taught):
            margins = np.array([margin_of(refit(artifact, one), judged) for one in taught])
            labelled, positives = (
                float(np.mean([count(one.fitted.outcome) for one in taught])) for count in (len, np.count_nonzero)
            )
            fewer.append(Fewer(taken / PARTS, labelled, positives, margins))
    newest = rows.waves.index_day.max()  # with a wave goes what was found in it
    before = rows.fitted_where(learning.index_day < (newest if rows.talks is None else newest - WAVE))
    if not _enough(before.fitted):
        return Less(tuple(fewer), None)
    progress("learning without the newest wave")
    return Less(tuple(fewer), margin_of(refit(artifact, before), judged))


def _enough(cohort: Cohort) -> bool:
    positives = int(cohort.outcome.sum())
    return min(positives, len(cohort.outcome) - positives) >= FEWEST_POSITIVES
