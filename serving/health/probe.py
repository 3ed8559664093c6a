"""`GET /readyz`: 200 where what arrives can be kept, else 503; what is wrong stands in the body, a line each.

`/livez` is BentoML's own and asks nothing: who answers is alive, and to start it again would help nobody.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

if TYPE_CHECKING:  # the process that only watches over workers loads no store
    from serving.health.checks import Trouble


class Readiness:
    """ASGI middleware that answers `/readyz`. `troubles` is None until the service has been opened."""

    def __init__(self, app: ASGIApp, troubles: "Callable[[], list[Trouble] | None]") -> None:
        self.app = app
        self.troubles = troubles

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/readyz":
            return await self.app(scope, receive, send)
        found = await run_in_threadpool(self.troubles)
        if found is None:
            response = PlainTextResponse("starting\n", 503)
        else:
            stops = any(one.stops for one in found)
            lines = ["not ready" if stops else "ready", *map(str, found)]
            response = PlainTextResponse("\n".join(lines) + "\n", 503 if stops else 200)
        await response(scope, receive, send)
