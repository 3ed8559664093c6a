"""From a margin to a probability: Platt's logistic curve, smooth and never 0 or 1.

Isotonic regression publishes probabilities of exactly 0 and ties ranks; Platt (1999) does neither.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit


@dataclass(frozen=True)
class Calibration:
    """probability = 1 / (1 + exp(−(slope · margin + intercept))), slope above 0 so that order is kept."""

    slope: float
    intercept: float

    def __post_init__(self) -> None:
        if not (self.slope > 0 and np.isfinite(self.slope) and np.isfinite(self.intercept)):
            raise ValueError("a calibration needs a positive, finite slope and a finite intercept")


EDGE = 1e-6  # a probability is published as no less and no more certain than this


def probabilities(calibration: Calibration, margins: NDArray[np.float64]) -> NDArray[np.float64]:
    """Calibrated probabilities of margins (log-odds)."""
    chance: NDArray[np.float64] = np.clip(expit(calibration.slope * margins + calibration.intercept), EDGE, 1 - EDGE)
    return chance
