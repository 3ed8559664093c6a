"""The evaluation of a model on rows of a dataset: figures from `evaluation`, with where they come from beside them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from data_schemas.calendar import date_to_day, day_to_date
from data_schemas.dataset import Dataset
from data_schemas.horizon import open_dates
from data_schemas.instruments import Words
from evaluation import Population, other_outcomes, over_time, report, retrained
from evaluation.figures.contribution_checks import JudgedContributions, contribution_checks
from evaluation.figures.learning_curve import learning_curve
from evaluation.figures.uncertainty import uncertainty
from evaluation.report.verdict import verdict
from models import Artifact, Records, enrolled, may_score
from models.risk_model import contributions, margins
from models.uncertainty import bounds, needs_a_person
from training.cohorts.cohort import Cohort, placed, places_of
from training.cohorts.endpoints import endpoints_of
from training.cohorts.learned_rows import learned_rows
from training.cohorts.outcomes import without_chance
from training.cohorts.population import population_of, slots_of
from training.cohorts.served_figures import served_figures
from training.retraining.ablation import retrain
from training.retraining.learning_curve import learn_less
from training.retraining.rolling import roll

EXTREME = 200.0  # one interview that stands for more students than that decides alone
EXPLAINED_ROWS = 2000  # more make no better picture


@dataclass(frozen=True)
class ModelEvaluation:
    """Everything a report holds. `figures` can go into JSON."""

    figures: dict[str, Any]
    explained: JudgedContributions


@dataclass(frozen=True)
class EvaluatedRows:
    """Which rows of a dataset are judged, labelled or not, and, where the same training is to be tried again, those
    that it had. `rule` says in words how they were chosen."""

    judged: Cohort
    before: Cohort | None
    rule: Words
    in_sample: bool


def evaluate_model(
    dataset: Dataset,
    records: Records,
    artifact: Artifact,
    rows: EvaluatedRows,
    resamples: int,
    seed: int,
    progress: Callable[[str], None],
) -> ModelEvaluation:
    """All figures of the judged rows; `retrained` ones only where there are rows to learn from."""
    progress("tiers, floors and groups")
    population = population_of(artifact, rows.judged, dataset, records)
    slots, per = slots_of(artifact, population)
    progress("figures with their intervals")
    figures = report(population, slots, resamples, seed)
    figures["list"]["per"] = per
    progress("the list that would be served")
    figures["served"] = served_figures(artifact, dataset, records, rows.judged, population, resamples, seed)
    progress("explanations")
    explained, checks = _explained(artifact, rows.judged)
    figures |= {"contributions": checks, **_about(dataset, records, artifact, rows)}
    figures["uncertainty"] = _uncertainty(artifact, population)
    progress("other horizons and outcomes")
    endpoints = endpoints_of(artifact, dataset, records, rows.judged)
    figures["other_outcomes"] = other_outcomes(endpoints, slots, resamples, seed) if endpoints is not None else None
    if rows.before is not None:
        taught = artifact.manifest.training.get("learned_from") == "talks"
        learning = learned_rows(rows.before, dataset, records, artifact.recipe, _known_until(artifact), talks=taught)
        again = retrain(artifact, learning, rows.judged, progress)
        figures["retrained"] = retrained(population, again.folds, again.without, slots, resamples, seed)
        rolled = roll(artifact, dataset, records, rows.before, rows.judged, progress)
        figures["retrained"]["rolling"] = over_time(rolled, resamples, seed)
        less = learn_less(artifact, learning, rows.judged, progress)
        figures["retrained"]["learning"] = learning_curve(population.scored, less, resamples, seed)
    figures["verdict"] = verdict(figures)
    return ModelEvaluation(figures, explained)


def _known_until(artifact: Artifact) -> int | None:
    """The day up to which outcomes were known to the training; None where it had all that there was."""
    until = artifact.manifest.training.get("known_until")
    return date_to_day(date.fromisoformat(until)) if until else None


def _explained(artifact: Artifact, cohort: Cohort) -> tuple[JudgedContributions, dict[str, Any]]:
    n, features = len(cohort.outcome), artifact.features
    some = np.unique(np.linspace(0, n - 1, min(n, EXPLAINED_ROWS)).astype(np.int64))
    values = cohort.matrix.values[some]
    scored = margins(artifact.model, values)
    found = contributions(artifact.model, values, scored)
    plain = values.astype(np.float64)
    checks = contribution_checks(
        found.values,
        found.base,
        scored.value,
        plain,
        [feature.name for feature in features],
        [feature.group for feature in features],
        [feature.direction for feature in features],
        artifact.logistic.terms(values),
    )
    return JudgedContributions(found.values, found.base, plain, tuple(feature.name for feature in features)), checks


def _uncertainty(artifact: Artifact, population: Population) -> dict[str, Any] | None:
    thresholds = artifact.policy.thresholds
    if artifact.band is None or thresholds is None:
        return None
    low, high = bounds(artifact.band, population.scored.margin, population.scored.probability)
    return uncertainty(low, high, needs_a_person(low, high, thresholds), population.tier)


def _about(dataset: Dataset, records: Records, artifact: Artifact, rows: EvaluatedRows) -> dict[str, Any]:
    """Where the figures come from."""
    description, manifest = dataset.description, artifact.manifest
    provenance, days = description.provenance, np.unique(rows.judged.index_day).tolist()
    return {
        "mode": description.mode,
        "synthetic": description.synthetic,
        "dataset": {
            "name": description.name,
            "origin": description.origin,
            "fingerprint": dataset.fingerprint,
            "index_dates": [day_to_date(day).isoformat() for day in days],
            "open_dates": [on.isoformat() for on in open_dates(dataset)],
            "schools": len(np.unique(rows.judged.school.astype(str))),
            "left_out": _left_out(records, days, description.mode == "concurrent"),
        },
        "in_sample": rows.in_sample,
        "rows": rows.rule.en,
        "rows_zh": rows.rule.zh,
        "filter": provenance.filter if provenance else "",
        "columns": {
            "features": [feature.name for feature in artifact.features],
            "source_inputs": list(provenance.input_columns) if provenance else [],
            "source_outcomes": list(provenance.outcome_columns) if provenance else [],
        },
        "label": description.label.model_dump() if description.label else None,
        "weighting": _weighting(rows.judged),
        "without_chance": _without_chance(dataset, records, rows.judged),
        "extreme_chances": int((rows.judged.weight[rows.judged.labelled] > EXTREME).sum()),
        "model": {
            "name": manifest.name,
            "version": manifest.version,
            "kind": manifest.kind,
            "data_origin": manifest.data_origin,
            "trained_on": manifest.training["dataset"],
            "created_at": manifest.created_at,
            "policy": artifact.policy.name,
            "thresholds": artifact.policy.thresholds.model_dump() if artifact.policy.thresholds else None,
            "training": {
                name: manifest.training.get(name)
                for name in (
                    "mode",
                    "split",
                    "last_index_date",
                    "rows",
                    "labelled",
                    "positives",
                    "boosting",
                    "comparison",
                    "learned_from",
                    "ladder",
                    "fitted_again",
                    "sizes",
                    "size_tolerance",
                    "tuning",
                    "calibrations",
                )
            },
        },
    }


def _left_out(records: Records, days: list[int], concurrent: bool) -> dict[str, int]:
    """Students at school on the index dates of whom no figure speaks."""
    without_consent = by_a_person = 0
    for day in days:
        here, may = enrolled(records, day), may_score(records, day)
        without_consent += int((here & ~may).sum())
        by_a_person += int((here & may & placed(records, day, concurrent)).sum())
    return {"without_consent": without_consent, "placed_by_a_person": by_a_person}


def _weighting(judged: Cohort) -> str:
    if (judged.weight[judged.labelled] == 1).all():
        return "none"
    return "inverse of the recorded selection probability"


def _without_chance(dataset: Dataset, records: Records, judged: Cohort) -> int:
    """Judged rows with an outcome whose chance of having been picked is not on record."""
    label, student, found = dataset.description.label, places_of(judged, records), 0
    assert label is not None, "a cohort has a label"
    for day in np.unique(judged.index_day).tolist():
        missing = without_chance(records, label, day_to_date(day), dataset.description.mode == "concurrent")
        here = judged.labelled & (judged.index_day == day)
        found += int(missing[student[here]].sum())
    return found
