"""A served demo city, and trouble around it; the last line is one JSON object (docs/reliability.md).

    python scripts/service_faults.py slow --stalled 64     clients that begin to send and stop, beside those who work
    python scripts/service_faults.py champion              the model damaged, and taken away, while it serves
    python scripts/service_faults.py database              the database moved away, and back
    python scripts/service_faults.py mlflow                MLflow's store gone: serving goes on, training says so
    python scripts/service_faults.py soak --seconds 600    an hour's load of a city in ten minutes

`--home` takes a home that `runxin demo --no-serve` has made, else one is made (a copy is used, it comes to no harm).
"""

import argparse
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from models.artifact import manifest_sha256
from runxin.settings import Settings, read_settings
from serving.audit import verify_log
from serving.keys import create_key
from serving.store import open_store
from tests.api_state import phq9, record
from tests.local_server import answers, fetch, free_port, wait_until
from tests.old_store import ARTIFACT

MAIN = "from runxin.cli.main import main; main()"
PATIENCE = 60.0  # seconds, on a machine that does other work as well


class Service:
    """`runxin serve` over a copy of a home, and a key for it."""

    def __init__(self, settings: Settings, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.settings, self.port, self.process = settings, port, process
        self.url = f"http://127.0.0.1:{port}"
        with open_store(settings) as store:
            self.key = create_key(store, "faults", ("score", "explain", "list", "model"), datetime.now(UTC))

    def ask(self, path: str, content: object | None = None) -> tuple[int, float]:
        begun = time.perf_counter()
        more = {"json": content, "method": "POST"} if content is not None else {}
        status = fetch(self.url + path, headers={"authorization": f"Bearer {self.key}"}, **more).status_code
        return status, time.perf_counter() - begun

    def resident(self) -> int:
        """Megabytes of the server and all its children (Linux)."""
        parents = dict[int, list[int]]()
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
        family, pages = [self.process.pid], 0
        for one in family:
            family += parents.get(one, [])
            with suppress(OSError):
                pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


@contextmanager
def served(home: Path) -> Iterator[Service]:
    settings, port = read_settings({"RUNXIN_HOME": str(home)}), free_port()
    command = [sys.executable, "-c", MAIN, "serve", "--port", str(port)]
    process = subprocess.Popen(  # noqa: S603
        command, env=os.environ | {"RUNXIN_HOME": str(home)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/livez"), 180, "the service")
        yield Service(settings, port, process)
    finally:
        process.terminate()
        process.wait(60)


def slow(service: Service, stalled: int, asked: int) -> dict[str, object]:
    """Half of the stalled have begun a batch, the others have not come to the end of their headers."""
    with ExitStack() as held:
        for number in range(stalled):
            client = held.enter_context(socket.create_connection(("127.0.0.1", service.port)))
            head = f"POST /score_batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.key}\r\n"
            rest = "Content-Type: application/json\r\nContent-Length: 90000\r\n\r\n{" if number % 2 else ""
            client.sendall((head + rest).encode())
        with open_store(service.settings) as store:  # somebody else's key: a key that stalls holds up itself alone
            service.key = create_key(store, "others", ("score",), datetime.now(UTC))
        found = _load(service, asked)
    return {"stalled": stalled, **found}


def _load(service: Service, asked: int) -> dict[str, object]:
    statuses, waits = Counter[int](), list[float]()
    for number in range(asked):
        one = _record(number)
        status, seconds = service.ask("/score_batch", {"records": [one]}) if number % 3 else service.ask("/score", one)
        statuses[status] += 1
        waits.append(seconds)
    said = {str(status): count for status, count in statuses.items()}
    return {"answered": said, "median_seconds": round(statistics.median(waits), 3), "longest": round(max(waits), 2)}


def _record(number: int) -> dict[str, object]:
    return record(f"N-{number % 500}", school_id=None, responses=[phq9([number % 4] * 8 + [0])])


def champion(service: Service) -> dict[str, object]:
    """Safety rules go on without the model, which is told, and come back with it."""
    folder, found = service.settings.champion, dict[str, object]()
    if not folder.is_dir():  # too few students to train on: the model of a test
        shutil.copytree(ARTIFACT, service.settings.models / manifest_sha256(ARTIFACT))
        shutil.copytree(ARTIFACT, folder)
    found["before"] = _seen(service)
    model = max(folder.iterdir(), key=lambda one: one.stat().st_size)
    kept = model.read_bytes()
    model.write_bytes(kept[: len(kept) // 2])
    found["damaged"] = _seen(service)
    model.write_bytes(kept)
    found["mended"] = _seen(service)
    folder.rename(folder.with_name("elsewhere"))
    found["removed"] = _seen(service)
    folder.with_name("elsewhere").rename(folder)
    found["back"] = _seen(service)
    return found


def _model(service: Service) -> str:
    answer = fetch(service.url + "/model", headers={"authorization": f"Bearer {service.key}"})
    return str(answer.json().get("status"))


def _seen(service: Service) -> str:
    """After the second in which the folder is looked at once."""
    time.sleep(2.5)
    status, _ = service.ask("/score", _record(1))
    return f"model {_model(service)}, /score {status}"


def database(service: Service) -> dict[str, object]:
    """What cannot be kept is not acknowledged, and what was is there."""
    file = service.settings.home / "runxin.db"
    before, _ = service.ask("/score", _record(1))
    for end in ("", "-wal", "-shm"):
        if (one := file.with_name(file.name + end)).exists():
            one.rename(one.with_name(f"{one.name}.away"))
    file.mkdir()  # nobody can make a new one in its place
    away = [service.ask("/score", _record(number))[0] for number in range(3)]
    ready = fetch(service.url + "/readyz").status_code
    file.rmdir()
    for end in ("", "-wal", "-shm"):
        if (one := file.with_name(f"{file.name}{end}.away")).exists():
            one.rename(file.with_name(file.name + end))
    wait_until(lambda: service.ask("/score", _record(2))[0] == 200, PATIENCE, "the database")
    with open_store(service.settings) as store:
        faults = len(verify_log(store, store.checkpoints).faults)
    return {"before": before, "away": away, "readyz_away": ready, "back": 200, "faults_of_the_audit_log": faults}


def mlflow(service: Service) -> dict[str, object]:
    """Serving never asks MLflow; training answers 5 and says so."""
    environment = os.environ | {
        "RUNXIN_HOME": str(service.settings.home),
        "MLFLOW_TRACKING_URI": "http://127.0.0.1:9",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    }
    (service.settings.home / "mlflow.db").unlink(missing_ok=True)
    status, _ = service.ask("/score", _record(1))
    city = next(one.parent for one in sorted((service.settings.home / "demo").rglob("dataset.toml")))
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", MAIN, "train", str(city), "--tune", "0", "--resamples", "20"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stderr.strip().splitlines()
    return {"score": status, "train_exit": done.returncode, "train_says": said[-1] if said else ""}


def soak(service: Service, seconds: float, seed: int) -> dict[str, object]:
    """Four clients that do not wait for each other: records, batches, the list, the model, probes."""
    end, statuses, waits = time.monotonic() + seconds, Counter[int](), list[float]()
    lock, first = threading.Lock(), service.resident()
    failed = list[str]()

    def client(chance: random.Random) -> None:
        while time.monotonic() < end:
            number = chance.randrange(10**6)
            path, content = chance.choice(
                (
                    ("/score", _record(number)),
                    ("/score", _record(number)),
                    ("/score_batch", {"records": [_record(number + n) for n in range(20)]}),
                    ("/follow_up_list?school_id=school-01", None),
                    ("/model", None),
                    ("/readyz", None),
                    ("/metrics", None),
                )
            )
            try:
                status, took = service.ask(path, content)
            except OSError as error:
                with lock:
                    failed.append(f"{path}: {type(error).__name__}")
                continue
            with lock:
                statuses[status] += 1
                waits.append(took)

    threads = [threading.Thread(target=client, args=(random.Random(seed + n),)) for n in range(4)]  # noqa: S311
    for one in threads:
        one.start()
    time.sleep(seconds / 2)
    middle = service.resident()
    for one in threads:
        one.join()
    waits.sort()
    with open_store(service.settings) as store:
        faults = len(verify_log(store, store.checkpoints).faults)
    return {
        "seconds": seconds,
        "requests": len(waits),
        "statuses": {str(status): count for status, count in sorted(statuses.items())},
        "server_errors": sum(count for status, count in statuses.items() if status >= 500),
        "failed": failed[:5],
        "median_seconds": round(statistics.median(waits), 3),
        "99_percent": round(waits[int(len(waits) * 0.99)], 2),
        "longest": round(waits[-1], 2),
        "megabytes": [first, middle, service.resident()],
        "faults_of_the_audit_log": faults,
    }


def main() -> int:
    """1 where a soak loses a request, is answered with 500 or above, or leaves an audit log that does not fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fault", choices=("slow", "champion", "database", "mlflow", "soak"))
    parser.add_argument("--stalled", type=int, default=64)
    parser.add_argument("--asked", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "home"
        if given.home is not None:
            shutil.copytree(given.home, home)
        else:
            made = [sys.executable, "-c", MAIN, "demo", "--students", "300", "--no-serve"]
            subprocess.run(made, env=os.environ | {"RUNXIN_HOME": str(home)}, check=True)  # noqa: S603
        with served(home) as service:
            does: dict[str, Callable[[], dict[str, object]]] = {
                "slow": lambda: slow(service, given.stalled, given.asked),
                "champion": lambda: champion(service),
                "database": lambda: database(service),
                "mlflow": lambda: mlflow(service),
                "soak": lambda: soak(service, given.seconds, given.seed),
            }
            done = does[given.fault]()
    print(json.dumps({"fault": given.fault, **done}))
    return 1 if any(done.get(name) for name in ("failed", "server_errors", "faults_of_the_audit_log")) else 0


if __name__ == "__main__":
    sys.exit(main())
