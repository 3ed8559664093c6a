"""Servers on this machine: a free port, a plain client, and waiting for something outside the process."""

import itertools
import os
import random
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx

# Below the ports that the system hands out by itself, a share for each worker: between asking for a port and serving
# on it nobody else takes it.
FIRST, SHARE, WORKERS = 20_000, 1_000, 10
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
_next = itertools.count(random.Random(os.getpid()).randrange(SHARE))  # other runs on this machine begin elsewhere


def free_port() -> int:
    while True:
        port = FIRST + WORKER * SHARE + next(_next) % SHARE
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def fetch(url: str, **more: Any) -> httpx.Response:
    """One request past any proxy."""
    with httpx.Client(trust_env=False, timeout=30) as client:
        return client.request(more.pop("method", "GET"), url, **more)


def answers(url: str) -> bool:
    try:
        return fetch(url).status_code == 200
    except httpx.TransportError:
        return False


def wait_until(done: Callable[[], bool], seconds: float, what: str) -> None:
    """Ask until `done` says yes; fail with `what` was awaited."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"{what} did not come in {seconds:g} s"
        time.sleep(0.05)
