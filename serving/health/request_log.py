"""What the log says of a request: an id, the route, how it ended, how long it took. Nothing of its content.

The id goes out in a header, and with every line that is written while the request is answered. One that a caller sends
is not taken over: it may hold anything.
"""

import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars, get_contextvars

from runxin.logs import get_logger
from serving.health.metrics import PAGES

HEADER = "x-request-id"
ROOT = Path(__file__).parents[2]
SERVERS = ("uvicorn.error", "uvicorn", "bentoml", "bentoml.server")
OWN_FRAMES = 12  # the newest frames of a fault that are logged


class RequestLog:
    """ASGI middleware. `address_of` names the route of a path, without the ids that a path may hold.

    A fault is logged by kind and place and goes on to the server, which logs it as well: `keep_messages_out` sees to it
    that what it says repeats no value.
    """

    def __init__(self, app: ASGIApp, address_of: Callable[[str], str | None]) -> None:
        self.app = app
        self.address_of = address_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        status = 0  # until an answer has begun

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id()
            await send(message)

        route, begun = self.address_of(scope["path"]) or PAGES, perf_counter()
        with bound_contextvars(request=str(uuid4())):
            log = get_logger("request").bind(route=route)
            with FaultTold(log):
                await self.app(scope, receive, named)
            log.info("answered", status=status, seconds=round(perf_counter() - begun, 4))


class FaultTold:
    """Tells of a fault that leaves this block, and holds none up. Who closes the connection is no fault."""

    def __init__(self, log: Any) -> None:
        self.log = log

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None) -> None:
        if isinstance(fault, Exception) and not isinstance(fault, ClientDisconnect):
            self.log.error("request_failed", kind=type(fault).__name__, frames=frames_of(fault))


class WithoutMessage(logging.Filter):
    """Of a fault its kind alone: messages repeat values, and so do those of what caused it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info:
            kind = record.exc_info[0]
            record.msg, record.args = "%s; logs/runxin.log has its place", (kind.__name__ if kind else "a fault",)
            record.exc_info = record.exc_text = record.stack_info = None
        return True


def keep_messages_out() -> None:
    """The server's loggers say no more of a fault than its kind."""
    for name in SERVERS:
        logger = logging.getLogger(name)
        if not any(isinstance(one, WithoutMessage) for one in logger.filters):
            logger.addFilter(WithoutMessage())


def request_id() -> str:
    """The id of the request that is being answered."""
    return str(get_contextvars()["request"])


def frames_of(error: BaseException) -> list[str]:
    """Where a fault came from: file, line and function, newest last, without the message and without any value."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames[-OWN_FRAMES:]]


def _short(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
