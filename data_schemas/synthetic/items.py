"""How the items of each questionnaire of the city follow the traits, and which schools use which.

PHQ-9 and GAD-7 are calibrated to published shares. CES-D is set so that 22–28 % reach 16 (Huzhou, n = 4,729; Yunnan
2023, n = 4,670). Of MHT a total of 65 is rare (Heze, n = 1,974: 2.0 %). Thresholds of MSSMHS, and everything else here,
are assumptions.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from data_schemas.instruments import Instrument, packaged_instruments
from data_schemas.synthetic.graded import Floats, Items

DEPRESSION, ANXIETY, SUICIDALITY = np.eye(3)
PHQ_9 = Items(
    np.array([2.0, 2.4, 1.6, 1.9, 1.6, 2.1, 1.7, 1.7, 2.2]),
    np.vstack(
        [
            np.array([-0.85, -0.60, -0.70, -1.00, -0.45, -0.60, -0.65, -0.05])[:, None] + np.array([0.0, 1.95, 2.6]),
            np.array([1.60, 2.35, 2.90]),
        ]
    ),
)
GAD_7 = Items(
    np.array([2.1, 2.5, 2.3, 2.0, 1.6, 1.6, 1.8]),
    np.array([0.15, 0.40, 0.20, 0.35, 0.75, 0.10, 0.65])[:, None] + np.array([0.0, 1.15, 1.8]),
)
# Sets of questionnaires, and which of them a stage's schools use in turn. PHQ-9 and GAD-7 prevail, also in primary
# schools, where PHQ-9 is little validated below 11 years; MSSMHS and CES-D are for older students.
SETS = (("phq9", "gad7"), ("mht",), ("mssmhs",), ("cesd",))
TURNS = ((0, 1, 0), (0, 0, 2, 3), (0, 0, 1, 0, 2), (0, 0, 3, 0))  # by stage: places in `SETS`


@dataclass(frozen=True)
class Form:
    """A questionnaire whose points are drawn from traits.

    `weights` (items, 3) of depression, anxiety and suicidality; items of one `scale` (−1 for none) also share `own`
    times a trait of the scale's own.
    """

    instrument: Instrument
    items: Items
    weights: Floats
    scale: NDArray[np.int64]
    own: Floats

    def points(self, rng: np.random.Generator, traits: Floats) -> NDArray[np.int8]:
        """Points above the least adverse answer of sheets whose traits have the shape (sheets, 3)."""
        felt = traits @ self.weights.T
        if (self.scale >= 0).any():
            felt += self.own * rng.normal(size=(len(traits), int(self.scale.max()) + 1))[:, self.scale]
        return self.items.answers(rng, felt)

    def answers(self, points: NDArray[np.int8]) -> NDArray[np.int8]:
        """The answers that come to these points, in the questionnaire's own coding."""
        low, high = self.instrument.coding.low, self.instrument.coding.high
        turned = np.array(self.instrument.turned, dtype=np.int64) - 1
        answers = (points + low).astype(np.int8)
        answers[:, turned] = high - points[:, turned]
        return answers


@cache
def forms() -> dict[str, Form]:
    """The forms by the code of their questionnaire."""
    return {form.instrument.code: form for form in (_phq9(), _gad7(), _cesd(), _mht(), _mssmhs())}


def _plain(code: str, items: Items, weights: Floats) -> Form:
    none = np.zeros(len(weights))
    return Form(packaged_instruments()[code], items, weights, none.astype(np.int64) - 1, none)


def _phq9() -> Form:
    return _plain("phq9", PHQ_9, np.vstack([np.tile(DEPRESSION, (8, 1)), SUICIDALITY]))


def _gad7() -> Form:
    return _plain("gad7", GAD_7, np.tile(ANXIETY, (7, 1)))


def _cesd() -> Form:
    """Reversed items (glad, hopeful) hang together less with the others, as is usual."""
    slopes, first = np.full(20, 1.4), np.linspace(-0.02, 0.88, 20)
    turned = np.array(packaged_instruments()["cesd"].turned) - 1
    slopes[turned], first[turned] = 0.7, -0.9
    return _plain("cesd", Items(slopes, first[:, None] + np.array([0.0, 1.3, 2.2])), np.tile(DEPRESSION, (20, 1)))


def _scales(code: str) -> tuple[list[str], NDArray[np.int64]]:
    """The scales beside the total, and the one to which each item belongs."""
    instrument = packaged_instruments()[code]
    scales = [score for score in instrument.scores if score.code != "total" and score.items]
    scale = np.full(instrument.items, -1)
    for place, score in enumerate(scales):
        scale[np.array(score.items) - 1] = place
    return [score.code for score in scales], scale


def _mht() -> Form:
    codes, scale = _scales("mht")
    common = np.where(
        np.isin(scale, [codes.index("somatic"), codes.index("impulsivity")])[:, None], DEPRESSION, ANXIETY
    )
    weights, own = 0.8 * common, np.full(100, 0.6)
    harder = np.array([{"learning_anxiety": -0.1, "phobia": 1.2, "loneliness": 1.1}.get(code, 0.55) for code in codes])
    first = harder[scale] + np.tile(np.linspace(-0.6, 0.6, 5), 20)
    slopes = np.full(100, 1.5)
    lie = scale == codes.index("validity")  # how good one wants to look has nothing to do with the traits
    weights[lie], own[lie], slopes[lie], first[lie] = 0, 1, 1.0, 1.9
    critical = np.array([item.item for item in packaged_instruments()["mht"].critical]) - 1
    weights[critical], own[critical], slopes[critical], first[critical] = SUICIDALITY, 0, 2.2, np.array([1.75, 1.95])
    return Form(packaged_instruments()["mht"], Items(slopes, first[:, None]), weights, scale, own)


def _mssmhs() -> Form:
    codes, scale = _scales("mssmhs")
    low = [codes.index(code) for code in ("depression", "emotional_instability", "maladaptation")]
    weights = 0.8 * np.where(np.isin(scale, low)[:, None], DEPRESSION, ANXIETY)
    own, first = np.full(60, 0.6), np.tile(np.linspace(-0.3, 0.5, 6), 10)
    steps = np.tile(np.array([0.0, 1.15, 2.0, 2.9]), (60, 1))
    thoughts = next(item.item for item in packaged_instruments()["mssmhs"].critical if item.topic == "suicidality") - 1
    weights[thoughts], own[thoughts], first[thoughts] = SUICIDALITY, 0, 1.7
    others = next(item.item for item in packaged_instruments()["mssmhs"].critical if item.topic != "suicidality") - 1
    first[others] = 1.0
    slopes = np.full(60, 1.6)
    slopes[thoughts] = 2.2
    return Form(packaged_instruments()["mssmhs"], Items(slopes, first[:, None] + steps), weights, scale, own)
