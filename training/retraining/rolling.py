"""How a training would have done before: each index date judged by what was known on that day, and schools judged by
models that have never seen them. The model that serves stays trained on all schools."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import day_to_date
from data_schemas.dataset import Dataset
from evaluation import FEWEST_POSITIVES, Judgement, Rolled, Scored
from models import Artifact, Records
from models.calibration import Calibration, log_odds, probabilities
from training.cohorts.cohort import Cohort, as_known, joined
from training.cohorts.learned_rows import LearnedRows, learned_rows
from training.cohorts.population import slots_among
from training.retraining.refit import margin_of, recalibrate, refit

Floats = NDArray[np.float64]
Progress = Callable[[str], None]
GROUPS = 5  # of schools, each left out in turn
ITSELF = Calibration(1.0, 0.0)  # a regression's margin is already a log-odds


def roll(
    artifact: Artifact, dataset: Dataset, records: Records, before: Cohort, judged: Cohort, progress: Progress
) -> Rolled:
    """Every index date after the first of `before` and `judged` together, and the last one, or all of `judged` where
    students and not a date were held out, by groups of schools."""
    dates: dict[str, Judgement] = {}
    taught = artifact.manifest.training.get("learned_from") == "talks"
    here, learning = judged, learned_rows(before, dataset, records, artifact.recipe, None, talks=False)
    if not artifact.manifest.training["split"].startswith("time"):
        return Rolled(dates, *_new_schools(artifact, learning, here, _judged(artifact, learning, here), progress))
    whole = joined([before, judged])
    for day in np.unique(whole.index_day).tolist()[1:]:
        date = day_to_date(day).isoformat()
        progress(f"as it would have been on {date}")
        here = as_known(whole.where(whole.index_day == day), dataset, records)
        earlier = whole.where(whole.index_day < day)
        learning = learned_rows(earlier, dataset, records, artifact.recipe, day, talks=taught)
        dates[date] = _judged(artifact, learning, here)
    return Rolled(dates, *_new_schools(artifact, learning, here, dates[date], progress))


def school_groups(school: NDArray[Any]) -> NDArray[np.int64]:
    """The group of each row (n,): schools, the largest first, are dealt out one by one."""
    names, place, size = np.unique(school.astype(str), return_inverse=True, return_counts=True)
    dealt = np.empty(len(names), dtype=np.int64)
    dealt[np.argsort(-size, kind="stable")] = np.arange(len(names)) % GROUPS
    return np.asarray(dealt[place])


def _new_schools(
    artifact: Artifact, learning: LearnedRows, here: Cohort, known: Judgement, progress: Progress
) -> tuple[Judgement | None, Judgement | None]:
    """The same rows as judged by a model of all schools (`known`), and each by one that has not seen its school; None
    where there are fewer schools than groups, or one of the models has too little to learn from. What the latter had
    learned from is that of the one that had least."""
    if len(np.unique(here.school.astype(str))) < GROUPS or known.scored is None:
        return None, None
    scored, group = known.scored, school_groups(here.school)
    margin, regression = scored.margin.copy(), scored.baselines["logistic_regression"].copy()
    probability, chance = scored.probability.copy(), scored.baseline_probability["logistic_regression"].copy()
    learned = [(known.learned, known.learned_positives)]
    for number in range(GROUPS):
        progress(f"schools never seen, {number + 1} of {GROUPS}")
        mine = group == number
        theirs = np.unique(here.school[mine].astype(str))
        others = learning.where(lambda rows, theirs=theirs: ~np.isin(rows.school.astype(str), theirs))  # type: ignore[misc]
        judgement = _judged(artifact, others, here.where(mine))
        part = judgement.scored
        if part is None:
            return known, None
        learned.append((judgement.learned, judgement.learned_positives))
        margin[mine], probability[mine] = part.margin, part.probability
        regression[mine] = part.baselines["logistic_regression"]
        chance[mine] = part.baseline_probability["logistic_regression"]
    new = replace(
        scored,
        margin=margin,
        probability=probability,
        baselines={"logistic_regression": regression},
        baseline_probability={"logistic_regression": chance},
    )
    rows, positives = min(learned)
    return known, replace(known, scored=new, learned=rows, learned_positives=positives)


def _judged(artifact: Artifact, learning: LearnedRows, here: Cohort) -> Judgement:
    """Rows of one index date by a model of `learning`. Margins are calibrated log-odds, so that those of several models
    can stand in one order."""
    outcome, waves = learning.fitted.outcome, learning.waves.outcome
    positives = int(outcome.sum())
    judgement = Judgement(None, len(outcome), positives, slots_among(artifact, here.school)[0])
    if any(min(one.sum(), len(one) - one.sum()) < FEWEST_POSITIVES for one in (outcome, waves)):
        return judgement
    calibration = recalibrate(artifact, learning)
    margin = margin_of(refit(artifact, learning), here)
    regression = margin_of(refit(artifact, learning, kind="logistic"), here)
    scored = Scored(
        outcome=here.outcome,
        weight=here.weight,
        school=here.school,
        margin=log_odds(calibration, margin),
        probability=probabilities(calibration, margin),
        baselines={"logistic_regression": regression},
        baseline_probability={"logistic_regression": probabilities(ITSELF, regression)},
    )
    return replace(judgement, scored=scored)
