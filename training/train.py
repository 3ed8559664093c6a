"""Train, compare, calibrate: one call from a dataset to a model with its figures."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import day_to_date
from data_schemas.dataset import Dataset
from evaluation import Scored, auroc, measure, rule_sum, sum_score
from models import Artifact, Manifest, Policy, Records, records_of
from models.artifact import FORMAT_VERSION
from models.calibration import Calibration, probabilities
from models.features import Feature, Recipe, catalogue
from models.policy import Thresholds
from models.risk_model import RiskModel, margins
from models.spline_model import SplineModel
from runxin.errors import bad_data
from training.boosting import Boosting, fit_boosting, staged_margins
from training.calibrate import fit_platt
from training.cohort import Cohort, make_cohort
from training.reference import training_reference
from training.seen import sketch
from training.splines import fit_splines
from training.split import FOLDS, Split, hash_fold, split

Floats = NDArray[np.float64]
NAME = "runxin"
WEIGHT_CAP = 20.0  # an estimated weight above this says more about chance than about students
LR_MARGIN = 0.01  # AUROC by which logistic regression must lead to serve in the booster's place
FEWEST_POSITIVES = 10  # with fewer no figure means anything; with few, the intervals say so
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """`salt` picks the hash split; `resamples` the length of the bootstrap."""

    boosting: Boosting = field(default_factory=Boosting)
    seed: int = 20260213
    salt: int = 0
    resamples: int = 200


@dataclass(frozen=True)
class Trained:
    """A trained model with the rows it was judged by. `test` holds labelled and unlabelled rows, `learning` those it
    was fitted to."""

    artifact: Artifact
    metrics: dict[str, Any]
    test: Cohort
    scored: Scored
    split: Split
    options: Options
    comparison: dict[str, float]
    learning: Cohort
    records: Records


def train(dataset: Dataset, policy: Policy, options: Options, progress: Progress) -> Trained:
    """Train LightGBM and the spline regression on the training rows, calibrate on their out-of-fold margins, fix
    the thresholds, and measure on the rows held out. Raises `UserError` where there are too few outcomes."""
    progress("features")
    records = records_of(dataset)
    instruments = {code: sheets.instrument for code, sheets in records.sheets.items()}
    features = catalogue(instruments.values(), dataset.own_features)
    reference = training_reference(dataset, records, instruments, options.salt)
    cohort = make_cohort(dataset, records, Recipe(features, instruments, reference, policy.staleness))
    rows = split(cohort, dataset.description.mode == "concurrent", options.salt)
    learning, test = cohort.where(rows.train & cohort.labelled), cohort.where(rows.test)
    for name, part in (("to learn from", learning), ("held out to judge by", test.where(test.labelled))):
        if part.outcome.sum() < FEWEST_POSITIVES or (part.outcome == 0).sum() < FEWEST_POSITIVES:
            raise bad_data(
                f"too few outcomes {name}: {int(part.outcome.sum())} with and {int((part.outcome == 0).sum())} without",
                fix=f"at least {FEWEST_POSITIVES} of each are needed; import more waves or students",
            )
    fitted = _fit(features, learning, policy.family.cap, options, progress)
    population = probabilities(fitted.calibration, margins(fitted.model, cohort.where(rows.train).matrix.values).value)
    thresholds = policy.thresholds or _thresholds(population, policy)
    artifact = Artifact(
        manifest=_manifest(dataset, cohort.where(rows.train), rows, fitted, options),
        model=fitted.model,
        calibration=fitted.calibration,
        instruments=instruments,
        reference=reference,
        policy=policy.model_copy(update={"thresholds": thresholds}),
        logistic=fitted.logistic,
    )
    progress("figures")
    scored = score_cohort(artifact, test.where(test.labelled))
    metrics = measure(scored, options.resamples, options.seed)
    artifact = replace(artifact, manifest=artifact.manifest.model_copy(update={"metrics": headline(metrics)}))
    return Trained(artifact, metrics, test, scored, rows, options, fitted.comparison, learning, records)


@dataclass(frozen=True)
class _Fitted:
    model: RiskModel
    calibration: Calibration
    logistic: SplineModel
    comparison: dict[str, float]
    rounds: int


def _fit(features: tuple[Feature, ...], learning: Cohort, cap: float, options: Options, progress: Progress) -> _Fitted:
    values, outcome = learning.matrix.values, learning.outcome
    weight = np.minimum(learning.weight, WEIGHT_CAP)
    fold = hash_fold(learning.student, options.salt + 1)
    stages = list(range(20, options.boosting.rounds + 1, 20))
    staged = np.zeros((len(outcome), len(stages)))
    spline_margin = np.zeros(len(outcome))
    boosters: list[lightgbm.Booster] = []
    for number in range(FOLDS):
        progress(f"fold {number + 1} of {FOLDS}")
        out, rest = fold == number, fold != number
        parts = (values[rest], outcome[rest], weight[rest])
        boosters.append(fit_boosting(features, *parts, options.boosting, options.seed))
        staged[out] = staged_margins(boosters[-1], values[out], stages)
        model = RiskModel(features, fit_splines(features, *parts), cap)
        spline_margin[out] = margins(model, values[out]).value
    losses = [float(np.average(np.logaddexp(0, m) - outcome * m, weights=weight)) for m in staged.T]
    rounds = stages[int(np.argmin(losses))]
    boosted_margin = np.zeros(len(outcome))
    for number, booster in enumerate(boosters):
        shorter = lightgbm.Booster(model_str=booster.model_to_string(num_iteration=rounds))
        out = fold == number
        boosted_margin[out] = margins(RiskModel(features, shorter, cap), values[out]).value
    comparison = {
        "lightgbm_auroc_out_of_fold": float(auroc(outcome, boosted_margin, weight)),
        "logistic_auroc_out_of_fold": float(auroc(outcome, spline_margin, weight)),
        "rounds": float(rounds),
    }
    progress("the model")
    logistic = fit_splines(features, values, outcome, weight)
    if comparison["logistic_auroc_out_of_fold"] > comparison["lightgbm_auroc_out_of_fold"] + LR_MARGIN:
        calibration = fit_platt(spline_margin, outcome, weight)
        return _Fitted(RiskModel(features, logistic, cap), calibration, logistic, comparison, rounds)
    booster = fit_boosting(features, values, outcome, weight, replace(options.boosting, rounds=rounds), options.seed)
    calibration = fit_platt(boosted_margin, outcome, weight)
    return _Fitted(RiskModel(features, booster, cap), calibration, logistic, comparison, rounds)


def _thresholds(population: Floats, policy: Policy) -> Thresholds:
    """Probabilities above which the policy's shares of the training population lie."""
    capacity = policy.capacity
    priority = float(np.quantile(population, 1 - capacity.priority_share))
    watch = float(np.quantile(population, 1 - capacity.priority_share - capacity.watch_share))
    return Thresholds(watch=watch, priority=max(priority, watch))


