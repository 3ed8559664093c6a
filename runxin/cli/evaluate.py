"""`runxin evaluate`: figures of a model on a dataset, beside its baselines."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from data_schemas.dataset import read_dataset
from evaluation.report.names import name_of
from evaluation.report.page import write_report
from models import load_artifact
from runxin.cli.output import answer, console
from runxin.cli.train import HEADLINES, figure
from runxin.errors import how_many, usage
from runxin.settings import read_settings
from serving.rights import learnable
from training.evaluate import evaluate_fully
from training.model_evaluation import ModelEvaluation
from training.tracking import fetch


def evaluate_command(
    dataset: Annotated[Path, typer.Argument(metavar="DIR", help="A dataset folder with outcomes.")],
    model: Annotated[str, typer.Option(metavar="URI", help="models:/runxin/3, a version number, or a folder.")],
    report: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write the report into it: pages in both languages and JSON.")
    ] = None,
    all_rows: Annotated[bool, typer.Option("--all-rows", help="Also rows that the model was trained on.")] = False,
    resamples: Annotated[int, typer.Option(min=20, help="Bootstrap samples of each interval.")] = 200,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Measure a model on a dataset; rows it was trained on are left out and what is left is said."""
    with console.status("evaluating") as status, tempfile.TemporaryDirectory() as scratch:

        def progress(step: str) -> None:
            status.update(f"evaluating: {step}")

        settings = read_settings()
        artifact = load_artifact(fetch(settings, model, Path(scratch)))
        found = evaluate_fully(
            learnable(read_dataset(dataset), settings),
            artifact,
            all_rows=all_rows,
            resamples=resamples,
            again=report is not None,
            progress=progress,
        )
        files = [str(file) for file in _written(found, report, progress)]
    answer({**found.figures, "model_uri": model, "report": files}, json, _text(found.figures, files))


def _written(found: ModelEvaluation, folder: Path | None, progress: Callable[[str], None]) -> list[Path]:
    """The files of the report, where one is wanted."""
    if folder is None:
        return []
    if folder.exists() and not folder.is_dir():
        raise usage(f"{folder} is a file, not a folder", fix="name a folder; it is made where there is none")
    progress("report")
    return write_report(found.figures, found.explained, folder)


def _text(figures: dict[str, Any], files: list[str]) -> str:
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
    orders = figures["list"]["orders"]
    lines.append(f"{how_many(figures['list']['slots'], 'interview')} a list and week, cases found per interview:")
    lines += [f"  {name_of(name, 'en')}: {figure(at['cases_per_interview'])}" for name, at in orders.items()]
    if "naive" in figures:
        lines.append(f"  without weights: AUROC {figure(figures['naive']['auroc'])}")
    lines += ["verdict:", *(f"  {sentence['en']}" for sentence in figures["verdict"])]
    lines += [f"written: {file}" for file in files]
    return "\n".join(lines)
