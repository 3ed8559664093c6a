"""The demo and the service on a machine that refuses every address but its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.local_server import fetch, free_port

RUNXIN = Path(sys.executable).with_name("runxin")
STUDENTS = "3000"  # the fewest thousand with enough outcomes to learn from and to judge by

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

    home: Path
    environment: dict[str, str]

    def demo(self) -> tuple[dict[str, Any], str]:
        """Run the demo and return its answer, and what it told beside it."""
        command = [RUNXIN, "demo", "--no-serve", "--students", STUDENTS, "--json"]
        done = subprocess.run(command, env=self.environment, cwd=self.home, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer, done.stderr

    def attempts(self) -> list[str]:
        file = Path(self.environment["ATTEMPTS"])
        return file.read_text("utf-8").splitlines() if file.exists() else []


@pytest.fixture
def offline(tmp_path: Path) -> Offline:
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD, "utf-8")
    ours = {
        "RUNXIN_HOME": str(tmp_path / "home"),
        "PYTHONPATH": str(tmp_path / "guard"),
        "ATTEMPTS": str(tmp_path / "attempts.txt"),
        "OMP_NUM_THREADS": "1",
    }
    # Nothing that a person may have set to switch reporting off, so that we have to do it ourselves.
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW_", "BENTOML_", "RUNXIN_", "DO_NOT_TRACK"))}
    return Offline(tmp_path, kept | ours)


def test_the_guard_sees_an_attempt(offline: Offline) -> None:
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    done = subprocess.run([sys.executable, "-c", code], env=offline.environment, capture_output=True, text=True)
    assert "192.0.2.1 is not this machine" in done.stderr
    assert offline.attempts(), "without this the test below would prove nothing"


def test_the_demo_needs_no_network_and_trains_once(offline: Offline) -> None:
    first, told = offline.demo()
    assert offline.attempts() == [], "nothing leaves this machine"
    assert first["synthetic"] is True
    assert first["students"] == int(STUDENTS)
    assert set(first["links"]) == {"demo-counselor", "demo-administrator"}
    refused = [line for line in told.splitlines() if line.startswith("outside the demo it would be refused by: ")]
    assert len(refused) == 1, "what the gates would do elsewhere, in one line"
    assert refused[0].endswith("data_origin, pia_id")
    second, _ = offline.demo()
    assert second["model_version"] == first["model_version"], "a second run trains nothing"
    assert second["run_id"] == first["run_id"], "and publishes nothing anew"
    assert len(list((offline.home / "home" / "mlartifacts").iterdir())) == 1, "one run of training is on record"
    assert offline.attempts() == []


def test_the_service_needs_no_network(offline: Offline) -> None:
    port = free_port()
    command = [RUNXIN, "serve", "--port", str(port), "--json"]
    with subprocess.Popen(command, env=offline.environment, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout is not None
        url = json.loads(service.stdout.readline())["url"]  # said once it answers
        statuses = {path: fetch(url + path).status_code for path in ("sign-in", "docs", "metrics")}
        service.terminate()
    assert statuses == {"sign-in": 200, "docs": 200, "metrics": 200}
    assert service.returncode == 0
    assert offline.attempts() == []
