"""Weights drawn towards the published ones: the literature where labels are few, the labels where they are many."""

import numpy as np

from models.indices.published import LOG_ODDS
from training.fitting.candidates import INDEX_FEATURES
from training.fitting.drawn import fit_drawn
from training.fitting.kinds import DRAWN_PENALTY

NAMES = [feature.name for feature in INDEX_FEATURES]
PUBLISHED = np.array([LOG_ODDS.get(name, 0.0) for name in NAMES])


def drawn(rows: int, penalty: float = DRAWN_PENALTY, sign: float = -1.0) -> np.ndarray:
    """Slopes (q,) fitted to rows in which sheets speak twice as much as published, and reports the other way."""
    rng = np.random.default_rng(4)
    values = rng.normal(size=(rows, len(NAMES)))
    truth = np.where(
        np.array(NAMES) == "sheets", 2 * PUBLISHED, np.where(np.array(NAMES) == "reports", sign, PUBLISHED)
    )
    outcome = (rng.random(rows) < 1 / (1 + np.exp(1 - values @ truth))).astype(float)
    lines = fit_drawn(INDEX_FEATURES, values, outcome, np.ones(rows), penalty)
    return np.array([(high - low) / 200 for low, high in lines.heights])


def test_a_few_labels_leave_the_weights_as_published() -> None:
    assert np.abs(drawn(30) - PUBLISHED).max() < 0.35
    assert np.abs(drawn(30, penalty=1e6) - PUBLISHED).max() < 1e-3


def test_many_labels_say_more_than_the_literature_and_no_adverse_line_falls() -> None:
    slopes = dict(zip(NAMES, drawn(20_000), strict=True))
    assert slopes["sheets"] > 1.6 * LOG_ODDS["sheets"]
    adverse = [slopes[feature.name] for feature in INDEX_FEATURES if feature.direction == 1]
    assert min(adverse) >= -1e-9
    assert slopes["reports"] < 1e-6, "what speaks against its direction is left out"


def test_a_figure_that_tells_nobody_apart_keeps_its_published_weight() -> None:
    values = np.zeros((40, len(NAMES)))
    values[:, 0] = np.linspace(-1, 1, 40)
    outcome = (np.arange(40) % 4 == 0).astype(float)
    lines = fit_drawn(INDEX_FEATURES, values, outcome, np.ones(40), DRAWN_PENALTY)
    assert np.isfinite(lines.margins(values)).all()
    assert lines.heights[NAMES.index("female")][1] > 0
