"""What exact explanations cost beside LightGBM's own and beside scoring: 400 trees of 31 leaves on 60 features, some
values missing.

Both sides run with the same number of threads, in turns, and medians of the turns' ratios are told. LightGBM's
`pred_contrib`, which `shap.TreeExplainer` calls too, takes 20,000 rows; so many are explained and scored as well, and
no figure is extrapolated. Memory is the peak of a process of its own (Linux), for 20,000 and for 200,000 rows, beyond
what it held with the rows and what their contributions take. `ready_seconds` is from a model's text in a fresh process
to tables that were tested, with compiled code in the cache.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import lightgbm
import numpy as np

from models.tree_shap import Explainer, disagreement, explain, make_explainer

TREES, LEAVES, FEATURES, ROWS, TURNS, SINGLES = 400, 31, 60, 20_000, 3, 200
MANY_ROWS, SEED = 200_000, 7
THREADS = os.cpu_count() or 1


def rows_of(n: int) -> np.ndarray:
    """Values (n, FEATURES): a third of the features counts, a tenth of the values missing."""
    rng = np.random.default_rng(SEED)
    values = rng.normal(size=(n, FEATURES)).astype(np.float32)
    values[:, ::3] = np.round(values[:, ::3] * 2)
    values[rng.random((n, FEATURES)) < 0.1] = np.nan
    return values


def trained() -> lightgbm.Booster:
    values = rows_of(50_000)
    known = np.nan_to_num(values)
    margin = 0.3 * np.sin(known * (1 + np.arange(FEATURES) % 3)).sum(axis=1) + 0.5 * known[:, 0] * known[:, 1] - 1
    outcome = np.random.default_rng(SEED).random(len(margin)) < 1 / (1 + np.exp(-margin))
    parameters = {"objective": "binary", "num_leaves": LEAVES, "learning_rate": 0.05, "verbosity": -1, "seed": SEED}
    return lightgbm.train(parameters, lightgbm.Dataset(values, outcome.astype(float)), TREES)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratios(booster: lightgbm.Booster, explainer: Explainer) -> dict[str, float]:
    values = rows_of(ROWS)

    def each(work: Callable[[np.ndarray], object]) -> Callable[[], object]:
        return lambda: [work(values[row : row + 1]) for row in range(SINGLES)]

    def own(rows: np.ndarray, threads: int) -> object:
        return booster.predict(rows, pred_contrib=True, num_threads=threads)

    def score(rows: np.ndarray, threads: int) -> object:
        return booster.predict(rows, raw_score=True, num_threads=threads)

    works = {
        "batch": lambda: explain(explainer, values, THREADS),
        "batch_own": lambda: own(values, THREADS),
        "batch_score": lambda: score(values, THREADS),
        "single": each(lambda row: explain(explainer, row, 1)),
        "single_own": each(lambda row: own(row, 1)),
        "single_score": each(lambda row: score(row, 1)),
    }
    works["batch"](), works["single"]()  # compiled, and in the caches
    turns = [{name: seconds(work) for name, work in works.items()} for _ in range(TURNS)]

    def ratio(above: str, below: str) -> float:
        return median(turn[above] / turn[below] for turn in turns)

    return {
        "batch_vs_pred_contrib": ratio("batch_own", "batch"),
        "single_vs_pred_contrib": ratio("single_own", "single"),
        "batch_vs_score": ratio("batch", "batch_score"),
        "single_vs_score": ratio("single", "single_score"),
    }


def one_process(model: str, n: int) -> dict[str, float]:
    """What a process of its own needs: seconds until the model is taken apart and tested, and its peak of memory
    beyond what was there before and what values and contributions take, in MiB."""
    booster = lightgbm.Booster(model_file=model)
    values = rows_of(n)
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
    before = held("VmRSS")
    start = time.perf_counter()
    explainer = make_explainer(booster.model_to_string())
    disagreement(explainer, booster)
    ready = time.perf_counter() - start
    found = explain(explainer, values, THREADS)
    return {"ready": ready, "mib": held("VmHWM") - before - found.nbytes / 2**20}


def held(name: str) -> float:
    """A figure of this process's memory in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) / 1024


def main() -> None:
    booster = trained()
    explainer = make_explainer(booster.model_to_string())
    with tempfile.TemporaryDirectory() as scratch:
        model = str(Path(scratch) / "model.txt")
        booster.save_model(model)
        found = [
            json.loads(subprocess.check_output([sys.executable, __file__, model, str(n)], text=True).splitlines()[-1])
            for n in (ROWS, MANY_ROWS)
        ]
    told = {
        "trees": TREES,
        "leaves": LEAVES,
        "features": FEATURES,
        "rows": ROWS,
        "threads": THREADS,
        "extrapolated": False,
        "disagreement": disagreement(explainer, booster),
        "tables_mib": round(explainer.tables.figures.nbytes / 2**20, 1),
        "ready_seconds": round(found[0]["ready"], 2),
        "working_mib": {str(ROWS): round(found[0]["mib"]), str(MANY_ROWS): round(found[1]["mib"])},
        "ratios": {name: round(value, 2) for name, value in ratios(booster, explainer).items()},
    }
    print(json.dumps(told))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(one_process(sys.argv[1], int(sys.argv[2]))))
    else:
        main()
