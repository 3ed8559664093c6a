"""A night in a city: `runxin screen` from Parquet to a published list, beside its parts done the usual way.

The city is the synthetic one of 3,000 students, repeated with ids of their own until it is large enough; six leaves a
student are drawn, sheets, flags, reports and outcomes are those of the last twelve months. Two models of the same
features are trained once: 400 trees of 31 leaves, and 440 of 4, the demo's size (`_small`).

`total_vs_parts` is the screening, a process of its own with an empty store, start included, over the sum of: reading
Parquet with pandas, sixteen windows by DuckDB, one `pred_contrib` of LightGBM over the same matrix (of the first
50,000 students, extrapolated beyond), and one insert of all rows of the store in bulk, in one transaction. The naive
way of `speedup_vs_naive` is pandas' groupby by student, `shap.TreeExplainer` and an insert with a commit for each
assessment, of a sample, extrapolated by the number of students. `growth_exponent` compares with a fifth of the city.
All sides may use the same number of threads.
"""

import argparse
import json
import math
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

if sys.path[0] == str(Path(__file__).parent):  # else `serving` is the benchmark of that name, here and in `runxin`
    del sys.path[0]

import lightgbm
import numpy as np
import pandas as pd

from benchmarks.engines import duckdb_sql, pandas_groups
from benchmarks.engines.repeated_city import DAY, repeat
from benchmarks.engines.tables import AS_OF, Tables
from data_schemas.dataset import read_dataset
from data_schemas.synthetic import make_city, write_city
from models import Artifact, load_artifact, read_policy, records_of
from models.artifact import save_artifact
from models.calibration import Calibration
from models.features import build_features
from models.policy import Thresholds
from models.risk_model import RiskModel, margins
from training.fitting.boosting import Boosting, fit_boosting
from training.fitting.fitting import Size
from training.train import Options, train

