"""A later run held against what a model was trained on: who came in, how they score, what was found after."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.calendar import date_to_day
from data_schemas.dataset import Dataset, Label, conform
from data_schemas.school_days import Calendars
from data_schemas.tables import TABLES
from evaluation.monitoring.arrived_labels import arrived_calibration
from evaluation.monitoring.comparison import alarms_of, compare
from evaluation.monitoring.expected_performance import auroc_interval
from evaluation.monitoring.snapshot import EVERYONE, take_snapshot
from evaluation.monitoring.words import alarm_text
from models import Artifact, records_of
from models.calibration import probabilities
from models.monitoring import Snapshot
from models.policy import Monitoring
from models.risk_model import margins
from runxin.errors import bad_data
from training.cohorts.cohort import Cohort, make_cohort
from training.cohorts.seen import has_seen

RESAMPLES, SEED = 200, 20260213
FEWEST_SCHOOLS = 10  # with fewer, schools cannot stand for the variation between schools


def monitor(
    dataset: Dataset,
    artifact: Artifact,
    limits: Monitoring,
    days: Sequence[date] = (),
    calendars: Calendars | None = None,
) -> dict[str, Any]:
    """Compare students as of `days` with the model's training population. Without days: the dataset's index dates after
    the last one that was trained on, else all of them, else its as-of date.

    Raises `UserError` where the model has no reference, or nobody was at school.
    """
    reference, training = artifact.monitoring, artifact.manifest.training
    if reference is None:
        raise bad_data(
            "this model has no reference for monitoring: it was trained before there was one",
            fix="train again, and promote that version",
        )
    days = tuple(days) or _days_of(dataset, training)
    cohort = _cohort(dataset, artifact, days, calendars)
    if not len(cohort.student):
        raise bad_data(
            f"nobody to compare on {', '.join(day.isoformat() for day in days)}",
            fix="students must be at school that day, and may be scored; give another --as-of",
        )
    now = take_snapshot(artifact, cohort.matrix, cohort.student, reference)
    found = compare(reference, now, artifact.features, limits)
    calibration = _calibration(dataset, artifact, cohort, limits)
    performance = _expected(artifact, cohort, reference, now, limits)
    alarms = alarms_of(found)
    alarms += [
        {"kind": "calibration", "name": name, "stage": None, "value": calibration[name]["value"]}
        for name in calibration.get("beyond", ())
    ]
    if performance["state"] == "alarm":
        estimated = performance["estimated_auroc"]["value"]
        alarms.append({"kind": "performance", "name": "estimated_auroc", "stage": None, "value": estimated})
    features = {feature.name: feature for feature in artifact.features}
    description = dataset.description
    return {
        "alarm": bool(alarms),
        "alarms": [{**one, "text": alarm_text(one, features)} for one in alarms],
        "days": [day.isoformat() for day in days],
        "dataset": description.name,
        "synthetic": description.synthetic,
        "mode": description.mode,
        "rows": now.n,
        "students": now.students,
        "in_sample": has_seen(artifact.manifest.seen, cohort.keys()),
        "reference": {"rows": reference.n, "students": reference.students, "trained_on": training["dataset"]},
        "model": {
            "name": artifact.manifest.name,
            "version": artifact.manifest.version,
            "data_origin": artifact.manifest.data_origin,
        },
        **found,
        "calibration": calibration,
        "performance": performance,
        "limits": limits.model_dump(mode="json"),
    }


def _days_of(dataset: Dataset, training: dict[str, Any]) -> tuple[date, ...]:
    description, last = dataset.description, date.fromisoformat(training["last_index_date"])
    later = tuple(day for day in description.index_dates if day > last)
    return later or description.index_dates or (description.as_of,)


def _label(artifact: Artifact) -> Label:
    return Label.model_validate(artifact.manifest.training["label"])


def _cohort(dataset: Dataset, artifact: Artifact, days: Sequence[date], calendars: Calendars | None) -> Cohort:
    """The same students as training would take, with the outcome that the model was trained for; a dataset without
    interviews has none."""
    description = dataset.description.model_copy(update={"index_dates": tuple(days), "label": _label(artifact)})
    columns = [column.name for column in TABLES["outcomes"].columns if column.required]
    none = conform(pd.DataFrame(columns=columns), TABLES["outcomes"])
    asked = replace(dataset, description=description, tables={"outcomes": none, **dataset.tables})
    return make_cohort(asked, records_of(asked, calendars), artifact.recipe)


def _calibration(dataset: Dataset, artifact: Artifact, cohort: Cohort, limits: Monitoring) -> dict[str, Any]:
    """From the rows whose whole horizon lies before the dataset's as-of date: an early interview alone is no rate."""
    description, horizon = dataset.description, _label(artifact).horizon_days
    if artifact.manifest.training["mode"] != description.mode:
        return {"state": "other_mode", "n": 0, "positives": 0}
    ended = cohort.index_day + horizon <= date_to_day(description.as_of)
    part = cohort.where(ended & cohort.labelled)
    probability = probabilities(artifact.calibration, margins(artifact.model, part.matrix.values).value)
    schools = np.unique(part.school.astype(str))
    unit = "school" if len(schools) >= FEWEST_SCHOOLS else "student"
    cluster = _numbered(part.school if unit == "school" else part.student)
    found = arrived_calibration(part.outcome, probability, part.weight, cluster, limits, RESAMPLES, SEED)
    weighted = "inverse of the recorded selection probability" if (part.weight != 1).any() else "none"
    return {
        **found,
        "label": _label(artifact).model_dump(mode="json"),
        "weights": weighted,
        "unit": unit,
        "labelled_too_early": int((cohort.labelled & ~ended).sum()),
        "rows_whose_horizon_has_ended": int(ended.sum()),
    }


def _expected(artifact: Artifact, cohort: Cohort, then: Snapshot, now: Snapshot, limits: Monitoring) -> dict[str, Any]:
    """An estimate from the probabilities alone; measured figures are under `calibration`."""
    before, after = then.scores[EVERYONE].expected_auroc, now.scores[EVERYONE].expected_auroc
    probability = probabilities(artifact.calibration, margins(artifact.model, cohort.matrix.values).value)
    measured = artifact.manifest.metrics.get("auroc")
    row = {"estimated_at_training": before, "measured_on_held_out_rows": measured, "state": "too_few"}
    if before is None or after is None or now.students < limits.fewest_students:
        return {"estimated_auroc": None, **row}
    low, high = auroc_interval(probability, _numbered(cohort.student), RESAMPLES, SEED)
    return {
        **row,
        "estimated_auroc": {"value": after, "low": round(low, 4), "high": round(high, 4)},
        "state": "alarm" if high < before - limits.auroc_fall else "steady",
    }


def _numbered(names: NDArray[Any]) -> NDArray[np.int64]:
    return np.unique(names.astype(str), return_inverse=True)[1].astype(np.int64)
