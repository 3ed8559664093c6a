"""What explaining costs beside scoring, and one student alone beside a batch.

All figures are ratios within one run on one synthetic city; absolute times drift from machine to machine.
"""

import json
import time
from collections.abc import Callable

from data_schemas.calendar import date_to_day
from data_schemas.synthetic import make_city
from models import assess, read_policy, records_of
from models.features import Recipe, build_features, catalogue
from models.risk_model import RiskModel, contributions, margins
from training.cohorts.cohort import make_cohort
from training.cohorts.reference import training_reference
from training.fitting.boosting import Boosting, fit_boosting

STUDENTS, SEED, REPEATS = 4000, 7, 5


def fastest(work: Callable[[], object]) -> float:
    """Seconds of the fastest of a few runs, after one that is not counted."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    dataset, policy = make_city(STUDENTS, SEED).dataset, read_policy()
    records = records_of(dataset)
    instruments = {code: sheets.instrument for code, sheets in records.sheets.items()}
    features = catalogue(instruments.values())
    reference = training_reference(dataset, records, instruments, 0)
    recipe = Recipe(features, instruments, reference, policy.staleness)
    cohort = make_cohort(dataset, records, recipe)
    rows = cohort.where(cohort.labelled)
    booster = fit_boosting(features, rows.matrix.values, rows.outcome, rows.weight, Boosting(rounds=300), SEED)
    model = RiskModel(features, booster, policy.family.cap)
    as_of = date_to_day(dataset.description.as_of)
    matrix = build_features(records, recipe, as_of)
    batch, one = matrix.values, matrix.values[:1]
    score, score_one = fastest(lambda: margins(model, batch)), fastest(lambda: margins(model, one))
    explain = fastest(lambda: contributions(model, batch, margins(model, batch)))
    explain_one = fastest(lambda: contributions(model, one, margins(model, one)))
    build = fastest(lambda: build_features(records, recipe, as_of))
    rules = fastest(lambda: assess(records, dataset.description.as_of, None, policy))
    ratios = {
        "explain_vs_score_batch": explain / score,
        "explain_vs_score_single": explain_one / score_one,
        "single_vs_batch_score_per_student": score_one / (score / len(batch)),
        "features_vs_score_batch": build / score,
        "rules_vs_score_batch": rules / score,
    }
    print(json.dumps({"students": len(batch), "ratios": {name: round(value, 2) for name, value in ratios.items()}}))


if __name__ == "__main__":
    main()
