"""Which kind of model serves, by a rule that was written down before anything was fitted.

Candidates stand from the simplest to the least simple. The first serves unless a later one is better on rows out of
fold by more than one standard error (the rule of Breiman et al. 1984): in what a list of the same length finds, or in
its loss where it does not find fewer by as much. A later one is held against the one that was taken so far, never
against the best of all, so that chance among many does not decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation import precision_at
from models.calibration import probabilities
from training.fitting.calibrate import fit_platt
from training.fitting.candidates import Learning, OutOfFold

Floats = NDArray[np.float64]
LIST = 0.16  # of those who were spoken with: the top of these is what a month's list reaches for
RESAMPLES = 400
ONE_ERROR = (15.87, 84.13)  # percentiles one standard error from the middle


@dataclass(frozen=True)
class LadderStep:
    """A candidate with its margins out of fold."""

    name: str
    found: OutOfFold


@dataclass(frozen=True)
class StepJudged:
    """A candidate beside the one that it was held against: gains with their intervals, and whether it was taken."""

    name: str
    found_on_list: float
    log_loss: float
    against: str | None
    list_gain: tuple[float, float, float] | None
    loss_gain: tuple[float, float, float] | None
    taken: bool

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "found_on_list": self.found_on_list,
            "log_loss": self.log_loss,
            "against": self.against,
            "list_gain": self.list_gain,
            "loss_gain": self.loss_gain,
            "taken": self.taken,
        }


def climb(learning: Learning, rungs: Sequence[LadderStep], seed: int) -> list[StepJudged]:
    """Each candidate in order; the last of those that were `taken` serves."""
    rows = learning.judged
    mine = learning.choosing[rows]
    outcome, weight = learning.judged_outcome[rows][mine], learning.weight[rows][mine]
    drawn = np.random.default_rng(seed).multinomial(len(outcome), np.full(len(outcome), 1 / len(outcome)), RESAMPLES)
    counts = np.vstack([np.ones(len(outcome)), drawn]) * weight
    yields, losses = {}, {}
    for rung in rungs:
        margin = rung.found.margin[mine]
        chance = probabilities(fit_platt(margin, outcome, weight), margin)
        lost = -(outcome * np.log(chance) + (1 - outcome) * np.log(1 - chance))
        yields[rung.name] = precision_at(outcome, margin, counts, LIST)
        losses[rung.name] = counts @ lost / counts.sum(axis=1)
    found: list[StepJudged] = []
    taken: str | None = None
    for rung in rungs:
        on_list, loss = float(yields[rung.name][0]), float(losses[rung.name][0])
        if taken is None:
            found.append(StepJudged(rung.name, on_list, loss, None, None, None, True))
            taken = rung.name
            continue
        more = _interval(yields[rung.name] - yields[taken])
        less = _interval(losses[taken] - losses[rung.name])
        better = more[1] > 0 or (less[1] > 0 and more[2] >= 0)
        found.append(StepJudged(rung.name, on_list, loss, taken, more, less, better))
        taken = rung.name if better else taken
    return found


def _interval(values: Floats) -> tuple[float, float, float]:
    low, high = np.percentile(values[1:], ONE_ERROR)
    return float(values[0]), float(low), float(high)
