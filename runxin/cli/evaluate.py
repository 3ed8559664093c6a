"""`runxin evaluate`: figures of a model on a dataset, beside its baselines."""

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from data_schemas.dataset import read_dataset
from models import load_artifact
from runxin.cli.output import answer, console
from runxin.cli.train import HEADLINES, figure
from runxin.settings import read_settings
from training.evaluate import evaluate
from training.tracking import fetch


def evaluate_command(
    dataset: Annotated[Path, typer.Argument(metavar="DIR", help="A dataset folder with outcomes.")],
    model: Annotated[str, typer.Option(metavar="URI", help="models:/runxin/3, a version number, or a folder.")],
    all_rows: Annotated[bool, typer.Option("--all-rows", help="Also rows that the model was trained on.")] = False,
    resamples: Annotated[int, typer.Option(min=20, help="Bootstrap samples of each interval.")] = 200,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Measure a model on a dataset; rows it was trained on are left out and what is left is said."""
    with console.status("evaluating"), tempfile.TemporaryDirectory() as scratch:
        artifact = load_artifact(fetch(read_settings(), model, Path(scratch)))
        figures = evaluate(read_dataset(dataset), artifact, all_rows=all_rows, resamples=resamples)
    answer({**figures, "model_uri": model}, json, _text(figures))


def _text(figures: dict[str, Any]) -> str:
    top, columns = figures["top"], figures["columns"]
    lines = [
        f"{figures['model']['name']} {figures['model']['version']} ({figures['model']['kind']}), mode {figures['mode']}"
        + (", 合成数据 / synthetic" if figures["synthetic"] else ""),
        f"rows: {figures['rows']}" + ("; IN SAMPLE: the model has seen them" if figures["in_sample"] else ""),
        f"filter: {figures['filter'] or 'none'}",
        f"source columns read: {', '.join(columns['source_inputs']) or 'canonical tables'}",
        f"n {figures['n']}, with the outcome {figures['positives']}, base rate {figure(figures['base_rate'])}, "
        f"weights: {figures['weighting']}, effective n {figures['effective_n']}",
        *(f"  {name.replace('_', ' ')}: {figure(figures[name])}" for name in HEADLINES),
        *(
            f"  top {float(share):.0%}: recall {figure(at['recall'])}, precision {figure(at['precision'])}"
            for share, at in top.items()
        ),
        *(
            f"  {name.replace('_', ' ')}: AUROC {figure(b['auroc'])}, model's gain {figure(b['auroc_gain_of_model'])}"
            for name, b in figures["baselines"].items()
        ),
    ]
    if "naive" in figures:
        lines.append(f"  without weights: AUROC {figure(figures['naive']['auroc'])}")
    return "\n".join(lines)
