"""Figures of a model on a dataset: what was kept out where the model has seen the data, all of it where not."""

from datetime import date
from typing import Any

import numpy as np

from data_schemas.calendar import date_to_day
from data_schemas.dataset import Dataset
from evaluation import measure
from models import Artifact, records_of
from runxin.errors import bad_data
from training.cohort import Cohort, make_cohort
from training.seen import has_seen
from training.split import HELD_OUT, hash_fold
from training.train import score_cohort


def evaluate(dataset: Dataset, artifact: Artifact, *, all_rows: bool, resamples: int, seed: int = 0) -> dict[str, Any]:
    """The contract's figures with mode, filter and columns. Raises `UserError` where no row has an outcome."""
    description, training = dataset.description, artifact.manifest.training
    records = records_of(dataset)
    cohort = make_cohort(dataset, records, artifact.recipe)
    seen = has_seen(artifact.manifest.seen, cohort.keys())
    rows, chosen = "all rows", np.ones(len(cohort.outcome), dtype=bool)
    if seen and not all_rows:
        chosen, rows = _held_out(cohort, artifact)
    part = cohort.where(chosen & cohort.labelled)
    if not part.outcome.sum() or part.outcome.all():
        raise bad_data("no rows with and without the outcome", fix="the dataset needs outcomes after its index dates")
    figures = measure(score_cohort(artifact, part), resamples, seed)
    provenance = description.provenance
    result: dict[str, Any] = {
        **figures,
        "mode": description.mode,
        "synthetic": description.synthetic,
        "in_sample": has_seen(artifact.manifest.seen, part.keys()),
        "rows": rows,
        "filter": provenance.filter if provenance else "",
        "columns": {
            "features": [feature.name for feature in artifact.features],
            "source_inputs": list(provenance.input_columns) if provenance else [],
            "source_outcomes": list(provenance.outcome_columns) if provenance else [],
        },
        "label": description.label.model_dump() if description.label else None,
        "weighting": _weighting(part),
        "model": {
            "name": artifact.manifest.name,
            "version": artifact.manifest.version,
            "kind": artifact.manifest.kind,
            "data_origin": artifact.manifest.data_origin,
            "trained_on": training["dataset"],
        },
    }
    if (part.weight != 1).any():
        even = Cohort(part.student, part.school, part.index_day, part.matrix, part.outcome, np.ones(len(part.weight)))
        naive = measure(score_cohort(artifact, even), resamples, seed)
        result["naive"] = {key: value for key, value in naive.items() if key != "interval"}
    return result


def _held_out(cohort: Cohort, artifact: Artifact) -> tuple[np.ndarray, str]:
    training = artifact.manifest.training
    if training["split"].startswith("hash"):
        held = hash_fold(cohort.student, training["salt"]) == HELD_OUT
        return held, f"held out from training by {training['split']}"

    last = date_to_day(date.fromisoformat(training["last_index_date"]))
    later = cohort.index_day > last
    if not later.any():
        return np.ones(len(later), dtype=bool), "all rows; none is later than the training rows"
    return later, f"index dates after {training['last_index_date']}, the last one trained on"


def _weighting(part: Cohort) -> str:
    if (part.weight == 1).all():
        return "none"
    return "inverse of the recorded selection probability"
