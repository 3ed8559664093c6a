"""One file, split again and again: how much the figures hang on which students were held out."""

from dataclasses import replace
from typing import Any

import numpy as np

from data_schemas.dataset import Dataset
from models import Policy
from runxin.errors import usage
from training.fitting.boosting import Boosting
from training.fitting.kinds import Progress
from training.train import Options, train

FIGURES = ("auroc", "average_precision", "brier", "calibration_slope", "calibration_intercept")
FEWEST_RESAMPLES = 20


def repeat_splits(
    dataset: Dataset, policy: Policy, options: Options, repeats: int, progress: Progress
) -> dict[str, Any]:
    """Train anew on the hash splits of `repeats` salts from `options.salt` on, with the settings that the first split
    took. Each figure is the mean over the splits with their lowest and highest. Raises `UserError` where the split is
    by time: there is only one."""
    if dataset.description.mode != "concurrent" and len(dataset.description.index_dates) > 1:
        raise usage("this dataset is split by time, so there is one split", fix="leave --repeats out")
    found: dict[str, list[float]] = {}
    for number in range(repeats):
        salt = options.salt + number
        again = replace(options, salt=salt, resamples=FEWEST_RESAMPLES)
        progress(f"split {number + 1} of {repeats}")
        trained = train(dataset, policy, again, lambda _: None)
        metrics = trained.metrics
        taken = replace(Boosting(**trained.artifact.manifest.training["boosting"]), rounds=options.boosting.rounds)
        options = replace(options, boosting=taken, sizes=(trained.size,), tune_seconds=0.0)
        for name in FIGURES:
            found.setdefault(name, []).append(metrics[name]["value"])
        for name, baseline in metrics["baselines"].items():
            found.setdefault(f"auroc_gain_over_{name}", []).append(baseline["auroc_gain_of_model"]["value"])
    return {
        "salts": [options.salt + number for number in range(repeats)],
        "figures": {
            name: {"value": float(np.mean(values)), "low": min(values), "high": max(values)}
            for name, values in found.items()
        },
    }