SEED, BLOCK, PART, SAMPLE, EXPLAINED = 7, 3000, 5, 300, 50_000
MODELS = {"large": (400, 31), "small": (440, 4)}  # trees, leaves
THREADS = os.cpu_count() or 1


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--students", type=int, default=50_000)
    students = options.parse_args().students
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        seed, whole, part = (home / name for name in ("seed", "whole", "part"))
        write_city(make_city(BLOCK, SEED), seed)
        save_models(seed, home)
        tables = repeat(seed, whole, students)
        repeat(seed, part, max(students // PART, 1))
        for name in MODELS:
            screen(seed, home, name)  # fills the cache of compiled code
        fifth = screen(part, home, "large")
        took = {name: screen(whole, home, name) for name in MODELS}
        common = {"read": seconds(lambda: read(whole)), "features": features(tables)}
        parts = {name: {**common, **model_parts(whole, home, name, students)} for name in MODELS}
        naive = naive_way(tables, whole, home, students)
    usual = {name: sum(one.values()) for name, one in parts.items()}
    ratios = {
        "total_vs_parts": took["large"][0] / usual["large"],
        "total_vs_parts_small": took["small"][0] / usual["small"],
        "speedup_vs_naive": sum(naive.values()) / took["large"][0],
        "growth_exponent": math.log(took["large"][0] / fifth[0]) / math.log(students / max(students // PART, 1)),
    }
    told = {
        "students": students,
        "ratios": rounded(ratios),
        "seconds": took["large"][0],
        "seconds_small": took["small"][0],
        "peak_gib": round(took["large"][1], 2),
        "parts": {name: rounded(one) for name, one in parts.items()},
        "naive": rounded(naive),
        "threads": THREADS,
    }
    print(json.dumps(told))


def rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(figure, 2) for name, figure in figures.items()}


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def save_models(seed: Path, home: Path) -> None:
    """A home of each model, which is trained on the margins of the demo's, with noise, so that trees grow full."""
    dataset, policy = read_dataset(seed), read_policy()
    trained = train(dataset, policy, Options(sizes=(Size(2, 4),), resamples=20), lambda _: None)
    values = trained.before.matrix.values
    margin = margins(trained.artifact.model, values).value
    noise = np.random.default_rng(SEED).logistic(size=len(values))
    outcome = (margin + noise > 0).astype(np.float64)
    for name, (trees, leaves) in MODELS.items():
        boosting = Boosting(rounds=trees, leaves=leaves, depth=-1, least_in_leaf=10, ridge=1.0)
        booster = fit_boosting(trained.artifact.features, values, outcome, np.ones(len(values)), boosting, SEED)
        said = 1 / (1 + np.exp(-np.asarray(booster.predict(values, raw_score=True))))
        watch, priority = np.quantile(said, [0.9, 0.97])
        model = RiskModel(trained.artifact.features, booster, policy.family.cap)
        save_artifact(
            replace(
                trained.artifact,
                manifest=trained.artifact.manifest.model_copy(
                    update={"kind": "lightgbm", "explanation": model.explanation}
                ),
                model=model,
                calibration=Calibration(1.0, 0.0),
                policy=policy.model_copy(update={"thresholds": Thresholds(watch=watch, priority=priority)}),
            ),
            home / name / "champion",
        )


def screen(dataset: Path, home: Path, name: str) -> tuple[float, float]:
    """Seconds and peak memory (GiB) of `runxin screen` with an empty store."""
    for file in (home / name).glob("runxin.db*"):
        file.unlink()
    command = [str(Path(sys.executable).with_name("runxin")), "screen", str(dataset), "--as-of", DAY.isoformat()]
    surroundings = {
        **os.environ,
        "RUNXIN_HOME": str(home / name),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "OMP_NUM_THREADS": str(THREADS),
        "NUMBA_NUM_THREADS": str(THREADS),
    }
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=surroundings)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode:
        raise RuntimeError(f"runxin screen ended with {process.returncode}: {said.decode()[-2000:]}")
    return round(time.perf_counter() - begun, 2), used.ru_maxrss / 1024**2


def read(dataset: Path) -> list[pd.DataFrame]:
    return [pd.read_parquet(file) for file in sorted(dataset.rglob("*.parquet"))]


def features(tables: Tables) -> float:
    def work() -> None:
        with closing(duckdb_sql.load(tables)) as connection:
            connection.execute(f"SET threads = {THREADS}")
            duckdb_sql.windows(connection, tables.n)

    return seconds(work)


def model_parts(dataset: Path, home: Path, name: str, students: int) -> dict[str, float]:
    """One `pred_contrib`, and one insert of the rows that the screening wrote."""
    artifact = load_artifact(home / name / "champion")
    values = matrix(dataset, artifact)[:EXPLAINED]
    booster = booster_of(artifact)
    explained = seconds(lambda: booster.predict(values, pred_contrib=True, num_threads=THREADS))
    return {"explain": explained * (students / len(values)), "insert": insert(home / name / "runxin.db", home)}


def matrix(dataset: Path, artifact: Artifact) -> np.ndarray:
    return np.asarray(build_features(records_of(read_dataset(dataset)), artifact.recipe, AS_OF).values)


def booster_of(artifact: Artifact) -> lightgbm.Booster:
    assert isinstance(artifact.model.scorer, lightgbm.Booster)
    return artifact.model.scorer


def insert(written: Path, home: Path) -> float:
    """Seconds to put all rows of a store into an empty one of the same tables and indices."""
    with closing(sqlite3.connect(written)) as old, empty_like(written, home) as new:
        names = [name for (name,) in new.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: old.execute(f"SELECT * FROM {name}").fetchall() for name in names}

        def work() -> None:
            with new:
                for name, these in rows.items():
                    if these:
                        new.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(these[0]))})", these)

        return seconds(work)


@contextmanager
def empty_like(written: Path, home: Path) -> Iterator[sqlite3.Connection]:
    file = home / "bulk.db"
    with closing(sqlite3.connect(written)) as old, closing(sqlite3.connect(file)) as new:
        new.execute("PRAGMA journal_mode = WAL")
        told = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND type <> 'trigger'"
        for (statement,) in old.execute(f"{told} ORDER BY type = 'index'"):
            new.execute(statement)
        yield new
    for left in home.glob("bulk.db*"):
        left.unlink()


def naive_way(tables: Tables, dataset: Path, home: Path, students: int) -> dict[str, float]:
    """Seconds for all students, from a sample."""
    import shap

    artifact = load_artifact(home / "large" / "champion")
    sample = min(SAMPLE, students)
    values = matrix(dataset, artifact)[:sample]
    explainer = shap.TreeExplainer(booster_of(artifact))
    written = home / "large" / "runxin.db"
    with closing(sqlite3.connect(written)) as old, empty_like(written, home) as new:
        rows: list[Any] = old.execute("SELECT * FROM assessments LIMIT ?", (sample,)).fetchall()

        def one_by_one() -> None:
            for row in rows:
                new.execute(f"INSERT INTO assessments VALUES ({', '.join('?' * len(row))})", row)
                new.commit()

        took = {
            "features": seconds(lambda: pandas_groups.windows(tables, sample)),
            "explain": seconds(lambda: [explainer.shap_values(values[row : row + 1]) for row in range(sample)]),
            "insert": seconds(one_by_one),
        }
    return {name: one * (students / sample) for name, one in took.items()}


if __name__ == "__main__":
    main()
