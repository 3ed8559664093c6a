"""What an answer costs over HTTP: Runxin from raw records, beside `mlflow models serve` and FastAPI with
`shap.TreeExplainer`, which are given finished features.

The same trees stand behind each, on a small model (the demo's) and a large one (400 trees of 31 leaves). Each has one
process that answers; 8 connections ask for one student, 2 for batches of 100, and all take turns; medians of the turns'
ratios are told. Runxin is asked with the `explain` scope and writes every row of its trail: a dry run first, then
recording (`recorded_`). Its students are on the list of the demo's city and were asked for before. Peers run at their
best setting that we know: no access log, uvloop, NumPy in place of pandas, one thread a request.
`overhead_vs_in_process` is what one connection waits beside the same work within a process.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

if sys.path[0] == str(Path(__file__).parent):  # this file would stand in the place of the room that has its name
    del sys.path[0]

import lightgbm
import numpy as np

from benchmarks.servers.load import Load, put_load
from benchmarks.servers.processes import BIN, fastapi, mlflow_models, runxin, surroundings
from benchmarks.servers.raw_records import raw_records
from data_schemas.calendar import date_to_day
from data_schemas.dataset import Dataset, read_dataset
from data_schemas.instruments import packaged_instruments
from models import Artifact, load_artifact, read_policy, records_of, save_artifact
from models.calibration import probabilities
from models.features import build_features
from models.risk_model import RiskModel, margins
from runxin.settings import read_settings
from serving.access import SCOPES, Client
from serving.api.assessing import Checked
from serving.api.check import check_request
from serving.api.filing import file_records
from serving.api.reading import read_as, read_json
from serving.api.request import ScoreRequest
from serving.keys import create_key
from serving.platform import Champion, State
from serving.platform.state import instruments_of
from serving.store import open_store
from training.fitting.boosting import Boosting, fit_boosting

STUDENTS, ASKED, BATCH, SEED = 3000, 400, 100, 7
LARGE = Boosting(rounds=400, leaves=31, depth=12, least_in_leaf=5, ridge=1.0)
SECONDS, TURNS, OFTEN = 4.0, 3, 1_000_000
KINDS = {"single": 1, "batch": BATCH}
CONNECTIONS = {"single": 8, "batch": 2}  # no more batches are taken at once


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--home", type=Path, help="a demo's RUNXIN_HOME, which is copied; else one is made")
    options.add_argument("--models", nargs="+", default=["small", "large"])
    options.add_argument("--seconds", type=float, default=SECONDS)
    options.add_argument("--turns", type=int, default=TURNS)
    given = options.parse_args()
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        if given.home is None:
            make_city(home)
        else:
            shutil.copytree(given.home, home)
        for name in given.models:
            told[name] = measure(home, name, given.seconds, given.turns)
            print(json.dumps({name: told[name]}), flush=True)
    ratios: dict[str, float] = {}
    for name, found in told.items():
        ratios |= {key if name == "small" else f"{name}_{key}": value for key, value in found.pop("ratios").items()}
    print(json.dumps({"students": ASKED, "connections": CONNECTIONS, **told, "ratios": ratios}))


def make_city(home: Path) -> None:
    command = [str(BIN / "runxin"), "demo", "--students", str(STUDENTS), "--no-serve"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=surroundings(home))


def measure(home: Path, name: str, seconds: float, turns: int) -> dict[str, Any]:
    dataset = read_dataset(next((home / "demo").glob("city-*/dataset.toml")).parent)
    artifact = load_artifact(home / "champion")
    values = features_of(dataset, artifact)
    if name == "large":
        artifact = with_large_trees(artifact, values)
        shutil.rmtree(home / "champion")
        save_artifact(artifact, home / "champion")
    records = raw_records(dataset, ASKED)
    place = {student: row for row, student in enumerate(dataset.students["student_id"])}
    rows = values[[place[one["student_id"]] for one in records]]
    with open_store(read_settings({"RUNXIN_HOME": str(home)})) as store:
        key = create_key(store, f"benchmark-{name}", SCOPES, datetime.now(UTC), per_minute=OFTEN)
    asks = {kind: asked(records, rows, key, size) for kind, size in KINDS.items()}
    model = home / "champion" / "model.txt"
    with ExitStack() as running:
        ports = {
            "runxin": running.enter_context(runxin(home)),
            "recorded": 0,
            "mlflow": running.enter_context(mlflow_models(home, model)),
            "fastapi": running.enter_context(fastapi(home, model)),
        }
        ports["recorded"] = ports["runxin"]

        def ask(server: str, kind: str, long: float, at_once: int = 0) -> Load:
            return put_load(ports[server], *asks[kind][server], long, at_once or CONNECTIONS[kind])

        def turn(long: float) -> dict[str, Load]:
            return {f"{server} {kind}": ask(server, kind, long) for kind in KINDS for server in ports}

        turn(seconds / 2)  # everything loaded, and the students in memory
        found = [turn(seconds) for _ in range(turns)]
        alone = median(ask("runxin", "single", seconds / 2, 1).p50_ms for _ in range(turns))
    inside = in_process(home, records)
    shutil.rmtree(home / "mlflow-model")

    def against(server: str, kind: str, peer: str) -> float:
        return round(
            float(median(turn[f"{server} {kind}"].per_second / turn[f"{peer} {kind}"].per_second for turn in found)), 2
        )

    ratios = {f"{kind}_vs_{peer}": against("runxin", kind, peer) for kind in KINDS for peer in ("mlflow", "fastapi")}
    ratios |= {f"recorded_{kind}_vs_mlflow": against("recorded", kind, "mlflow") for kind in KINDS}
    ratios["overhead_vs_in_process"] = round(alone / inside["single_ms"], 2)
    singles = [one["runxin single"] for one in found]
    ratios["single_p99_vs_p50"] = round(median(one.p99_ms / one.p50_ms for one in singles), 2)
    return {
        "per_second": {what: round(median(one[what].per_second for one in found), 1) for what in found[0]},
        "p50_ms": {what: round(median(one[what].p50_ms for one in found), 2) for what in found[0]},
        "alone_ms": round(alone, 2),
        "in_process": inside,
        **size_of(artifact),
        "ratios": ratios,
    }


def features_of(dataset: Dataset, artifact: Artifact) -> np.ndarray:
    return build_features(records_of(dataset), artifact.recipe, date_to_day(dataset.description.as_of)).values


def with_large_trees(artifact: Artifact, values: np.ndarray) -> Artifact:
    """The same artifact with many more leaves, trained on what the small one says."""
    said = probabilities(artifact.calibration, margins(artifact.model, values).value)
    outcome = (np.random.default_rng(SEED).random(len(said)) < said).astype(np.float64)
    booster = fit_boosting(artifact.features, values, outcome, np.ones(len(said)), LARGE, SEED)
    again = lightgbm.Booster(model_str=booster.model_to_string())
    return replace(artifact, model=RiskModel(artifact.features, again, artifact.policy.family.cap))


def size_of(artifact: Artifact) -> dict[str, float]:
    scorer = artifact.model.scorer
    assert isinstance(scorer, lightgbm.Booster)
    leaves = [tree["num_leaves"] for tree in scorer.dump_model()["tree_info"]]
    return {"trees": len(leaves), "leaves_a_tree": round(float(np.mean(leaves)), 1), "features": len(artifact.features)}


def asked(
    records: Sequence[Mapping[str, Any]], rows: np.ndarray, key: str, size: int
) -> dict[str, tuple[str, list[bytes], dict[str, str]]]:
    """By server the address, the bodies and the headers of requests of `size` students each."""
    finished = [[None if np.isnan(value) else float(value) for value in row] for row in rows]
    parts = [slice(start, start + size) for start in range(0, len(records), size)]
    one = size == 1
    raw = [json.dumps(records[part][0] if one else {"records": records[part]}).encode() for part in parts]
    path, headers = "/score" if one else "/score_batch", {"authorization": f"Bearer {key}"}
    return {
        "runxin": (f"{path}?dry_run=true", raw, headers),
        "recorded": (path, raw, headers),
        "mlflow": ("/invocations", [json.dumps({"inputs": finished[part]}).encode() for part in parts], {}),
        "fastapi": ("/score", [json.dumps({"features": finished[part]}).encode() for part in parts], {}),
    }


def in_process(home: Path, records: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Milliseconds a student of a dry run without HTTP, from bytes to the answer's: alone, and in a batch."""
    bodies = [json.dumps(one).encode() for one in records[:BATCH]]
    with open_store(read_settings({"RUNXIN_HOME": str(home)})) as store:
        champion = Champion(home / "champion", load_artifact, lambda _: True)
        state = State(store, read_policy(), champion, packaged_instruments())
        client = Client("benchmark", "benchmark", SCOPES, None)
        instruments, today = instruments_of(state), state.today()

        def answer(some: Sequence[bytes]) -> None:
            requests = [read_as(ScoreRequest, read_json(body)) for body in some]
            checked = [Checked(one, check_request(one, instruments, (), today)) for one in requests]
            for one in file_records(state, client, checked, dry_run=True):
                assert not isinstance(one, Exception)
                one.model_dump_json()

        single = fastest(lambda: [answer([body]) for body in bodies])
        batch = fastest(lambda: answer(bodies))
    return {"single_ms": round(single / BATCH * 1000, 3), "batch_ms": round(batch / BATCH * 1000, 3)}


def fastest(work: Callable[[], object]) -> float:
    work()
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


if __name__ == "__main__":
    main()
