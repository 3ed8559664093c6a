"""Train, compare, calibrate: one call from a dataset to a model with its figures."""

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import day_to_date
from data_schemas.dataset import Dataset
from data_schemas.label_doubts import label_doubts
from evaluation import Scored, measure, rule_sum, sum_score
from evaluation.monitoring.snapshot import take_snapshot
from models import Artifact, Manifest, Policy, Records, records_of
from models.artifact import FORMAT_VERSION
from models.calibration import Calibration, probabilities
from models.features import Recipe, catalogue
from models.policy import Thresholds
from models.risk_model import RiskModel, margins
from runxin.errors import bad_data
from training.cohorts.cohort import Cohort, as_known, closed_dates, make_cohort
from training.cohorts.learned_rows import LearnedRows, learned_rows
from training.cohorts.reference import training_reference
from training.cohorts.seen import sketch
from training.cohorts.split import Split, split
from training.fitting.boosting import Boosting
from training.fitting.fitting import SIZE_TOLERANCE, SIZES, Fitted, Search, Size, fit, tried_table
from training.fitting.kinds import Progress

Floats = NDArray[np.float64]
NAME = "runxin"
FEWEST_POSITIVES = 10  # with fewer no figure means anything; with few, the intervals say so


@dataclass(frozen=True)
class Options:
    """`sizes` are tried out of fold, further settings for `tune_seconds`; `salt` picks the hash split; `resamples` the
    length of the bootstrap."""

    boosting: Boosting = field(default_factory=Boosting)
    sizes: tuple[Size, ...] = SIZES
    seed: int = 20260213
    salt: int = 0
    resamples: int = 200
    tune_seconds: float = 0.0


@dataclass(frozen=True)
class Trained:
    """A trained model with the rows it was judged by (`test`) and those that it had (`before`), labelled or not; it was
    fitted to what could be learned from the latter."""

    artifact: Artifact
    metrics: dict[str, Any]
    test: Cohort
    scored: Scored
    split: Split
    options: Options
    comparison: dict[str, float]
    before: Cohort
    records: Records

    @property
    def size(self) -> Size:
        """The size of trees that was taken."""
        boosting = self.artifact.manifest.training["boosting"]
        return Size(boosting["depth"], boosting["leaves"])


def train(dataset: Dataset, policy: Policy, options: Options, progress: Progress) -> Trained:
    """Search and train on the training rows, calibrate on out-of-fold margins, fix the thresholds, and measure on the
    rows held out. Raises `UserError` where there are too few outcomes."""
    progress("features")
    records = records_of(dataset)
    dataset = closed_dates(dataset)
    instruments = {code: sheets.instrument for code, sheets in records.sheets.items()}
    features = catalogue(instruments.values(), dataset.own_features)
    reference = training_reference(dataset, records, instruments, options.salt)
    recipe = Recipe(features, instruments, reference, policy.staleness)
    cohort = make_cohort(dataset, records, recipe)
    rows = split(cohort, dataset.description.mode == "concurrent", options.salt)
    before, test = cohort.where(rows.train), as_known(cohort.where(rows.test), dataset, records)
    by_time = rows.known_until is not None
    lessons = learned_rows(before, dataset, records, recipe, rows.known_until, talks=by_time)
    learning = lessons.fitted
    for name, part in (("to learn from", learning), ("held out to judge by", test.where(test.labelled))):
        if part.outcome.sum() < FEWEST_POSITIVES or (part.outcome == 0).sum() < FEWEST_POSITIVES:
            raise bad_data(
                f"too few outcomes {name}: {int(part.outcome.sum())} with and {int((part.outcome == 0).sum())} without",
                fix=f"at least {FEWEST_POSITIVES} of each are needed; import more waves or students",
            )
    settings = Search(options.boosting, options.sizes, options.tune_seconds, options.seed, options.salt + 1)
    fitted = fit(features, lessons, policy.family.cap, settings, progress)
    population = probabilities(fitted.calibration, margins(fitted.model, before.matrix.values).value)
    thresholds = policy.thresholds or thresholds_of(population, policy)
    artifact = Artifact(
        manifest=_manifest(dataset, before, lessons, rows, fitted, options),
        model=fitted.model,
        calibration=fitted.calibration,
        instruments=instruments,
        reference=reference,
        policy=policy.model_copy(update={"thresholds": thresholds}),
        logistic=fitted.logistic,
        band=fitted.band,
    )
    artifact = replace(artifact, monitoring=take_snapshot(artifact, before.matrix, before.student))
    progress("figures")
    scored = score_cohort(artifact, test.where(test.labelled))
    metrics = measure(scored, options.resamples, options.seed)
    artifact = replace(artifact, manifest=artifact.manifest.model_copy(update={"metrics": headline(metrics)}))
    return Trained(artifact, metrics, test, scored, rows, options, fitted.comparison, before, records)


def thresholds_of(population: Floats, policy: Policy) -> Thresholds:
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
            "sum_score": sum_score(cohort.matrix, artifact.instruments, artifact.reference),
            "rule_sum": rule_sum(cohort.matrix, artifact.features, artifact.instruments),
            "logistic_regression": logistic,
        },
        baseline_probability={"logistic_regression": probabilities(Calibration(1.0, 0.0), logistic)},
    )


def headline(metrics: dict[str, Any]) -> dict[str, Any]:
    """The few figures that a model carries with it."""
    kept = ("n", "positives", "base_rate", "auroc", "average_precision", "brier", "calibration_slope")
    return {name: metrics[name] for name in kept}


def _manifest(
    dataset: Dataset, seen: Cohort, lessons: LearnedRows, rows: Split, fitted: Fitted, options: Options
) -> Manifest:
    description = dataset.description
    label = description.label.model_dump() if description.label else None
    return Manifest(
        format_version=FORMAT_VERSION,
        name=NAME,
        version="unregistered",
        kind=fitted.kind,
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
            "known_until": day_to_date(rows.known_until).isoformat() if rows.known_until is not None else None,
            "learned_from": "index_dates" if lessons.talks is None else "talks",
            "labelled": len(lessons.fitted.outcome),
            "positives": int(lessons.fitted.outcome.sum()),
            "ladder": [one.to_json() for one in fitted.ladder],
            "boosting": asdict(fitted.taken.boosting),
            "comparison": fitted.comparison,
            "sizes": tried_table(fitted.tried, fitted.taken),
            "tuning": {"seconds": options.tune_seconds, "trials": max(len(fitted.tried) - len(options.sizes), 0)},
            "calibrations": fitted.calibrations,
            "doubts": list(label_doubts(dataset)),
            "size_tolerance": SIZE_TOLERANCE,
        },
        metrics={},
        explanation=fitted.model.explanation,
        seen=sketch(seen.keys()),
    )
