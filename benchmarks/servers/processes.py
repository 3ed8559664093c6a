"""The servers that are measured, each a process of its own with one worker."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import mlflow

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
QUIET = {"BENTOML_DO_NOT_TRACK": "True", "MLFLOW_DISABLE_TELEMETRY": "true", "OMP_NUM_THREADS": "1"}
SECONDS_TO_START = 120


def surroundings(home: Path) -> dict[str, str]:
    path = os.pathsep.join([str(ROOT), *sys.path])
    return {**os.environ, **QUIET, "RUNXIN_HOME": str(home), "PYTHONPATH": path}


@contextmanager
def runxin(home: Path) -> Iterator[int]:
    port = free_port()
    with _running([str(BIN / "runxin"), "serve", "--port", str(port)], home, port, "/readyz"):
        yield port


@contextmanager
def fastapi(home: Path, model: Path) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.servers.fastapi_shap", str(model), str(port)]
    with _running(command, home, port, "/openapi.json"):
        yield port


@contextmanager
def mlflow_models(home: Path, model: Path) -> Iterator[int]:
    port, folder = free_port(), home / "mlflow-model"
    code = Path(__file__).with_name("mlflow_model.py")
    mlflow.pyfunc.save_model(
        str(folder), python_model=str(code), artifacts={"model": str(model)}, pip_requirements=["lightgbm"]
    )
    command = [str(BIN / "mlflow"), "models", "serve", "-m", str(folder), "--env-manager", "local"]
    with _running([*command, "--port", str(port), "--workers", "1"], home, port, "/ping"):
        yield port


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _running(command: Sequence[str], home: Path, port: int, path: str) -> Iterator[None]:
    path_of_scripts = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    with (home / f"{port}.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            env=surroundings(home) | {"PATH": path_of_scripts},
            start_new_session=True,
            cwd=ROOT,
        )
        try:
            _wait(process, f"http://127.0.0.1:{port}{path}")
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    opener, until = build_opener(ProxyHandler({})), time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        try:
            with opener.open(url, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"{url} does not answer")
