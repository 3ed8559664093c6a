"""`runxin monitor`: a later run held against what the model was trained on."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from data_schemas.calendar_tables import read_calendars
from data_schemas.dataset import read_dataset
from models import Artifact, load_artifact, read_policy
from runxin.cli.output import answer, console
from runxin.errors import how_many, usage
from runxin.settings import Settings, read_settings
from serving.rights import learnable
from training.monitoring.monitor import monitor
from training.monitoring.monitoring_run import track_monitoring, write_monitoring
from training.tracking import fetch

ALARM = 4  # a gate that speaks, as where a promotion is refused
SHOWN = 8


def monitor_command(
    dataset: Annotated[Path, typer.Argument(metavar="DIR", help="A dataset folder.")],
    as_of: Annotated[
        list[datetime] | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="A day to compare; may be repeated."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="URI", help="models:/runxin/3, a version or a folder; else the champion.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the page; under RUNXIN_HOME if left out.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Compare students with those the model was trained on: inputs, what is missing, scores, calibration. Ends with 0
    where nothing rings and with 4 where something does."""
    settings = read_settings()
    policy = read_policy(settings.policy_file)
    with console.status("comparing"):
        artifact = _artifact(settings, model)
        days = [day.date() for day in as_of or ()]
        data = learnable(read_dataset(dataset), settings)
        found = monitor(data, artifact, policy.monitoring, days, read_calendars(settings.calendar))
        folder = out or settings.home / "monitoring" / f"{found['days'][-1]}-version-{artifact.manifest.version}"
        page = write_monitoring(found, artifact, folder)
        run_id, warning = track_monitoring(found, settings, folder)
    if warning:
        console.print(warning, highlight=False, markup=False)
    answer({**found, "page": str(page), "run_id": run_id, "warning": warning}, json, _text(found, page))
    if found["alarm"]:
        raise typer.Exit(ALARM)


def _artifact(settings: Settings, model: str | None) -> Artifact:
    if model is None:
        if not settings.champion.is_dir():
            raise usage("no model is promoted", fix="name one with --model, or promote one")
        return load_artifact(settings.champion)
    with tempfile.TemporaryDirectory() as scratch:
        return load_artifact(fetch(settings, model, Path(scratch)))


def _text(found: dict[str, Any], page: Path) -> str:
    model, then = found["model"], found["reference"]
    lines = [
        f"{model['name']} {model['version']}, as of {', '.join(found['days'])}: "
        f"{how_many(found['students'], 'student')} beside {then['students']} at training"
        + (", 合成数据 / synthetic" if found["synthetic"] else ""),
        *(["IN SAMPLE: the model has seen these rows"] if found["in_sample"] else []),
        *(f"ALARM {one['text']['zh']} / {one['text']['en']}" for one in found["alarms"]),
        *([] if found["alarm"] else ["no alarm: nothing lies beyond the limits and beyond chance"]),
        "inputs, mean population stability index beyond chance:",
        *(f"  {group}: {_group(row)}" for group, row in found["groups"].items()),
        "missing (training → now):",
        *(f"  {name}: {row['then']:.1%} → {row['now']:.1%}" for name, row in found["missing"].items()),
        "margins and the share that the model alone places in 关注 or above:",
        *(f"  {name}: {_score(row)}" for name, row in found["scores"].items()),
        f"calibration: {_calibration(found['calibration'])}",
        f"AUROC expected from the probabilities, an estimate and not measured: {_expected(found['performance'])}",
        f"page: {page}",
    ]
    return "\n".join(lines)


def _group(row: dict[str, Any]) -> str:
    if row["mean_beyond_chance"] is None:
        return "too few to compare"
    moved = [f"{name} ({state})" for state in ("alarm", "watch", "quiet") for name in row[state]]
    more = f" and {len(moved) - SHOWN} more" if len(moved) > SHOWN else ""
    return f"{row['mean_beyond_chance']:.3f}" + (f"; moved: {', '.join(moved[:SHOWN])}{more}" if moved else "")


def _score(row: dict[str, Any]) -> str:
    if row["state"] == "too_few":
        return f"{how_many(row['students'], 'student')}, too few to compare"
    lifted, margin = row["lifted"], row["margin"]
    said = f"index {margin['psi']:.3f} ({margin['by_chance']:.3f} by chance), {row['state']}"
    return f"{said}; {lifted['then']:.1%} → {lifted['now']:.1%}, {lifted['state']}"


def _calibration(row: dict[str, Any]) -> str:
    if row["state"] == "other_mode":
        return "not compared: the data's mode is not that of training"
    labels = f"{row['n']} labelled rows, {row['positives']} with the outcome"
    if row["state"] == "too_few":
        return f"not enough labels: {labels}; {row['fewest']} with and without are needed"
    return f"intercept {_figure(row['intercept'])}, slope {_figure(row['slope'])}; {labels}, {row['state']}"


def _expected(row: dict[str, Any]) -> str:
    if row["estimated_auroc"] is None:
        return "too few students"
    return f"{_figure(row['estimated_auroc'])}; {row['estimated_at_training']:.2f} at training"


def _figure(figure: dict[str, float | None]) -> str:
    value, low, high = ("?" if figure[name] is None else f"{figure[name]:.2f}" for name in ("value", "low", "high"))
    return f"{value} ({low} to {high})"
