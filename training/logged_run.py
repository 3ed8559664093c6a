"""What a training leaves in MLflow beside its artifact: parameters, figures, trials, the data it had, and words."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.report.names import name_of, shown
from models import Artifact
from runxin import __version__
from training.train import Options, Trained

Figures = dict[str, float]
ROOT = Path(__file__).parents[1]
ABOUT = (
    "Margins by which the students of a school are put in order for an interview, with calibrated probabilities. No "
    "diagnosis, and no student is assessed by it alone: safety rules, evidence and people's words come first. Serving "
    "reads a verified copy that `runxin promote` writes (alias `champion`); `candidate` is what was trained last."
)


@dataclass(frozen=True)
class TriedSetting:
    """A setting or kind that was tried on rows it had not learned from."""

    name: str
    parameters: dict[str, Any]
    metrics: Figures
    taken: bool


@dataclass(frozen=True)
class LoggedRun:
    """`data` are the uses of one dataset (its name, the digest of its files) by context."""

    name: str = "runxin"
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    metrics: Figures = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    trials: tuple[TriedSetting, ...] = ()
    dataset: str = ""
    digest: str = ""
    example: pd.DataFrame | None = None


def logged_run(trained: Trained, serving: Artifact, options: Options, figures: Figures) -> LoggedRun:
    """`figures` are those of the judged rows under flat names."""
    manifest, training = trained.artifact.manifest, trained.artifact.manifest.training
    comparison = trained.comparison
    parameters = {
        **{f"boosting.{name}": value for name, value in training["boosting"].items()},
        **{name: comparison[name] for name in SETTINGS if name in comparison},
        "kind": manifest.kind,
        "seed": options.seed,
        "salt": options.salt,
        "resamples": options.resamples,
        "tune_seconds": options.tune_seconds,
        "split": training["split"],
        "mode": training["mode"],
        "label": json.dumps(training["label"]),
        "learned_from": training["learned_from"],
        "policy": trained.artifact.policy.name,
        "family_cap": trained.artifact.model.family_cap,
        "dataset": training["dataset"],
        "data_fingerprint": training["fingerprint"],
        "data_origin": manifest.data_origin,
        "last_index_date": training["last_index_date"],
        "rows": training["rows"],
        "labelled": training["labelled"],
        "positives": training["positives"],
        "served.labelled": serving.manifest.training["labelled"],
        "served.last_index_date": serving.manifest.training["last_index_date"],
    }
    compared = {name: value for name, value in comparison.items() if name not in SETTINGS}
    return LoggedRun(
        name=f"{training['dataset']} {manifest.kind} {manifest.created_at[:16]}",
        description=_described(trained, serving),
        parameters=parameters,
        metrics=figures | compared,
        tags={
            "synthetic": str(training["synthetic"]).lower(),
            "mode": training["mode"],
            **_told(manifest),
            **source(),
        },
        trials=_trials(training),
        dataset=training["dataset"],
        digest=training["fingerprint"],
        example=_example(trained),
    )


SETTINGS = ("logistic_penalty", "few_penalty", "weight_cap", "rounds")


def _told(manifest: Any) -> dict[str, str]:
    return {
        "data_origin": manifest.data_origin,
        "kind": manifest.kind,
        "learned_from": manifest.training["learned_from"],
    }


def _described(trained: Trained, serving: Artifact) -> str:
    manifest, training = trained.artifact.manifest, trained.artifact.manifest.training
    rows = "talks" if training["learned_from"] == "talks" else "interviewed rows"
    lines = [
        f"{name_of(manifest.kind, 'en')}, of {manifest.data_origin} data ({training['dataset']}).",
        f"Judged ({training['split']}): AUROC {shown(trained.metrics['auroc'], 'en')}, learned from "
        f"{training['labelled']} {rows} with {training['positives']} outcomes up to {training['last_index_date']}.",
    ]
    if serving.judged is not None:
        again = serving.manifest.training
        lines.append(f"Serves fitted again to {again['labelled']} {rows} up to {again['last_index_date']}.")
    return " ".join(lines)


def _trials(training: Mapping[str, Any]) -> tuple[TriedSetting, ...]:
    """Each size or setting of the trees, and each step of the ladder."""
    found = []
    for number, tried in enumerate(training["sizes"], 1):
        figures = {name: float(tried[name]) for name in ("auroc", "log_loss", "explanation_cost")}
        settings = {name: value for name, value in tried.items() if name not in (*figures, "chosen")}
        name = f"trees {number}: depth {tried['depth']}, {tried['leaves']} leaves"
        found.append(TriedSetting(name, settings, figures, bool(tried["chosen"])))
    for number, step in enumerate(training["ladder"], 1):
        figures = {name: float(step[name]) for name in ("found_on_list", "log_loss")}
        beside = {"step": number, "kind": step["name"], "against": step["against"]}
        found.append(TriedSetting(f"ladder {number}: {step['name']}", beside, figures, bool(step["taken"])))
    return tuple(found)


def _example(trained: Trained) -> pd.DataFrame:
    """Two rows of nobody: each column's middle, and its ninetieth percentile."""
    matrix = trained.before.matrix
    return pd.DataFrame(matrix.values, columns=list(matrix.names)).quantile([0.5, 0.9]).reset_index(drop=True)


def source() -> dict[str, str]:
    """Which program trained: its version, and the commit where it runs from a working copy of its own."""
    tags = {"runxin.version": __version__, "mlflow.source.name": "runxin train"}
    if _git("rev-parse", "--show-toplevel") != str(ROOT):
        return tags
    changed = "true" if _git("status", "--porcelain", "--untracked-files=no") else "false"
    return tags | {"mlflow.source.git.commit": _git("rev-parse", "HEAD"), "git.changed": changed}


def _git(*arguments: str) -> str:
    """What git answers about this program's folder; empty where there is no git or no working copy."""
    program = shutil.which("git")
    if program is None:
        return ""
    try:
        found = subprocess.run([program, "-C", str(ROOT), *arguments], capture_output=True, text=True, timeout=20)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return found.stdout.strip() if found.returncode == 0 else ""
