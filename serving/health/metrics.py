"""`GET /metrics`: counts and durations by route, and what is wrong, for Prometheus. An address holds ids, so only a
route's name is kept. With several workers each keeps its counts in a file, and any of them answers for all.

BentoML's own metrics are off: they label every request with its full path, which here names students.
"""

import os
from collections.abc import Callable, Iterator
from time import perf_counter

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.health.checks import PARTS, Health

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
PAGES = "pages"
SHARED = "PROMETHEUS_MULTIPROC_DIR"  # where workers keep their counts; BentoML sets it, and empties it at each start


class Troubles(Collector):
    """What is wrong when it is asked: 1 for each part with a trouble, 0 for each without."""

    def __init__(self, health: Health) -> None:
        self.health = health

    def collect(self) -> Iterator[GaugeMetricFamily]:
        wrong = {one.part for one in self.health.troubles()}
        family = GaugeMetricFamily("runxin_trouble", "Whether a part of the service is in trouble.", labels=("part",))
        for part in PARTS:
            family.add_metric([part], float(part in wrong))
        yield family

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # nothing is asked while the service starts


class Metrics:
    """ASGI middleware that counts what passes. `address_of` names the route of a path, without the ids that a path
    may hold; a path of no route is counted as `pages`."""

    def __init__(self, app: ASGIApp, address_of: Callable[[str], str | None], health: Health | None = None) -> None:
        self.app = app
        self.address_of = address_of
        self.registry = CollectorRegistry()
        labels = ("route", "method", "status")
        self.requests = Counter("runxin_requests", "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram(
            "runxin_request_seconds", "Time to answer.", ("route",), buckets=SECONDS, registry=self.registry
        )
        self.under_way = Gauge(
            "runxin_requests_under_way",
            "Requests not yet answered.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self.shown = self.registry
        if SHARED in os.environ:
            self.shown = CollectorRegistry()
            MultiProcessCollector(self.shown)  # type: ignore[no-untyped-call]
        if health is not None:
            self.shown.register(Troubles(health))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if scope["path"] == "/metrics":
            content = await run_in_threadpool(generate_latest, self.shown)
            response = Response(content, media_type=CONTENT_TYPE_LATEST)
            return await response(scope, receive, send)
        route = self.address_of(scope["path"]) or PAGES
        method = scope["method"] if scope["method"] in ("GET", "POST", "HEAD") else "other"
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        begun = perf_counter()
        self.under_way.inc()
        try:
            await self.app(scope, receive, watched)
        finally:
            self.under_way.dec()
            self.requests.labels(route, method, status).inc()
            self.seconds.labels(route).observe(perf_counter() - begun)
