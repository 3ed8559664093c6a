"""What the served order is worth, judged by the truth of synthetic cities, which nothing but this file reads.

Each city is drawn, a model is trained as `runxin train` does with what was known on the last index date, and everyone
whom no person had placed by then stands in the order that serving makes of the model's scores: immediate checks, the
week's line with its places for concerns and lots, then everyone else (`training/cohorts/served_list.py`). The rules by
hand and the oracle stand in the same order with the same floors, places and shares of tiers. What is counted is the
share of all need that a school finds by its first 10, 40, 80 and 160 interviews a thousand students: of everyone, and
of those outside open evidence alone.

- `best_rule`: at each horizon the best, by its mean over cities, of the questionnaires' sum, points added up by hand,
  and the highest earlier finding, then the sum.
- `oracle`: the model's own figures and settings under the same promise never to fall with an adverse answer, fitted to
  everyone's true need on the earlier index dates. `oracle_free` is the same without that promise: its price.
- `first_wave`: a third of the schools had no wave before this one (their earlier sheets and talks are taken away, from
  learning too); the order of their students against the sum, of everyone in them.

Shares are ratios of means over cities; standard errors are over cities, of ratios by leaving one city out in turn.
"""

import argparse
import json
import multiprocessing
import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np

from data_schemas.dataset import Dataset
from data_schemas.synthetic import make_city
from evaluation import rule_sum, sum_score
from models import calendars_for, read_policy
from models.indices import indices_of
from models.indices.published import published_score
from models.risk_model import RiskModel, margins
from training.cohorts.cohort import Cohort, closed_dates, places_of
from training.cohorts.population import tiers_of
from training.cohorts.served_list import HORIZONS, DayOfStudents, found_within, standing_of, tiers_by_share
from training.fitting.boosting import fit_boosting
from training.fitting.candidates import INDEX_FEATURES
from training.fitting.fitting import SIZES
from training.fitting.kinds import FEW
from training.train import Options, Trained, train

SEEDS, STUDENTS = "1,2,3", 20_000
RULES = ("sum", "points", "finding_then_sum")
BLOCKS = ("everyone", "outside")
NEWCOMERS = 3  # one school of so many has its first wave
Found = dict[str, Any]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seeds", default=SEEDS, help="cities, by seed, with commas")
    asked.add_argument("--students", type=int, default=STUDENTS, help="of each city")
    asked.add_argument("--stable", type=float, default=None, help="share of the traits that stays from wave to wave")
    asked.add_argument("--processes", type=int, default=2)
    given = asked.parse_args()
    seeds = [int(one) for one in given.seeds.split(",")]
    # Each process is to use one thread: LightGBM and BLAS read this where they are first loaded, in the new processes.
    os.environ["OMP_NUM_THREADS"] = "1"
    jobs = [(seed, given.students, given.stable) for seed in seeds]
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max(1, min(given.processes, 2)), fresh, _nicely) as pool:
        cities = list(pool.map(_city, jobs))
    print(json.dumps(summary(cities, given.students, seeds, given.stable)))


def _nicely() -> None:
    os.nice(5)


def _city(job: tuple[int, int, float | None]) -> Found:
    """What each order finds in one city: {order: {block: {horizon: share}}}."""
    seed, students, stable = job
    city = make_city(students, seed) if stable is None else make_city(students, seed, stable=stable)
    truth = city.truth.set_index(["student_id", "index_date"])["need"].to_dict()
    trained = _trained(city.dataset)
    standing, needs = _standing(trained, city.dataset), _needs(trained.test, truth)
    scores, tiers = _scores(trained, city.dataset, truth)
    everyone = np.ones(len(needs), dtype=bool)
    inside = {"everyone": everyone, "outside": ~standing.evidence}
    found: Found = {}
    for name, score in scores.items():
        tier = tiers.get(name, tiers_by_share(score, standing.policy))
        taken = found_within(standing, score, tier, inside)
        found[name] = {block: _shares(taken[block], needs, mine) for block, mine in inside.items()}
    training = trained.artifact.manifest.training
    found_here = {
        "orders": found,
        "first_wave": _first_wave(city.dataset, truth),
        "kind": trained.artifact.manifest.kind,
        "rows": training["labelled"],
        "positives": training["positives"],
        "need": float(needs.mean()),
        "auroc": trained.metrics["auroc"]["value"],
    }
    print(json.dumps({"seed": seed, **found_here}), file=sys.stderr, flush=True)
    return found_here


