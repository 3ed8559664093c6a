"""One training with everything a person wants to find again in MLflow."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_schemas.codes import Tier
from data_schemas.dataset import Dataset
from evaluation.report.page import write_report
from models import Artifact, Policy
from runxin.settings import Settings
from training.cohorts.population import tiers_of
from training.evaluate import rule_of
from training.fitting.kinds import Progress
from training.logged_run import logged_run
from training.model_evaluation import EvaluatedRows, evaluate_model
from training.retraining.all_waves import fitted_on_all_waves
from training.tracking import Registered, check_tracking, log_training
from training.train import Options, Trained, train


@dataclass(frozen=True)
class TrainingResult:
    registered: Registered
    artifact: Artifact
    metrics: dict[str, Any]
    comparison: dict[str, float]


def train_and_register(
    dataset: Dataset, policy: Policy, options: Options, settings: Settings, progress: Progress
) -> TrainingResult:
    """Train, log parameters, data fingerprint, figures and plots, and register the artifact."""
    progress("MLflow")
    check_tracking(settings)
    trained = train(dataset, policy, options, progress)
    serving = fitted_on_all_waves(trained, dataset, policy, progress)
    counts = tier_counts(trained)
    training = trained.artifact.manifest.training
    figures = flat(trained.metrics) | {f"tier.{name}": float(count) for name, count in counts.items()}
    run = logged_run(trained, serving, options, figures)

    def write_files(artifact: Artifact, folder: Path) -> dict[str, float]:
        """The report and its pictures, in the name of the version that has just been registered; answers with the
        figures that only the report has."""
        rows = EvaluatedRows(trained.test, trained.before, rule_of(training), in_sample=False)
        judged = evaluate_model(
            dataset, trained.records, artifact.as_judged, rows, options.resamples, options.seed, progress
        )
        plots = folder / "plots"
        plots.mkdir()
        (plots / "metrics.json").write_text(json.dumps(trained.metrics, indent=1), "utf-8")
        searched = {name: training[name] for name in ("sizes", "size_tolerance", "tuning", "calibrations")}
        (plots / "settings.json").write_text(json.dumps(searched, indent=1), "utf-8")
        write_report(judged.figures, judged.explained, folder / "report", pictures=plots)
        more = {"rolling": judged.figures["retrained"]["rolling"], "outcomes": judged.figures["other_outcomes"]}
        return flat({name: of for name, of in more.items() if of is not None})

    progress("MLflow")
    registered, artifact = log_training(settings, serving, run, write_files)
    return TrainingResult(registered, artifact, trained.metrics, trained.comparison)


def tier_counts(trained: Trained) -> dict[str, int]:
    """How many of the held-out students the model alone places in each tier."""
    tiers = tiers_of(trained.artifact, trained.test)
    counts = Counter(tiers.tolist())
    return {tier.code: counts.get(tier.ord, 0) for tier in Tier if tier is not Tier.CRISIS}


def flat(metrics: dict[str, Any], prefix: str = "") -> dict[str, float]:
    """Figures as flat names for MLflow: "top.0.05.recall", with .low and .high beside each value."""
    found: dict[str, float] = {}
    for name, value in metrics.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict) and "value" in value and "low" in value:
            found |= {path + suffix: float(value[key]) for suffix, key in _SUFFIXES if value[key] is not None}
        elif isinstance(value, dict):
            found |= flat(value, f"{path}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[path] = float(value)
    return found


_SUFFIXES = (("", "value"), (".low", "low"), (".high", "high"))
