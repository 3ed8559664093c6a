"""Figures of a model on a dataset: what was kept out where the model has seen the data, all of it where not."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import date_to_day
from data_schemas.dataset import Dataset
from data_schemas.instruments import Words
from models import Artifact, records_of
from runxin.errors import bad_data
from training.cohorts.cohort import Cohort, as_known, closed_dates, make_cohort
from training.cohorts.seen import has_seen
from training.cohorts.split import HELD_OUT, hash_fold
from training.model_evaluation import EvaluatedRows, ModelEvaluation, evaluate_model

ALL_ROWS = Words(zh="全部行", en="all rows")
NONE_LATER = Words(zh="全部行；没有比训练更晚的行", en="all rows; none is later than the training rows")


def evaluate(dataset: Dataset, artifact: Artifact, *, all_rows: bool, resamples: int) -> dict[str, Any]:
    """The contract's figures with mode, filter and columns, and all that a report says but for models trained again.
    Raises `UserError` where no row has an outcome."""
    return evaluate_fully(dataset, artifact, all_rows=all_rows, resamples=resamples, again=False).figures


def evaluate_fully(
    dataset: Dataset,
    artifact: Artifact,
    *,
    all_rows: bool,
    resamples: int,
    again: bool = True,
    progress: Callable[[str], None] = lambda step: None,
) -> ModelEvaluation:
    """The same with what a report draws. Samples are drawn as for the training's own report, so that the same rows have
    the same intervals. With `again`, and where the dataset is the one that was learned from, models are trained again
    on other folds and without each kind of data. What was fitted again with the wave that it was judged by is judged as
    it was before that, where no row is later."""
    progress("features")
    records = records_of(dataset)
    cohort = make_cohort(closed_dates(dataset), records, artifact.recipe)
    seen = has_seen(artifact.manifest.seen, cohort.keys())
    rule, chosen = ALL_ROWS, np.ones(len(cohort.outcome), dtype=bool)
    before = None
    if seen and not all_rows:
        artifact = artifact if _held_out(cohort, artifact)[1] is not NONE_LATER else artifact.as_judged
        chosen, rule = _held_out(cohort, artifact)
        before = cohort.where(~chosen) if again and not chosen.all() else None
    part = as_known(cohort.where(chosen), dataset, records)
    known = part.where(part.labelled)
    if not known.outcome.sum() or known.outcome.all():
        raise bad_data("no rows with and without the outcome", fix="the dataset needs outcomes after its index dates")
    rows = EvaluatedRows(part, before, rule, has_seen(artifact.manifest.seen, known.keys()))
    return evaluate_model(dataset, records, artifact, rows, resamples, artifact.manifest.training["seed"], progress)


def rule_of(training: Mapping[str, Any]) -> Words:
    """In words, how rows were kept from a training."""
    if training["split"].startswith("hash"):
        zh = "训练时按学生编号的散列留出的学生"
        return Words(zh=zh, en=f"held out from training by {training['split']}")
    on = training["last_index_date"]
    return Words(zh=f"基准日在 {on}（训练的最后一天）之后", en=f"index dates after {on}, the last one trained on")


def _held_out(cohort: Cohort, artifact: Artifact) -> tuple[NDArray[np.bool_], Words]:
    training = artifact.manifest.training
    if training["split"].startswith("hash"):
        held: NDArray[np.bool_] = hash_fold(cohort.student, training["salt"]) == HELD_OUT
        return held, rule_of(training)

    last = date_to_day(date.fromisoformat(training["last_index_date"]))
    later = cohort.index_day > last
    if not later.any():
        return np.ones(len(later), dtype=bool), NONE_LATER
    return later, rule_of(training)
