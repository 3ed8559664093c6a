"""The model that serves: once judged by the newest wave, the same training again with that wave."""

from collections.abc import Callable
from dataclasses import replace

from data_schemas.calendar import day_to_date
from data_schemas.dataset import Dataset
from evaluation.monitoring.snapshot import take_snapshot
from models import Artifact, Policy
from models.calibration import probabilities
from models.risk_model import margins
from models.spline_model import SplineModel
from training.cohorts.cohort import joined
from training.cohorts.learned_rows import learned_rows
from training.cohorts.seen import sketch
from training.fitting.venn_abers import fit_band
from training.retraining.refit import curve_of, out_of_fold, refit
from training.train import Trained, thresholds_of


def fitted_on_all_waves(
    trained: Trained, dataset: Dataset, policy: Policy, progress: Callable[[str], None]
) -> Artifact:
    """The trained model's kind and settings, fitted to everything that is known when the data end, with the model that
    was judged beside it (`judged`); the trained one itself where students and not a wave were held out. Curve, band and
    thresholds are found anew from margins out of fold; nothing is searched or chosen again."""
    judged = trained.artifact
    if trained.split.known_until is None:
        return judged
    progress("the model that serves, with the newest wave")
    whole = joined([trained.before, trained.test])
    taught = judged.manifest.training["learned_from"] == "talks"
    rows = learned_rows(whole, dataset, trained.records, judged.recipe, None, talks=taught)
    model, known = refit(judged, rows), out_of_fold(judged, rows)
    logistic = refit(judged, rows, kind="logistic").scorer
    assert isinstance(logistic, SplineModel), "logistic regression is made of lines"
    calibration = curve_of(judged)(*known)
    population = probabilities(calibration, margins(model, whole.matrix.values).value)
    learned = {
        "last_index_date": day_to_date(int(whole.index_day.max())).isoformat(),
        "rows": len(whole.outcome),
        "known_until": None,
        "labelled": len(rows.fitted.outcome),
        "positives": int(rows.fitted.outcome.sum()),
    }
    manifest, training = judged.manifest, judged.manifest.training
    again = {"training": training | learned, "seen": sketch(whole.keys()), "explanation": model.explanation}
    told = {"training": training | {"fitted_again": learned}}
    serving = replace(
        judged,
        manifest=manifest.model_copy(update=again),
        model=model,
        calibration=calibration,
        band=fit_band(*known),
        logistic=logistic,
        policy=policy.model_copy(update={"thresholds": policy.thresholds or thresholds_of(population, policy)}),
        judged=replace(judged, manifest=manifest.model_copy(update=told), monitoring=None),
    )
    return replace(serving, monitoring=take_snapshot(serving, whole.matrix, whole.student))
