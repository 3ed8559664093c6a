"""How the same training would have done on earlier index dates, and in schools that it has never seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.figures.bootstrap import draw, figure
from evaluation.figures.calibration import calibration_intercept, calibration_slope
from evaluation.figures.capacity import Labelled, compared, list_value, on_list
from evaluation.figures.discrimination import auroc
from evaluation.figures.groups import of_enough
from evaluation.measure import counts
from evaluation.scored import Scored

Floats = NDArray[np.float64]
FEWEST_POSITIVES = 10  # with fewer no figure is given
LOGISTIC = "logistic_regression"


@dataclass(frozen=True)
class Judgement:
    """Everyone of one index date, labelled or not, scored by a model that had learned from so many rows and positives;
    `scored` is None where those were too few. A school's list has `slots` places."""

    scored: Scored | None
    learned: int
    learned_positives: int
    slots: int


@dataclass(frozen=True)
class Rolled:
    """By index date, what was judged by what was known before; and the last date's rows by models of all schools
    (`known`) and each by a model that has not seen its school (`new`), None where that could not be done."""

    dates: Mapping[str, Judgement]
    known: Judgement | None
    new: Judgement | None


def over_time(rolled: Rolled, resamples: int, seed: int) -> dict[str, Any]:
    """Figures of each index date, weighted and, where weights differ, naive; and those of schools that were never seen
    beside those of the same schools when known."""
    found: dict[str, Any] = {
        "dates": {date: _date(judgement, resamples, seed) for date, judgement in rolled.dates.items()},
        "new_schools": None,
    }
    known, new = rolled.known, rolled.new
    if known is None or new is None or known.scored is None or new.scored is None:
        return found
    before, after = _date(known, resamples, seed), _date(new, resamples, seed)
    if before["state"] != "estimated":
        return found
    naive = None
    if known.scored.weighted:
        naive = _change(known.scored.unweighted(), new.scored.unweighted(), known.slots, resamples, seed)
    found["new_schools"] = {
        "schools": len(np.unique(known.scored.school.astype(str))),
        "known": before,
        "new": after,
        "change": _change(known.scored, new.scored, known.slots, resamples, seed),
        "naive_change": naive,
    }
    return found


def _date(judgement: Judgement, resamples: int, seed: int) -> dict[str, Any]:
    learned = {"rows": judgement.learned, "positives": judgement.learned_positives}
    scored = judgement.scored
    if scored is None:
        return {"state": "too_few_to_learn_from", "learned": learned}
    known = scored.where(scored.labelled)
    here: dict[str, Any] = {
        "state": "estimated",
        "learned": learned,
        "candidates": len(scored.outcome),
        **counts(known),
    }
    if min(known.outcome.sum(), (known.outcome == 0).sum()) < FEWEST_POSITIVES:
        return {**here, "state": "too_few_to_judge_by"}
    here |= _figures(scored, judgement.slots, resamples, seed)
    naive = _figures(scored.unweighted(), judgement.slots, resamples, seed) if scored.weighted else None
    return {**here, "naive": naive}


def _figures(scored: Scored, slots: int, resamples: int, seed: int) -> dict[str, Any]:
    known, regression = _labelled(scored, resamples, seed), scored.baselines[LOGISTIC]
    outcome, samples, weight = known.outcome, known.samples, known.weight

    def ranked(margin: Floats, probability: Floats) -> dict[str, Any]:
        mine, chance = margin[known.rows], probability[known.rows]
        value = list_value(known, on_list(margin, _lists(scored), slots))
        return {
            "auroc": figure(samples, weight, lambda w: auroc(outcome, mine, w)),
            "calibration_slope": figure(samples, weight, lambda w: calibration_slope(outcome, chance, w)),
            "calibration_intercept": figure(samples, weight, lambda w: calibration_intercept(outcome, chance, w)),
            "cases_per_interview": value["cases_per_interview"],
            "recall": of_enough(value["recall"], int(outcome.sum())),
        }

    beside = ranked(regression, scored.baseline_probability[LOGISTIC])
    gain = figure(
        samples,
        weight,
        lambda w: auroc(outcome, scored.margin[known.rows], w) - auroc(outcome, regression[known.rows], w),
    )
    return {**ranked(scored.margin, scored.probability), LOGISTIC: {**beside, "auroc_gain_of_model": gain}}


def _change(before: Scored, after: Scored, slots: int, resamples: int, seed: int) -> dict[str, Any]:
    """What is lost in new schools: their figure less that of the same rows when known."""
    known = _labelled(before, resamples, seed)
    rows, outcome = known.rows, known.outcome
    lists = [on_list(one.margin, _lists(before), slots) for one in (after, before)]
    return {
        "auroc": figure(
            known.samples,
            known.weight,
            lambda w: auroc(outcome, after.margin[rows], w) - auroc(outcome, before.margin[rows], w),
        ),
        **compared(known, *lists),
    }


def _labelled(scored: Scored, resamples: int, seed: int) -> Labelled:
    rows = np.flatnonzero(scored.labelled)
    known = scored.where(rows)
    return Labelled(rows, known.outcome, known.weight, draw(known.school, resamples, seed))


def _lists(scored: Scored) -> NDArray[np.int64]:
    return np.unique(scored.school.astype(str), return_inverse=True)[1].astype(np.int64)
