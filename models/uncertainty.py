"""How sure a probability is: a band from the outcomes of students with margins like this one's."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.calibration import EDGE
from models.policy import Thresholds

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ProbabilityBand:
    """Lower and upper probability at rising margins; straight between them and level beyond the outer ones."""

    margins: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def __post_init__(self) -> None:
        if not (len(self.margins) == len(self.low) == len(self.high) > 0):
            raise ValueError("a band has as many lower and upper probabilities as margins")
        if any((np.diff(values) < 0).any() for values in (self.margins, self.low, self.high)):
            raise ValueError("a band never falls")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def band_of_json(content: dict[str, Any]) -> ProbabilityBand:
    """Read what `to_json` wrote; raises `KeyError`, `TypeError` or `ValueError` where the form is another."""
    return ProbabilityBand(*(tuple(map(float, content[name])) for name in ("margins", "low", "high")))


def bounds(band: ProbabilityBand, margins: Floats, probability: Floats) -> tuple[Floats, Floats]:
    """The band at margins (n,), which always holds the published probability (n,) itself."""
    low = np.interp(margins, band.margins, band.low)
    high = np.interp(margins, band.margins, band.high)
    return np.clip(np.minimum(low, probability), EDGE, None), np.clip(np.maximum(high, probability), None, 1 - EDGE)


def needs_a_person(low: Floats, high: Floats, thresholds: Thresholds) -> NDArray[np.bool_]:
    """Where the band reaches over a threshold the model cannot tell the tier: a person has to (n,)."""
    found = np.zeros(len(low), dtype=bool)
    for threshold in (thresholds.watch, thresholds.priority):
        found |= (low < threshold) & (threshold <= high)
    return found
