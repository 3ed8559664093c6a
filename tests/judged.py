"""An invented population of ten schools, scored and half of it interviewed, for tests of evaluation."""

from dataclasses import replace
from typing import Any

import numpy as np

from evaluation import Endpoint, Judgement, Population, Rolled, Scored, other_outcomes, over_time, report, retrained
from evaluation.figures.contribution_checks import JudgedContributions, contribution_checks
from evaluation.figures.learning_curve import Fewer, Less, learning_curve
from evaluation.figures.served import served_lists
from evaluation.figures.uncertainty import uncertainty
from evaluation.report.verdict import verdict

SLOTS = 5
Figures = dict[str, Any]
NAMES, GROUPS = ("phq9_total", "leave_days_60", "family_left_behind"), ("questionnaire", "leave", "family")
ABOUT: Figures = {
    "mode": "longitudinal",
    "synthetic": True,
    "dataset": {
        "name": "invented <city>",
        "origin": "synthetic",
        "fingerprint": "0123456789abcdef0123",
        "index_dates": ["2025-11-07"],
        "open_dates": ["2026-03-02"],
        "schools": 12,
        "left_out": {"without_consent": 21, "placed_by_a_person": 17},
    },
    "in_sample": False,
    "rows": "index dates after 2025-04-11",
    "rows_zh": "基准日在 2025-04-11 之后",
    "filter": "",
    "label": {"name": "need", "kinds": ["interview"], "level": 2, "horizon_days": 90},
    "weighting": "inverse of the recorded selection probability",
    "without_chance": 7,
    "model": {
        "name": "runxin",
        "version": "7",
        "kind": "lightgbm",
        "data_origin": "synthetic",
        "trained_on": "invented",
        "created_at": "2026-04-03T00:00:00+00:00",
        "policy": "2026-11+12345678",
        "thresholds": {"watch": 0.1, "priority": 0.2},
        "training": {
            "labelled": 500,
            "positives": 60,
            "split": "time: the last index date is held out",
            "size_tolerance": 0.003,
            "sizes": [
                {"depth": 2, "leaves": 4, "rounds": 300, "learning_rate": 0.03, "auroc": 0.741, "log_loss": 0.21}
                | {"explanation_cost": 1500, "chosen": True},
                {"depth": 5, "leaves": 20, "rounds": 140, "learning_rate": 0.06, "auroc": 0.743, "log_loss": 0.2}
                | {"explanation_cost": 2900, "chosen": False},
            ],
            "tuning": {"seconds": 60.0, "trials": 1},
            "calibrations": {
                "parted": "later: fitted before the last index date, judged on it",
                "curves": [
                    {"method": "platt", "log_loss": 0.2105, "brier": 0.057, "slope": 0.94, "chosen": True},
                    {"method": "beta", "log_loss": 0.2104, "brier": 0.057, "slope": 0.95, "chosen": False},
                    {"method": "isotonic", "log_loss": 0.2391, "brier": 0.059, "slope": None, "chosen": False},
                ],
            },
        },
    },
}


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


def invented_explanations() -> JudgedContributions:
    """Contributions of three features that sum to their margin and go their way."""
    values = np.random.default_rng(1).normal(size=(120, 3))
    return JudgedContributions(values * [0.8, 0.3, 0.1], -2.0, values, NAMES)


def whole_report() -> Figures:
    """A report of the invented population with everything that a training adds."""
    people, explained = population(), invented_explanations()
    phi = explained.phi
    checks = contribution_checks(
        phi, explained.base, phi.sum(axis=1) + explained.base, explained.values, NAMES, GROUPS, (1, 1, 1), phi / 2
    )
    folds = people.scored.margin + np.random.default_rng(2).normal(0, 0.2, (3, len(people)))
    found = report(people, SLOTS, 40, 1) | ABOUT | {"contributions": checks}
    found["list"]["per"] = "school"
    chance = people.scored.probability
    found["uncertainty"] = uncertainty(chance * 0.9, chance, people.tier == 1, people.tier)
    found["retrained"] = retrained(people, folds, {"family": folds[0]}, SLOTS, 40, 1)
    found["retrained"]["rolling"] = over_time(invented_rolling(people), 40, 1)
    half = Fewer(0.5, 250.0, 30.0, folds[:1] + np.random.default_rng(5).normal(0, 3.0, (3, len(people))))
    found["retrained"]["learning"] = learning_curve(people.scored, Less((half,), folds[1]), 40, 1)
    found["other_outcomes"] = other_outcomes(invented_endpoints(people), SLOTS, 40, 1)
    found["served"] = invented_lists(people)
    found["verdict"] = verdict(found)
    return found


def invented_lists(people: Population) -> Figures:
    """A week's and a month's list by the margin and by the sum: whoever stands highest of all."""
    orders = {"served": people.scored.margin, "sum_score": people.scored.baselines["sum_score"]}
    inside = {"everyone": np.ones(len(people), dtype=bool), "outside": ~people.floor}
    taken = {
        block: {
            name: {k: mine & (score >= np.sort(score[mine])[-3 * k]) for k in (10, 40)}
            for name, score in orders.items()
        }
        for block, mine in inside.items()
    }
    return served_lists(people.scored, taken, inside, people.groups, 40, 1)


def invented_rolling(people: Population, noise: float = 0.2) -> Rolled:
    """Two index dates, the first with too little to learn from, and schools never seen, where scores are noisier."""
    scored = people.scored
    other = replace(scored, margin=scored.margin + np.random.default_rng(3).normal(0, noise, len(people)))
    known, new = Judgement(scored, 900, 100, SLOTS), Judgement(other, 900, 100, SLOTS)
    return Rolled({"2025-04-11": Judgement(None, 40, 4, SLOTS), "2025-11-07": known}, known, new)


def invented_endpoints(people: Population) -> dict[str, dict[str, Endpoint]]:
    """One endpoint of each state: estimated, weighted or not, few, not over yet, and not recorded."""
    scored, n = people.scored, len(people)
    over, running = np.zeros(n, dtype=bool), np.ones(n, dtype=bool)
    none = replace(scored, outcome=np.full(n, np.nan), weight=np.ones(n))
    few = replace(none, outcome=(np.arange(n) < 9).astype(float))
    positives_only = replace(none, outcome=np.where(scored.outcome == 1, 1.0, np.nan))
    return {
        "horizons": {
            "30": Endpoint(scored, people.list_of, over, 30),
            "180": Endpoint(positives_only, people.list_of, running, 180),
        },
        "secondary": {
            "referral": Endpoint(none, people.list_of, over, 90, kept=False),
            "crisis_event": Endpoint(few, people.list_of, over, 90),
            "next_questionnaire": Endpoint(scored.unweighted(), people.list_of, over, 0),
        },
        "tasks": {"incident": Endpoint(scored, people.list_of, over, 90)},
    }