def score_cohort(artifact: Artifact, cohort: Cohort) -> Scored:
    """Margins and probabilities of labelled rows, with the baselines on the same rows."""
    margin = margins(artifact.model, cohort.matrix.values).value
    logistic = margins(
        RiskModel(artifact.features, artifact.logistic, artifact.model.family_cap), cohort.matrix.values
    ).value
    return Scored(
        outcome=cohort.outcome,
        weight=cohort.weight,
        school=cohort.school,
        margin=margin,
        probability=probabilities(artifact.calibration, margin),
        baselines={
            "sum_score": sum_score(cohort.matrix, artifact.instruments),
            "rule_sum": rule_sum(cohort.matrix, artifact.features, artifact.instruments),
            "logistic_regression": logistic,
        },
        baseline_probability={"logistic_regression": probabilities(Calibration(1.0, 0.0), logistic)},
    )


def headline(metrics: dict[str, Any]) -> dict[str, Any]:
    """The few figures that a model carries with it."""
    kept = ("n", "positives", "base_rate", "auroc", "average_precision", "brier", "calibration_slope")
    return {name: metrics[name] for name in kept}


def _manifest(dataset: Dataset, seen: Cohort, rows: Split, fitted: _Fitted, options: Options) -> Manifest:
    description = dataset.description
    label = description.label.model_dump() if description.label else None
    return Manifest(
        format_version=FORMAT_VERSION,
        name=NAME,
        version="unregistered",
        kind=fitted.model.kind,
        data_origin=description.origin,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        training={
            "dataset": description.name,
            "synthetic": description.synthetic,
            "fingerprint": dataset.fingerprint,
            "mode": description.mode,
            "label": label,
            "split": rows.rule,
            "salt": options.salt,
            "seed": options.seed,
            "last_index_date": day_to_date(int(seen.index_day.max())).isoformat(),
            "rows": len(seen.outcome),
            "labelled": int(seen.labelled.sum()),
            "positives": int(np.nansum(seen.outcome)),
            "rounds": fitted.rounds,
            "boosting": asdict(options.boosting),
            "comparison": fitted.comparison,
        },
        metrics={},
        seen=sketch(seen.keys()),
    )
