"""The command line on a machine that refuses every address but its own, and one demo for all who look at one."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RUNXIN = Path(sys.executable).with_name("runxin")
STUDENTS = "2000"  # the fewest thousand with enough outcomes to learn from and to judge by

# Python runs this at the start of every process. An audit hook sees each attempt below Python's own socket module,
# and cannot be removed. Loopback addresses, sockets of the file system and the machine's own name (which
# BentoML's process manager asks for) are let through.
GUARD = """
import os, socket, sys

def refuse(event, args):
    if event == "socket.connect" or event == "socket.sendto":
        if args[0].family == socket.AF_UNIX:
            return
        host = args[1][0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = args[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host in (None, "", "localhost", "::1", socket.gethostname()) or str(host).startswith("127."):
        return
    with open(os.environ["ATTEMPTS"], "a") as file:
        file.write(f"{event} {host}\\n")
    raise OSError(f"{event}: {host} is not this machine")

sys.addaudithook(refuse)
"""


@dataclass(frozen=True)
class Offline:
    """A machine without a network, and what was attempted on it."""

    folder: Path
    environment: dict[str, str]

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def demo(self) -> tuple[dict[str, Any], str]:
        """Run the demo and return its answer, and what it told beside it."""
        command = [RUNXIN, "demo", "--no-serve", "--students", STUDENTS, "--json"]
        done = subprocess.run(command, env=self.environment, cwd=self.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer, done.stderr

    def attempts(self) -> list[str]:
        file = Path(self.environment["ATTEMPTS"])
        return file.read_text("utf-8").splitlines() if file.exists() else []


def make_offline(folder: Path) -> Offline:
    """A machine whose home is in `folder`."""
    (folder / "guard").mkdir(parents=True)
    (folder / "guard" / "sitecustomize.py").write_text(GUARD, "utf-8")
    ours = {
        "RUNXIN_HOME": str(folder / "home"),
        "PYTHONPATH": str(folder / "guard"),
        "ATTEMPTS": str(folder / "attempts.txt"),
        "OMP_NUM_THREADS": "1",
    }
    # Nothing that a person may have set to switch reporting off, so that we have to do it ourselves.
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW_", "BENTOML_", "RUNXIN_", "DO_NOT_TRACK"))}
    return Offline(folder, kept | ours)


@dataclass(frozen=True)
class Demo:
    """A first demo: its machine, what it answered and told, and what was attempted. It is copied and never changed."""

    machine: Offline
    answer: dict[str, Any]
    told: str
    attempts: list[str]

    def copied(self, into: Path) -> Offline:
        """The same machine with the home in another folder; MLflow's files stay where its database says."""
        machine = make_offline(into)
        shutil.copytree(self.machine.home, machine.home)
        return machine


def demo_of_this_run(shared: Path) -> Demo:
    """The demo in `shared`, made by whichever worker comes first while the others wait."""
    shared.mkdir(parents=True, exist_ok=True)
    folder, said = shared / "demo", shared / "demo.json"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            shutil.rmtree(folder, ignore_errors=True)
            machine = make_offline(folder)
            answer, told = machine.demo()
            said.write_text(json.dumps([answer, told, machine.attempts()]), "utf-8")
    answer, told, attempts = json.loads(said.read_text("utf-8"))
    return Demo(Offline(folder, {}), answer, told, attempts)
