"""The demo and the service on a machine that refuses every address but its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.local_server import fetch, free_port
from tests.offline import RUNXIN, STUDENTS, Demo, Offline, make_offline


@pytest.fixture
def offline(tmp_path: Path) -> Offline:
    return make_offline(tmp_path / "machine")


def test_the_guard_sees_an_attempt(offline: Offline) -> None:
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    done = subprocess.run([sys.executable, "-c", code], env=offline.environment, capture_output=True, text=True)
    assert "192.0.2.1 is not this machine" in done.stderr
    assert offline.attempts(), "without this the test below would prove nothing"


@pytest.mark.whole
def test_the_demo_needs_no_network_and_trains_once(demo: Demo, tmp_path: Path) -> None:
    first = demo.answer
    assert demo.attempts == [], "nothing leaves this machine"
    assert first["synthetic"] is True
    assert first["students"] == int(STUDENTS)
    assert set(first["links"]) == {"demo-counselor", "demo-administrator"}
    refused = [line for line in demo.told.splitlines() if line.startswith("outside the demo it would be refused by: ")]
    assert len(refused) == 1, "what the gates would do elsewhere, in one line"
    assert refused[0].endswith("data_origin, pia_id")
    machine = demo.copied(tmp_path / "again")
    second, _ = machine.demo()
    assert second["model_version"] == first["model_version"], "a second run trains nothing"
    assert second["run_id"] == first["run_id"], "and publishes nothing anew"
    assert len(list((machine.home / "mlartifacts").iterdir())) == 1, "one run of training is on record"
    assert machine.attempts() == []


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
