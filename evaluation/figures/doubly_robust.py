"""What a list finds, by weights and by a regression of the outcome at once (augmented inverse probability weighting,
Robins, Rotnitzky & Zhao 1994): right where either the chances of having been looked at or the regression are."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from evaluation.figures.bootstrap import Samples, interval, ratio
from evaluation.figures.capacity import Labelled
from evaluation.figures.logistic_fit import logistic_coefficients
from evaluation.scored import Scored

Floats = NDArray[np.float64]
FOLDS, FAR = 5, 4.0  # FAR: standard deviations beyond which a score says no more to the regression


def expected_outcome(scored: Scored, seed: int) -> Floats:
    """The chance of the outcome for all n rows, known or not, by a logistic regression on the model's margin and the
    baselines that ranks are compared with. Each known row is told by the four fifths that do not hold it, all others by
    the mean over the fifths; where a regression has no maximum, by the rate among the known."""
    scores = (scored.margin, *scored.baselines.values())
    design = np.column_stack([np.ones(len(scored.outcome)), *map(_standing, scores)])
    rows = np.flatnonzero(scored.labelled)
    fold = np.random.default_rng(seed).permutation(len(rows)) % FOLDS
    start, none = np.zeros(design.shape[1]), np.zeros(len(rows))
    weight = np.array([fold != number for number in range(FOLDS)], dtype=np.float64)
    found = logistic_coefficients(design[rows], scored.outcome[rows], weight, start, none)
    chances = expit(found @ design.T)
    rate = float(scored.outcome[rows].mean()) if len(rows) else 0.0
    chances = np.where(np.isfinite(chances), chances, rate)
    expected: Floats = chances.mean(axis=0)
    expected[rows] = chances[fold, rows]
    return expected


def doubly_robust(
    known: Labelled, expected: Floats, taken: Mapping[str, Floats], inside: NDArray[np.bool_], everyone: Samples
) -> dict[str, Any]:
    """By list (`taken`, each (n,)), cases an interview and recall among those `inside` (n,), and how much more the
    first list finds. `everyone` samples all n rows. None where nobody on a list is known."""
    weight, slack = np.zeros(len(expected)), np.zeros(len(expected))
    weight[known.rows] = known.weight
    slack[known.rows] = known.weight * (known.outcome - expected[known.rows])
    members = [*taken.values(), inside.astype(np.float64)]
    design = np.column_stack([column * of for of in members for column in (1.0, expected, weight, slack)])
    sums = np.concatenate([block @ design for block in everyone.weights(np.ones(len(expected)))])
    size, foreseen, seen, apart = (sums[:, part::4].T for part in range(4))
    rate = ratio(foreseen, size) + ratio(apart, seen)
    cases, units = rate * size, everyone.units
    first = rate[0]
    return {
        name: {
            "cases_per_interview": interval(rate[place], units),
            "recall": interval(ratio(cases[place], cases[-1]), units),
            "gain_of_first": interval(first - rate[place], units),
        }
        for place, name in enumerate(taken)
    }


def _standing(score: Floats) -> Floats:
    spread = float(score.std())
    found: Floats = np.clip((score - score.mean()) / (spread or 1.0), -FAR, FAR)
    return found
