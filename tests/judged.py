"""An invented population of ten schools, scored and half of it interviewed, for tests of evaluation."""

from dataclasses import replace
from typing import Any

import numpy as np

from evaluation import Population, Scored

SLOTS = 5


def population(n: int = 3_000, seed: int = 4, schools: int = 12, **changes: Any) -> Population:
    """Scores of different worth: the model's the best, the sum's worse, the hand-made points' noise."""
    rng = np.random.default_rng(seed)
    margin = rng.normal(-2.2, 1.2, n)
    probability = 1 / (1 + np.exp(-margin))
    outcome = (rng.random(n) < probability).astype(float)
    chance = np.where(margin > -1, 0.9, 0.3)
    seen = rng.random(n) < chance
    school = np.array([f"school-{place % schools:02d}" for place in range(n)], dtype=object)
    baselines = {
        "sum_score": margin + rng.normal(0, 1.5, n),
        "rule_sum": np.round(rng.normal(size=n)),
        "logistic_regression": margin + rng.normal(0, 0.1, n),
    }
    scored = Scored(
        outcome=np.where(seen, outcome, np.nan),
        weight=np.where(seen, 1 / chance, 1.0),
        school=school,
        margin=margin,
        probability=probability,
        baselines=baselines,
        baseline_probability={"logistic_regression": probability},
    )
    whole = Population(
        scored=scored,
        list_of=np.unique(school.astype(str), return_inverse=True)[1],
        tier=np.digitize(margin, [-1, 0.5]).astype(np.int64),
        floor=rng.random(n) < 0.02,
        by_lot=seen & (margin <= -1),
        rules={"phq9_11": margin > -0.5},
        groups={
            "sex": rng.choice(["female", "male", ""], n, p=[0.49, 0.49, 0.02]).astype(object),
            "boarding": np.where(np.arange(n) < 4, "yes", "no").astype(object),
        },
    )
    return replace(whole, **changes)
