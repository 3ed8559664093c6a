"""Requests over a few connections that are kept open, and how long each was answered in."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Load:
    """Of one round: answers a second, and the time of half and of 99 in 100 answers in milliseconds."""

    per_second: float
    p50_ms: float
    p99_ms: float


def put_load(
    port: int, path: str, bodies: Sequence[bytes], headers: dict[str, str], seconds: float, at_once: int
) -> Load:
    """Post `bodies` in turn over `at_once` connections; raises `RuntimeError` for an answer that is not 200."""
    said = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n{said}"
    requests = [f"{head}content-length: {len(body)}\r\n\r\n".encode() + body for body in bodies]
    took = asyncio.run(_all(port, requests, seconds, at_once))
    times = np.array(took) * 1000
    return Load(len(took) / seconds, float(np.median(times)), float(np.percentile(times, 99)))


async def _all(port: int, requests: Sequence[bytes], seconds: float, at_once: int) -> list[float]:
    until = time.perf_counter() + seconds
    rounds = [_one(port, requests[start::at_once] or requests, until) for start in range(at_once)]
    return [took for times in await asyncio.gather(*rounds) for took in times]


async def _one(port: int, requests: Sequence[bytes], until: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**26)
    took: list[float] = []
    while time.perf_counter() < until:
        begun = time.perf_counter()
        writer.write(requests[len(took) % len(requests)])
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.partition(b":")[2]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
        )
        answer = await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"answered {head.splitlines()[0]!r} {answer[:300]!r}")
        took.append(time.perf_counter() - begun)
    writer.close()
    return took
