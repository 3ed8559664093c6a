"""The same training with fewer students, and without the newest wave: whether more interviews, or another one, help."""

from collections.abc import Callable

import numpy as np

from evaluation.figures.learning_curve import Fewer, Less
from models import Artifact
from training.cohorts.cohort import Cohort
from training.cohorts.split import hash_fold
from training.retraining.refit import margin_of, refit

PARTS = 8
TAKEN = (1, 2, 4)  # of eight parts of the students
TURNS = 3  # other students each, so that a small share is not one draw
FEWEST_POSITIVES = 5  # a model of fewer says nothing of what more would bring


def learn_less(artifact: Artifact, learning: Cohort, judged: Cohort, progress: Callable[[str], None]) -> Less:
    """Fit with the settings of the artifact and score the judged rows; students are kept whole, and the larger parts
    of a turn hold the smaller. Shares with too few outcomes are left out."""
    part = hash_fold(learning.student, artifact.manifest.training["salt"] + 2, PARTS)
    fewer = []
    for taken in TAKEN:
        progress(f"learning from {taken} of {PARTS} parts of the students")
        cohorts = [learning.where((part + turn * PARTS // TURNS) % PARTS < taken) for turn in range(TURNS)]
        if all(_enough(one) for one in cohorts):
            margins = np.array([margin_of(refit(artifact, one), judged) for one in cohorts])
            labelled, positives = (
                float(np.mean([count(one.outcome) for one in cohorts])) for count in (len, np.count_nonzero)
            )
            fewer.append(Fewer(taken / PARTS, labelled, positives, margins))
    before = learning.where(learning.index_day < learning.index_day.max())
    if not _enough(before):
        return Less(tuple(fewer), None)
    progress("learning without the newest wave")
    return Less(tuple(fewer), margin_of(refit(artifact, before), judged))


def _enough(cohort: Cohort) -> bool:
    positives = int(cohort.outcome.sum())
    return min(positives, len(cohort.outcome) - positives) >= FEWEST_POSITIVES
