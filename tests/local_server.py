"""Servers on this machine: a free port, a plain client, and waiting for something outside the process."""

import socket
import time
from collections.abc import Callable
from typing import Any

import httpx


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
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
