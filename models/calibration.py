"""From a margin to a probability: a logistic curve, smooth and never 0 or 1.

Isotonic regression publishes probabilities of exactly 0 and ties ranks; Platt (1999) and beta calibration (Kull, Silva
Filho & Flach 2017) do neither.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """probability = 1 / (1 + exp(−(slope · margin + bend · log(1 + exp(margin)) + intercept))).

    Platt's curve has no bend. With p the uncalibrated probability the other is the beta family's
    a · log p − b · log(1 − p) + c, of which `slope` is a and `slope + bend` is b: the slope far below a margin of 0
    and far above it. Both are above 0, so that order is kept.
    """

    slope: float
    intercept: float
    bend: float = 0.0

    def __post_init__(self) -> None:
        numbers = (self.slope, self.intercept, self.bend)
        if not (all(map(np.isfinite, numbers)) and self.slope > 0 and self.slope + self.bend > 0):
            raise ValueError("a calibration needs a positive, finite slope at either end and a finite intercept")


EDGE = 1e-6  # a probability is published as no less and no more certain than this


def log_odds(calibration: Calibration, margins: Floats) -> Floats:
    """Calibrated log-odds of margins."""
    found = calibration.slope * margins + calibration.intercept
    return found + calibration.bend * np.logaddexp(0.0, margins) if calibration.bend else found


def probabilities(calibration: Calibration, margins: Floats) -> Floats:
    """Calibrated probabilities of margins (log-odds)."""
    from scipy.special import expit  # a quarter of a second, paid by who asks for a probability

    chance: Floats = np.clip(expit(log_odds(calibration, margins)), EDGE, 1 - EDGE)
    return chance
