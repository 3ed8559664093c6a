"""`runxin train`: train, calibrate, measure, log to MLflow and register."""

from pathlib import Path
from typing import Annotated, Any

import typer

from data_schemas.dataset import read_dataset
from models import read_policy
from runxin.cli.output import answer, console
from runxin.errors import how_many
from runxin.settings import read_settings
from serving.rights import learnable
from training.retraining.repeat import repeat_splits
from training.run import TrainingResult, train_and_register
from training.train import Options


def train_command(
    dataset: Annotated[Path, typer.Argument(metavar="DIR", help="A dataset folder with outcomes.")],
    salt: Annotated[int, typer.Option(help="Salt of the hash split; another one holds out other students.")] = 0,
    seed: Annotated[int, typer.Option(help="Seed of the trees and the bootstrap.")] = Options.seed,
    repeats: Annotated[int, typer.Option(min=1, help="Also train on so many hash splits and show how they vary.")] = 1,
    tune: Annotated[
        float,
        typer.Option(
            min=0,
            help="Seconds to search for further settings of the trees, where students and not talks are learned from.",
        ),
    ] = 60.0,
    resamples: Annotated[int, typer.Option(min=20, help="Bootstrap samples of each interval.")] = 200,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Train LightGBM beside logistic regression, calibrate, measure on held-out rows, log and register."""
    settings, options = read_settings(), Options(salt=salt, seed=seed, resamples=resamples, tune_seconds=tune)
    with console.status("training") as status:

        def progress(step: str) -> None:
            status.update(f"training: {step}")

        data, policy = learnable(read_dataset(dataset), settings), read_policy(settings.policy_file)
        repeated = repeat_splits(data, policy, options, repeats, progress) if repeats > 1 else None
        outcome = train_and_register(data, policy, options, settings, progress)
    payload = {**payload_of(outcome), **({"repeated": repeated} if repeated else {})}
    answer(payload, json, _text(outcome) + _repeated_text(repeated))


def payload_of(outcome: TrainingResult) -> dict[str, Any]:
    manifest = outcome.artifact.manifest
    return {
        "version": outcome.registered.version,
        "model_uri": outcome.registered.model_uri,
        "run_id": outcome.registered.run_id,
        "kind": manifest.kind,
        "data_origin": manifest.data_origin,
        "mode": manifest.training["mode"],
        "split": manifest.training["split"],
        "metrics": outcome.metrics,
        "comparison": outcome.comparison,
        "explanation": manifest.explanation,
        "sizes": manifest.training["sizes"],
        "tuning": manifest.training["tuning"],
        "calibrations": manifest.training["calibrations"],
        "doubts": manifest.training["doubts"],
    }


def _text(outcome: TrainingResult) -> str:
    manifest, metrics = outcome.artifact.manifest, outcome.metrics
    lines = [
        f"version {outcome.registered.version} ({manifest.kind}), {outcome.registered.model_uri}"
        + (", 合成数据 / synthetic" if manifest.training["synthetic"] else ""),
        f"mode {manifest.training['mode']}; {manifest.training['split']}",
        f"held out: {how_many(metrics['n'], 'row')}, {metrics['positives']} with the outcome, "
        f"effective n {metrics['effective_n']}",
        *(f"  {name.replace('_', ' ')}: {figure(metrics[name])}" for name in HEADLINES),
        *(f"  {name.replace('_', ' ')} AUROC: {figure(b['auroc'])}" for name, b in metrics["baselines"].items()),
        _verdict(outcome),
        *_settings_text(manifest.training),
        *_calibrations_text(manifest.training["calibrations"]),
        *(f"to be known of the outcomes: {doubt}" for doubt in manifest.training["doubts"]),
    ]
    return "\n".join(lines)


SHOWN = 8  # settings a reader can take in; JSON has them all


def _settings_text(training: dict[str, Any]) -> list[str]:
    """What other settings of the trees would bring and cost, one a line, the best first."""
    sizes, tuning = training["sizes"], training["tuning"]
    cheapest = min(size["explanation_cost"] for size in sizes) or 1
    best = sorted(sizes, key=lambda size: (not size["chosen"], -size["auroc"]))[:SHOWN]
    searched = (
        f", {tuning['trials']} of them found in {tuning['seconds']:g} s and taken only where better in rank and loss"
        if tuning["trials"]
        else ""
    )
    return [
        f"settings of the trees, out of fold ({len(sizes)} tried{searched}; the cheapest to explain within "
        f"{training['size_tolerance']:g} AUROC of the best is taken):",
        *(
            f"  depth {size['depth']}, leaves {size['leaves']}, {how_many(size['rounds'], 'tree')}, rate "
            f"{size['learning_rate']:.3g}: AUROC {size['auroc']:.3f}, "
            f"explanation cost {size['explanation_cost'] / cheapest:.1f}" + (", taken" if size["chosen"] else "")
            for size in best
        ),
    ]


def _calibrations_text(calibrations: dict[str, Any]) -> list[str]:
    return [
        f"calibration ({calibrations['parted']}):",
        *(
            f"  {curve['method']}: log loss {curve['log_loss']:.4f}, Brier {curve['brier']:.4f}, slope "
            + ("cannot be estimated" if curve["slope"] is None else f"{curve['slope']:.2f}")
            + (", taken" if curve["chosen"] else "")
            for curve in calibrations["curves"]
        ),
    ]


def _repeated_text(repeated: dict[str, Any] | None) -> str:
    if repeated is None:
        return ""
    lines = [f"over {len(repeated['salts'])} hash splits, mean (lowest–highest):"]
    lines += [f"  {name.replace('_', ' ')}: {figure(value)}" for name, value in repeated["figures"].items()]
    return "\n" + "\n".join(lines)


HEADLINES = ("auroc", "average_precision", "calibration_slope", "calibration_intercept", "brier")


AS_GOOD = 0.01  # a smaller difference in AUROC is none that a list would show


def _verdict(outcome: TrainingResult) -> str:
    """Which kind of model earned its place, in a sentence."""
    boosted = outcome.comparison["lightgbm_auroc_out_of_fold"]
    logistic = outcome.comparison["logistic_auroc_out_of_fold"]
    shown = f"(AUROC out of fold: LightGBM {boosted:.3f}, logistic regression {logistic:.3f})"
    training = outcome.artifact.as_judged.manifest.training
    if training["learned_from"] == "talks":
        taken, again = [one["name"] for one in training["ladder"] if one["taken"]][-1], training.get("fitted_again")
        serves = f"; it serves fitted again to {again['labelled']}" if again else ""
        return (
            f"learned from {training['labelled']} talks{serves}; of the candidates, simplest first, {taken} was taken "
            f"{shown}"
        )
    if outcome.artifact.manifest.kind == "logistic":
        return f"logistic regression ranks better here, so it is the model {shown}"
    if abs(boosted - logistic) < AS_GOOD:
        return f"logistic regression is as good here {shown}"
    return f"LightGBM ranks better here {shown}"


def figure(interval: dict[str, float | None]) -> str:
    """A figure with its interval: "0.858 (0.839–0.884)"."""
    if interval["value"] is None:
        return "cannot be estimated"
    if interval["low"] is None or interval["high"] is None:
        return f"{interval['value']:.3f}"
    return f"{interval['value']:.3f} ({interval['low']:.3f}–{interval['high']:.3f})"
