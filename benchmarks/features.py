"""The feature matrix beside other ways to count the same windows: DuckDB, Polars, and pandas' groupby per student.

500,000 students, twelve months, 3 million rows of leave and 1 million PHQ-9 totals, in memory as columns of integers
for all of them. Ours builds the whole matrix that a model reads, the others the sixteen windows of
`engines.duckdb_sql.NAMES`, in which all agree. Each runs in a process of its own, in turns, with the same number of
threads; medians are compared. pandas counts a sample and is extrapolated by the number of students. Peak memory is
that of our process, tables included.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from math import log10
from statistics import median

STUDENTS, SMALLER, SAMPLE = 500_000, 50_000, 1_000
ROUNDS, REPEATS, SINGLES = 3, 3, 2_000


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ours(n: int) -> Callable[[], object]:
    from benchmarks.engines.tables import AS_OF, make_tables, records_of_tables
    from data_schemas.instruments import packaged_instruments
    from models import read_policy
    from models.features import Recipe, build_features, catalogue
    from models.reference import Reference

    instruments = {"phq9": packaged_instruments()["phq9"]}
    recipe = Recipe(catalogue(instruments.values()), instruments, Reference({}), read_policy().staleness)
    records = records_of_tables(make_tables(n))
    return lambda: build_features(records, recipe, AS_OF)


def duckdb(n: int) -> Callable[[], object]:
    from benchmarks.engines import duckdb_sql
    from benchmarks.engines.tables import make_tables

    connection = duckdb_sql.load(make_tables(n))
    return lambda: duckdb_sql.windows(connection, n)


def polars(n: int) -> Callable[[], object]:
    from benchmarks.engines import polars_frames
    from benchmarks.engines.tables import make_tables

    frames = polars_frames.load(make_tables(n))
    return lambda: polars_frames.windows(frames, n)


def groupby(n: int) -> Callable[[], object]:
    from benchmarks.engines import pandas_groups
    from benchmarks.engines.tables import make_tables

    tables = make_tables(n)
    return lambda: pandas_groups.windows(tables, n)


WAYS = {"ours": ours, "duckdb": duckdb, "polars": polars, "groupby": groupby}


def one_way(way: str, n: int) -> dict[str, float]:
    """Median seconds of a few runs after one that is not counted, and the peak memory of this process in GiB."""
    work = WAYS[way](n)
    work()
    repeats = SINGLES if n == 1 else 1 if way == "groupby" else REPEATS
    times = [seconds(work) for _ in range(repeats)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {"seconds": median(times), "peak_gib": peak}


def run(way: str, n: int) -> dict[str, float]:
    """`one_way` in a process of its own."""
    done = subprocess.run([sys.executable, __file__, way, str(n)], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    turns = [("ours", STUDENTS), ("duckdb", STUDENTS), ("polars", STUDENTS), ("ours", SMALLER), ("ours", 1)]
    found: dict[tuple[str, int], list[dict[str, float]]] = {turn: [] for turn in turns}
    run("ours", SMALLER)  # fills the cache of compiled code
    for _ in range(ROUNDS):
        for turn in turns:
            found[turn].append(run(*turn))
    took = {turn: median(one["seconds"] for one in runs) for turn, runs in found.items()}
    whole = took["ours", STUDENTS]
    engines = {name: took[name, STUDENTS] / whole for name in ("duckdb", "polars")}
    grouped = run("groupby", SAMPLE)["seconds"] * (STUDENTS / SAMPLE)
    ratios = {
        "speedup_vs_groupby": grouped / whole,
        "speedup_vs_engine": min(engines.values()),
        "speedup_vs_duckdb": engines["duckdb"],
        "speedup_vs_polars": engines["polars"],
        "growth_exponent": log10(whole / took["ours", SMALLER]) / log10(STUDENTS / SMALLER),
        "single_vs_batch_per_student": took["ours", 1] / (whole / STUDENTS),
    }
    told = {
        "students": STUDENTS,
        "ratios": {name: round(value, 2) for name, value in ratios.items()},
        "peak_gib": round(max(one["peak_gib"] for one in found["ours", STUDENTS]), 2),
        "single_ms": round(took["ours", 1] * 1000, 3),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(one_way(sys.argv[1], int(sys.argv[2]))))
    else:
        main()