def _trained(dataset: Dataset) -> Trained:
    return train(dataset, read_policy(), Options(sizes=SIZES[:2], resamples=20), lambda step: None)


def _standing(trained: Trained, dataset: Dataset) -> DayOfStudents:
    day = int(trained.test.index_day[0])
    place = places_of(trained.test, trained.records)
    return standing_of(trained.records, place, day, trained.artifact.policy, calendars_for(dataset, None))


def _needs(rows: Cohort, truth: dict[Any, Any]) -> np.ndarray:
    days = rows.index_day.astype("datetime64[D]").astype(str)
    return np.array([bool(truth.get(key, False)) for key in zip(rows.student, days, strict=True)])


def _scores(
    trained: Trained, dataset: Dataset, truth: dict[Any, Any]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Scores of the judged rows by order, and the tiers of the served one, which a training fixes."""
    artifact, rows = trained.artifact, trained.test
    matrix, features = rows.matrix, artifact.features
    total = sum_score(matrix, artifact.instruments, artifact.reference)
    found = matrix.column("talk_highest").astype(np.float64)
    read = indices_of(features)
    before, needs = trained.before.matrix.values, _needs(trained.before, truth).astype(np.float64)
    unconstrained = tuple(replace(one, direction=0) for one in INDEX_FEATURES)

    def oracle(columns: Any) -> np.ndarray:
        trees = fit_boosting(columns, read.values(before), needs, np.ones(len(needs)), FEW, 1)
        model = RiskModel(columns, trees, artifact.model.family_cap)
        return margins(model, read.values(matrix.values)).value

    scores = {
        "served": margins(artifact.model, matrix.values).value,
        "published": margins(published_score(features, artifact.model.family_cap), matrix.values).value,
        "sum": total,
        "points": rule_sum(matrix, features, artifact.instruments),
        "finding_then_sum": found * 1e3 + total,
        "oracle": oracle(INDEX_FEATURES),
        "oracle_free": oracle(unconstrained),
    }
    return scores, {"served": tiers_of(artifact, rows)}


def _first_wave(dataset: Dataset, truth: dict[Any, Any]) -> Found:
    """The served order, the published effects and the sum in schools whose first wave this is."""
    dataset = _with_newcomers(closed_dates(dataset))
    trained = _trained(dataset)
    standing, needs = _standing(trained, dataset), _needs(trained.test, truth)
    new = np.isin(trained.test.school.astype(str), sorted(_newcomers(dataset)))
    scores, tiers = _scores(trained, dataset, truth)
    found: Found = {}
    for name in ("served", "published", "sum"):
        tier = tiers.get(name, tiers_by_share(scores[name], standing.policy))
        found[name] = _shares(found_within(standing, scores[name], tier, {"new": new})["new"], needs, new)
    return found


def _newcomers(dataset: Dataset) -> set[str]:
    return set(sorted(set(dataset.students["school_id"]))[::NEWCOMERS])


def _with_newcomers(dataset: Dataset) -> Dataset:
    """Without sheets, talks and reports of before the last wave in a third of the schools."""
    waves = sorted(dataset.description.index_dates)
    since = np.datetime64(waves[-1]) - np.timedelta64(30, "D")
    mine = dataset.students["school_id"].isin(_newcomers(dataset))
    ids = set(dataset.students.loc[mine, "student_id"])

    def later(frame: Any, column: str) -> Any:
        return frame[~frame["student_id"].isin(ids) | (frame[column] >= since)].reset_index(drop=True)

    days = {"outcomes": "observed_on", "concerns": "reported_on"}
    tables = {name: later(frame, days[name]) if name in days else frame for name, frame in dataset.tables.items()}
    sheets = {code: later(frame, "administered_on") for code, frame in dataset.responses.items()}
    return replace(dataset, tables=tables, responses=sheets)


def _shares(found: dict[int, np.ndarray], needs: np.ndarray, inside: np.ndarray) -> dict[str, float]:
    all_need = float(needs[inside].sum())
    return {str(horizon): float(needs[mine].sum()) / all_need for horizon, mine in found.items()}


def summary(cities: list[Found], students: int, seeds: list[int], stable: float | None) -> Found:
    """Means over cities, ratios of these, and standard errors."""
    blocks = {block: _block([one["orders"] for one in cities], block) for block in BLOCKS}
    first = {
        name: _by_horizon(
            lambda at, name=name: _ratio(  # type: ignore[misc]
                [one["first_wave"][name][at] for one in cities], [one["first_wave"]["sum"][at] for one in cities]
            )
        )
        for name in ("served", "published")
    }
    everyone, outside = blocks["everyone"], blocks["outside"]
    everyone["ratios"]["first_wave_vs_sum"] = _first(first["served"])
    everyone["ratios_se"]["first_wave_vs_sum"] = _second(first["served"])
    everyone["ratios"]["first_wave_published_vs_sum"] = _first(first["published"])
    everyone["ratios_se"]["first_wave_published_vs_sum"] = _second(first["published"])
    about = {name: [one[name] for one in cities] for name in ("kind", "rows", "positives", "need", "auroc")}
    return {
        "students": students,
        "seeds": seeds,
        "stable": stable,
        "cities": about,
        "ratios": everyone["ratios"],
        "ratios_se": everyone["ratios_se"],
        "ratios_outside": outside["ratios"],
        "ratios_outside_se": outside["ratios_se"],
        "found": everyone["found"],
        "found_outside": outside["found"],
        "behind_best_rule": everyone["behind"],
        "behind_best_rule_outside": outside["behind"],
    }


def _block(orders: list[Found], block: str) -> Found:
    def of(name: str, at: str) -> np.ndarray:
        return np.array([city[name][block][at] for city in orders])

    best = {str(h): max(RULES, key=lambda name, at=str(h): of(name, at).mean()) for h in HORIZONS}  # type: ignore[misc]

    def share(oracle: str) -> Callable[[str], tuple[float, float]]:
        return lambda at: _ratio(of("served", at) - of(best[at], at), of(oracle, at) - of(best[at], at))

    ratios = {
        "served_vs_sum": _by_horizon(lambda at: _ratio(of("served", at), of("sum", at))),
        "served_vs_best_rule": _by_horizon(lambda at: _ratio(of("served", at), of(best[at], at))),
        "published_vs_sum": _by_horizon(lambda at: _ratio(of("published", at), of("sum", at))),
        "share_of_oracle_gain": _by_horizon(share("oracle")),
        "share_of_free_oracle_gain": _by_horizon(share("oracle_free")),
    }
    found = {name: {str(h): round(float(of(name, str(h)).mean()), 4) for h in HORIZONS} for name in orders[0]}
    behind = _by_horizon(lambda at: _mean(of("served", at) - of(best[at], at)))
    return {
        "ratios": {name: _first(one) for name, one in ratios.items()},
        "ratios_se": {name: _second(one) for name, one in ratios.items()},
        "found": {**found, "best_rule": best},
        "behind": {at: {"difference": one[0], "se": one[1]} for at, one in behind.items()},
    }


def _by_horizon(of: Callable[[str], tuple[float, float]]) -> dict[str, tuple[float, float]]:
    return {str(horizon): of(str(horizon)) for horizon in HORIZONS}


def _first(of: dict[str, tuple[float, float]]) -> dict[str, float]:
    return {at: one[0] for at, one in of.items()}


def _second(of: dict[str, tuple[float, float]]) -> dict[str, float]:
    return {at: one[1] for at, one in of.items()}


def _mean(values: Any) -> tuple[float, float]:
    values, n = np.asarray(values), len(values)
    error = float(values.std(ddof=1) / np.sqrt(n)) if n > 1 else 0.0
    return round(float(values.mean()), 4), round(error, 4)


def _ratio(above: Any, below: Any) -> tuple[float, float]:
    """The ratio of the means over cities and its standard error by the jackknife."""
    above, below = np.asarray(above), np.asarray(below)
    whole = above.mean() / below.mean() if below.mean() else 0.0
    n = len(above)
    if n < 2:
        return round(float(whole), 3), 0.0
    left = np.array([np.delete(above, k).mean() / (np.delete(below, k).mean() or 1e-9) for k in range(n)])
    return round(float(whole), 3), round(float(np.sqrt((n - 1) / n * ((left - left.mean()) ** 2).sum())), 3)


if __name__ == "__main__":
    main()
