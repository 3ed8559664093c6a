"""A small model, really trained, on an invented matrix in which every feature matters."""

from functools import cache
from typing import Literal

import numpy as np

from data_schemas.instruments import packaged_instruments
from models import Artifact, Manifest, read_policy
from models.artifact import FORMAT_VERSION
from models.calibration import probabilities
from models.features import Feature, catalogue
from models.leave_reference import STEPS, LeaveReference
from models.policy import Thresholds
from models.reference import Group, Reference
from models.risk_model import RiskModel, margins
from models.tree_shap import Explainer, explain
from tests.students import AS_OF, assessed, concern, flag, leave, student
from training.fitting.boosting import Boosting, fit_boosting
from training.fitting.calibrate import fit_platt
from training.fitting.splines import fit_splines
from training.fitting.venn_abers import fit_band

ROWS, SEED = 4_000, 11
INSTRUMENTS = {code: packaged_instruments()[code] for code in ("phq9", "gad7")}
FEATURES = catalogue(INSTRUMENTS.values())


def away(students: int, rate: float) -> tuple[int, ...]:
    """Half days missed of 60, fewer and fewer students with more and more."""
    shares = np.append(0.9, 0.1 * np.diff(-np.exp(-rate * np.arange(STEPS + 1))))
    return tuple(np.floor(students * shares).astype(int).tolist())


# Invented figures of the groups that scores are standardised by.
REFERENCE = Reference(
    {
        "phq9": {"total": {"all": Group(6, 5, 900), "junior": Group(6.5, 5, 300), "junior|female": Group(7, 5.5, 150)}},
        "gad7": {"total": {"all": Group(4, 4, 900), "senior": Group(5, 4.5, 300)}},
    },
    LeaveReference({"junior": {"all": away(800, 0.3), "04": away(400, 0.2)}, "senior": {"all": away(500, 0.5)}}),
)
# Highest value and log-odds from the lowest to the highest, by the end or the start of a name; else the group's.
RANGES = {
    "phq9_total": (27, 3.0),
    "phq9_item_9": (3, 1.0),
    "phq9_blank_items": (4, 0.5),
    "phq9_earlier_max": (27, 1.0),
    "gad7_total": (21, 1.5),
    "gad7_blank_items": (3, 0.5),
    "gad7_earlier_max": (21, 0.7),
    "age_years": (19, 0.6),
    "stage": (3, -0.4),
    "grade": (12, 0.5),
}
GROUPS = {
    "questionnaire": (1, 0.8),
    "leave": (8, 0.6),
    "family": (1, 0.9),
    "concern": (3, 0.8),
    "talk": (3, 0.3),
    "context": (1, 0.5),
}


@cache
def trained_artifact(kind: Literal["lightgbm", "logistic"]) -> Artifact:
    """An artifact of that kind; family flags are strong enough here that the cap is felt."""
    values, outcome = invented(FEATURES, np.random.default_rng(SEED))
    weight = np.ones(len(outcome))
    policy = read_policy()
    splines = fit_splines(FEATURES, values, outcome, weight, 2.0)
    boosting = Boosting(rounds=150, learning_rate=0.1, least_in_leaf=20)
    scorer = splines if kind == "logistic" else fit_boosting(FEATURES, values, outcome, weight, boosting, SEED)
    model = RiskModel(FEATURES, scorer, policy.family.cap)
    margin = margins(model, values).value
    calibration = fit_platt(margin, outcome, weight)
    watch, priority = np.quantile(probabilities(calibration, margin), [0.4, 0.7])
    return Artifact(
        band=fit_band(margin, outcome, weight),
        manifest=Manifest(
            format_version=FORMAT_VERSION,
            name="invented",
            version="1",
            kind=kind,
            data_origin="synthetic",
            created_at="2026-04-03T00:00:00+00:00",
            training={"dataset": "invented", "synthetic": True},
            metrics={},
        ),
        model=model,
        calibration=calibration,
        instruments=INSTRUMENTS,
        reference=REFERENCE,
        policy=policy.model_copy(update={"thresholds": Thresholds(watch=float(watch), priority=float(priority))}),
        logistic=splines,
    )


def run_every_loop() -> None:
    """Call each compiled loop once with what it is called with: many students and one, with a model and without."""
    everything = student(leaves=[leave(AS_OF)], family=[flag("left_behind")], concerns=[concern("bullying")])
    artifact = trained_artifact("lightgbm")
    for model in (artifact, trained_artifact("logistic"), None):
        for students in (1, 12):
            assessed([{**everything, "student_id": f"S-{n}"} for n in range(students)], model)
    explainer = artifact.model.explainer
    assert isinstance(explainer, Explainer)
    for rows in (np.zeros((12, len(FEATURES))), np.zeros((1, len(FEATURES)))):
        explain(explainer, rows)
        explain(explainer, np.asfortranarray(rows)[::-1])


def invented(features: tuple[Feature, ...], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Values (ROWS, p) in each feature's own range, and outcomes that depend on all of them."""
    values, margin = np.empty((ROWS, len(features))), np.full(ROWS, 2.5)
    for place, feature in enumerate(features):
        highest, effect = RANGES.get(feature.name, GROUPS[feature.group])
        steps = 2 if feature.group == "family" else 1
        drawn = rng.integers(0, highest * steps + 1, ROWS) / steps
        # Most students have nothing of it: the lowest value is the usual one, as in a school.
        values[:, place] = np.where(rng.random(ROWS) < (0.3 if feature.group == "context" else 0.6), 0.0, drawn)
        margin += effect * (values[:, place] / highest - 0.35)
        code, _, name = feature.name.partition("_")
        if name in ("total", "earlier_max"):
            everyone = REFERENCE.groups[code]["total"]["all"]
            values[:, place] = (values[:, place] - everyone.mean) / everyone.sd
    return values, (rng.random(ROWS) < 1 / (1 + np.exp(-margin))).astype(np.float64)
