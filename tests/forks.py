"""Processes that begin with everything imported: one parent imports, and each process is a fork of it.

MLflow, LightGBM and scikit-learn take a process four seconds to import, which a walk of thirty commands would pay
thirty times. A fork has its caller's folder, environment, words and standard streams, and ends with its
own exit code; it shares nothing else with the next. What each verb imports when it is alone, `test_startup.py` tells.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parents[1]
# What takes longest of what the verbs import: MLflow with its stores, and what trains, judges, screens and replays.
WITH_MLFLOW = (
    *("mlflow", "mlflow.store.tracking.sqlalchemy_store", "mlflow.store.model_registry.sqlalchemy_store"),
    *("lightgbm", "optuna", "scipy.stats", "scipy.optimize", "scipy.special", "openpyxl", "pyarrow.parquet"),
    *(f"runxin.cli.{verb}" for verb in ("check", "evaluate", "import_", "monitor", "promote", "replay", "rollback")),
    *(f"runxin.cli.{verb}" for verb in ("features", "instrument", "key", "list_", "screen", "synth", "train")),
)

CALLER = """
import json, os, signal, socket, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)  # stays until the fork has ended: a kernel is interrupted before its end
parent = socket.socket(socket.AF_UNIX)
parent.connect(sys.argv[1])
socket.send_fds(parent, [b"!"], [0, 1, 2])
asked = {"words": sys.argv[2:], "folder": os.getcwd(), "environment": dict(os.environ)}
parent.sendall(json.dumps(asked).encode())
parent.shutdown(socket.SHUT_WR)
ended = parent.recv(1)
sys.exit(ended[0] if ended else 1)
"""


@contextmanager
def forks(modules: tuple[str, ...], environment: dict[str, str]) -> Iterator[list[str]]:
    """A command that takes `runxin VERB …` or `-m MODULE …` and runs it in a fork of a process that has imported
    `modules` in `environment`."""
    with tempfile.TemporaryDirectory(prefix="runxin-") as folder:  # the path of a socket may not be long
        place = str(Path(folder) / "forks")
        caller = Path(folder) / "caller.py"
        caller.write_text(CALLER, "utf-8")
        command = [sys.executable, "-m", "tests.forks", place, *modules]
        parent = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, start_new_session=True)
        assert parent.stdout is not None
        try:
            assert parent.stdout.readline() == b"ready\n", "the process to be forked did not start"
            yield [sys.executable, "-I", "-S", str(caller), place]
        finally:
            os.killpg(parent.pid, signal.SIGTERM)
            parent.wait()
            parent.stdout.close()


def as_executable(command: list[str], file: Path) -> None:
    """Write a file that runs `command` with the words that it is given."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', "utf-8")
    file.chmod(0o700)


def _serve(listener: socket.socket) -> list[str]:
    """Fork for each caller; returns in the fork, with the caller's words."""
    signal.signal(signal.SIGCHLD, _reap)
    while True:
        caller, _ = listener.accept()
        with caller:
            if os.fork() == 0:
                listener.close()
                return _take(caller)


def _take(caller: socket.socket) -> list[str]:
    """Fork once more, and stand in for the caller there; this process waits and tells how that one ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, streams, _, _ = socket.recv_fds(caller, 1, 3)
    asked = json.loads(b"".join(iter(lambda: caller.recv(65_536), b"")))
    program = os.fork()
    if program != 0:
        _, status = os.waitpid(program, 0)
        caller.sendall(bytes([os.waitstatus_to_exitcode(status) % 256]))
        os._exit(0)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    words: list[str] = asked["words"]
    return words


def _reap(*_: object) -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _run(words: list[str]) -> None:
    program, *arguments = words
    if program == "-m":
        sys.argv = arguments
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    else:
        from runxin.cli.main import main

        sys.argv = words
        main()


def _end(code: object) -> NoReturn:
    """End as an interpreter does, except that what was imported is not taken apart: that takes a second."""
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


if __name__ == "__main__":
    place, *modules = sys.argv[1:]
    for name in modules:
        importlib.import_module(name)
    gc.freeze()  # what is there is not looked over again in each fork
    assert threading.active_count() == 1, "a thread would be lost in a fork"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen()
        print("ready", flush=True)
        asked_for = _serve(listening)
    try:
        _run(asked_for)
    except SystemExit as ended:
        _end(ended.code)
    _end(0)
