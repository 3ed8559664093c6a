"""The service as a user starts it: one command, a port, Ctrl-C."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import typer

from runxin.cli.serve import Server, listening_address, refuse_taken_port
from runxin.errors import Kind, UserError
from runxin.settings import read_settings
from serving.keys import create_key
from serving.store import open_store
from tests.api_state import phq9, record
from tests.factories import present
from tests.local_server import fetch, free_port, wait_until


class Served:
    """`runxin serve` in another folder, with a home of its own."""

    def __init__(self, home: Path, cwd: Path, *arguments: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.home = home
        command = [sys.executable, "-c", "from runxin.cli import main; main()", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, *arguments],
            cwd=cwd,
            env=os.environ | {"RUNXIN_HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[2])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def stop(self, how: signal.Signals) -> tuple[int, str, str]:
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    server = Served(tmp_path / "home", elsewhere, "--workers", "2", "--json")
    yield server
    if server.process.poll() is None:
        server.process.terminate()
        server.process.communicate(timeout=60)


def stalled(port: int, key: str) -> socket.socket:
    """A client that has begun to send a batch and goes no further."""
    client = socket.create_connection(("127.0.0.1", port))
    head = f"POST /score_batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
    client.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 900\r\n\r\n{{".encode())
    return client


def test_it_serves_until_it_is_told_to_stop(served: Served) -> None:
    assert served.process.stdout is not None
    line = json.loads(served.process.stdout.readline())
    assert line["url"] == f"{served.url}/"
    for probe in ("/livez", "/readyz", "/metrics"):
        assert fetch(served.url + probe).status_code == 200, probe
    assert fetch(served.url + "/readyz").text.startswith("ready\nmodel: no model was promoted")
    assert fetch(served.url + "/docs.json").json()["info"]["title"].startswith("Runxin")
    page = fetch(served.url + "/")
    assert page.status_code in (200, 303)
    for path, methods in fetch(served.url + "/openapi.json").json()["paths"].items():
        for method in methods:
            reply = fetch(served.url + path.replace("{code}", "phq9"), method=method.upper())
            assert not reply.headers.get("content-type", "").startswith("text/html") or path == "/docs", path

    store = open_store(read_settings({"RUNXIN_HOME": str(served.home)}))
    key = create_key(store, "city", ("score", "explain"), datetime.now(UTC))
    content = record(responses=[phq9([1, 1, 1, 1, 1, 1, 1, 1, 2])])
    answer = fetch(served.url + "/score", method="POST", json=content, headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.text
    with stalled(served.port, key), stalled(served.port, key):
        asked = {"headers": {"authorization": f"Bearer {key}"}, "json": {"records": [content]}}
        assert fetch(served.url + "/score_batch", method="POST", **asked).status_code == 200, "somebody stalls"
    said = answer.json()
    assert (said["tier"]["code"], said["tier"]["state"]) == ("crisis", "pending")
    assert said["floors"][0]["id"] == "R02"
    assert said["model"]["status"] == "none"
    assert "R02" in [one.piece.floor.id for one in present(store, "S-1077 (A; unassigned)", datetime.now(UTC)).open]
    store.close()
    definition = fetch(served.url + "/instruments/phq9", headers={"authorization": f"Bearer {key}"})
    assert definition.json()["code"] == "phq9"
    counted = fetch(served.url + "/metrics").text  # either worker answers for both
    assert 'runxin_trouble{part="store"} 0.0' in counted
    assert 'route="/instruments/{code}"' in counted
    assert "phq9" not in counted, "an address is counted by its route"

    code, _, errors = served.stop(signal.SIGINT)
    assert code == 0, errors
    assert "Traceback" not in errors
    with pytest.raises(httpx.ConnectError):
        fetch(served.url + "/livez")
    log = (served.home / "logs" / "server.log").read_text()
    assert "Traceback" not in log
    for secret in ("S-1077", key, "phq9"):
        assert secret not in log + (served.home / "logs" / "runxin.log").read_text(), secret


def test_it_can_be_stopped_while_it_starts(served: Served) -> None:
    log = served.home / "logs" / "server.log"
    wait_until(log.exists, 60, "the log of the server")
    code, out, errors = served.stop(signal.SIGTERM)
    assert (code, out) == (0, ""), errors
    assert "Traceback" not in errors


def test_it_can_be_stopped_while_its_process_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The signal comes after the request for a process and before there is one."""
    begin = subprocess.Popen

    def told_in_between(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        signal.raise_signal(signal.SIGTERM)
        return begin([sys.executable, "-c", "import time; time.sleep(60)"], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", told_in_between)
    settings = read_settings({"RUNXIN_HOME": str(tmp_path)})
    with Server(settings, "127.0.0.1", free_port(), tmp_path / "server.log") as server:
        with pytest.raises(typer.Exit) as ended:
            server.wait_until_ready(f"http://127.0.0.1:{free_port()}/readyz")
        assert server.process.wait(timeout=30) == -signal.SIGTERM
    assert ended.value.exit_code == 0


def test_what_keeps_it_from_starting_is_said_in_a_sentence(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "policy.toml").write_text("version = [")
    server = Served(home, tmp_path)
    _, errors = server.process.communicate(timeout=120)
    assert server.process.returncode == 5
    assert "the service did not start: the policy is not TOML" in " ".join(errors.split())
    assert "Traceback" not in errors


def test_a_port_in_use_is_said_before_anything_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"port {port} on 127.0.0.1 cannot be used") as error:
            refuse_taken_port("127.0.0.1", port)
    assert error.value.kind is Kind.UNAVAILABLE
    assert error.value.fix == "choose another with --port"


def test_an_open_address_has_to_be_asked_for() -> None:
    assert listening_address("127.0.0.1", None) == "127.0.0.1"
    assert listening_address("localhost", None) == "127.0.0.1"
    assert listening_address("127.0.0.1", "0.0.0.0") == "0.0.0.0"
    with pytest.raises(UserError, match=r"the configured host 0\.0\.0\.0 is open to the network"):
        listening_address("0.0.0.0", None)
    with pytest.raises(UserError, match="the host must be an IP address"):
        listening_address("127.0.0.1", "example")
