"""`runxin serve`: the pages and the API on one port, until it is told to stop."""

import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Annotated
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import typer

from runxin.cli.output import answer, console
from runxin.errors import unavailable, usage
from runxin.settings import Settings, read_settings

SERVICE = "serving.service:Runxin"
ROOT = Path(__file__).parents[2]  # the folder that holds the rooms
SECONDS_TO_START = 120
SECONDS_TO_STOP = 30
CANNOT_START = "cannot start: "  # what serving.service writes where it cannot


def serve_command(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port; RUNXIN_PORT or 3000 by default.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 by default.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer.")] = 1,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object once the service is ready.")] = False,
) -> None:
    """Serve the pages and the API; Ctrl-C ends it."""
    settings = read_settings()
    address = listening_address(settings.host, host)
    port = port or settings.port
    refuse_taken_port(address, port)
    if not ipaddress.ip_address(address).is_loopback:
        console.print(
            f"warning: {address} is open to the network; /metrics, /livez and /readyz answer there without a key, "
            "and keys and passwords travel unencrypted unless a proxy adds TLS",
            style="bold",
        )
    log = settings.logs / "server.log"
    url = f"http://{f'[{address}]' if ':' in address else address}:{port}/"
    with Server(settings, address, port, log, workers) as server:
        server.wait_until_ready(url + "readyz")
        answer({"url": url, "log": str(log)}, json, f"Runxin is at {url} (Ctrl-C ends it; log: {log})")
        sys.stdout.flush()
        server.wait()


def listening_address(configured: str, asked: str | None) -> str:
    """The address to bind. One that others can reach has to be asked for on the command line."""
    text = asked or configured
    if text == "localhost":
        return "127.0.0.1"
    try:
        address = ipaddress.ip_address(text)
    except ValueError as error:
        raise usage("the host must be an IP address", fix="such as 127.0.0.1, or 0.0.0.0 for every network") from error
    if asked is None and not address.is_loopback:
        raise usage(f"the configured host {address} is open to the network", fix=f"say so each time: --host {address}")
    return str(address)


def refuse_taken_port(address: str, port: int) -> None:
    """Raise `UserError` (unavailable) where something listens already, or the address is not this machine's."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            fault = f"port {port} on {address} cannot be used: {error.strerror or 'refused'}"
            raise unavailable(fault, fix="choose another with --port") from error


class Server:
    """BentoML's server as a child process in a session of its own, so that Ctrl-C reaches only us and we end it
    in order."""

    def __init__(self, settings: Settings, address: str, port: int, log: Path, workers: int = 1) -> None:
        self.log = log
        self.command = [sys.executable, "-m", "bentoml", "serve", SERVICE, "--host", address, "--port", str(port)]
        self.command += ["--working-dir", str(ROOT), "--timeout-graceful-shutdown", "10"]
        self.environment = server_environment(settings, workers)
        self.hint = f"its log is {log}"
        self.stopped = self.begun = False

    def __enter__(self) -> "Server":
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.begin = self.log.stat().st_size if self.log.exists() else 0
        self.before = {s: signal.signal(s, self._stop) for s in (signal.SIGINT, signal.SIGTERM)}
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                env=self.environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.begun = True
        if self.stopped:  # told to while the child was being made
            self.process.terminate()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
        for which, handler in self.before.items():
            signal.signal(which, handler)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopped = True
        if self.begun:
            self.process.terminate()

    def wait_until_ready(self, probe: str) -> None:
        """Return once the service answers; raises `UserError` (unavailable) with the end of its log where it ends."""
        wait_for(lambda: self.stopped or self._ended() or answers(probe), SECONDS_TO_START)
        if self.stopped:
            raise typer.Exit(0)
        if self._ended() or not answers(probe):
            raise unavailable(f"the service did not start: {self._trouble() or 'why is not known'}", fix=self.hint)

    def _ended(self) -> bool:
        return self.process.poll() is not None or self._trouble() is not None

    def _trouble(self) -> str | None:
        """Why the worker says that it cannot start; the process above it would go on trying."""
        with self.log.open(encoding="utf-8", errors="replace") as log:
            log.seek(self.begin)
            said = [line.removeprefix(CANNOT_START).strip("; \n") for line in log if line.startswith(CANNOT_START)]
        return said[0] if said else None

    def wait(self) -> None:
        """Return when the service has ended because it was told to; raises `UserError` where it ended by itself."""
        self.process.wait()
        if not self.stopped:
            raise unavailable("the service ended by itself", fix=self.hint)


def server_environment(settings: Settings, workers: int = 1) -> dict[str, str]:
    """The child's environment: where our state is, and nothing reported to anyone."""
    return os.environ | {
        "RUNXIN_HOME": str(settings.home),
        "BENTOML_HOME": str(settings.home / "bentoml"),
        "FORWARDED_ALLOW_IPS": ",".join(settings.trusted_proxies),  # uvicorn: of others X-Forwarded-For is not read
        "RUNXIN_WORKERS": str(workers),
        "BENTOML_DO_NOT_TRACK": "True",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "PYTHONUNBUFFERED": "1",
    }


def answers(url: str) -> bool:
    """Whether an address on this machine answers with success; proxies are not asked."""
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=5) as response:
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


def wait_for(done: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again until `done`, for so long at most."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True
