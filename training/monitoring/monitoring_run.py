"""One comparison kept: a page and its figures in a folder, and a run in MLflow where it answers."""

import json
from pathlib import Path
from typing import Any

from evaluation.monitoring.report import monitoring_page
from evaluation.monitoring.snapshot import EVERYONE
from models import Artifact
from runxin.errors import Kind, UserError
from runxin.settings import Settings
from training.tracking import log_monitoring

PAGE, FIGURES = "monitoring.html", "monitoring.json"


def write_monitoring(found: dict[str, Any], artifact: Artifact, folder: Path) -> Path:
    """Write the page and the figures into `folder`, in place of older ones; answers with the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = json.dumps(found, ensure_ascii=False, allow_nan=False, indent=1)
    (folder / FIGURES).write_text(figures, "utf-8")
    page = folder / PAGE
    page.write_text(monitoring_page(found, artifact.features), "utf-8")
    return page


def track_monitoring(found: dict[str, Any], settings: Settings, folder: Path) -> tuple[str | None, str | None]:
    """Log it to MLflow; answers with the run's id, or with why there is none: a comparison holds without it."""
    tags = {
        "alarm": str(found["alarm"]).lower(),
        "days": ",".join(found["days"]),
        "model_version": found["model"]["version"],
        "synthetic": str(found["synthetic"]).lower(),
    }
    try:
        return log_monitoring(settings, tags, figures_of(found), folder), None
    except UserError as error:
        if error.kind is not Kind.UNAVAILABLE:
            raise
        return None, f"not logged to MLflow: {error}"


def figures_of(found: dict[str, Any]) -> dict[str, float]:
    """Flat names, to be followed from run to run."""
    figures = {"alarms": float(len(found["alarms"])), "students": float(found["students"])}
    figures |= {f"psi.{name}": row["psi"] for name, row in found["features"].items() if row["psi"] is not None}
    figures |= {f"missing.{source}": row["now"] for source, row in found["missing"].items()}
    for stage, row in found["scores"].items():
        if row["state"] != "too_few":
            where = "" if stage == EVERYONE else f".{stage}"
            figures |= {f"psi.margin{where}": row["margin"]["psi"], f"lifted{where}": row["lifted"]["now"]}
    estimated = found["performance"]["estimated_auroc"]
    if estimated is not None:
        figures["estimated_auroc"] = estimated["value"]
    for name in ("intercept", "slope"):
        value = found["calibration"].get(name, {}).get("value")
        if value is not None:
            figures[f"calibration.{name}"] = value
    return figures
