"""What comes before every route of the API: which addresses are its own, and the ways in which one may ask.

A platform is answered in problem details wherever it knocks, also where there is nothing. `HEAD` is `GET` without the
content, and an address may end in a slash.
"""

from collections.abc import Callable

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST_PACKED = 1000  # bytes; below, packing costs more than it saves
FAST = 4  # of gzip's levels: a list of 200 kB in two milliseconds


class Door:
    """ASGI application over the API and the pages. `address_of` names the API's route of a path."""

    def __init__(self, api: ASGIApp, pages: ASGIApp | None, address_of: Callable[[str], str | None]) -> None:
        self.api = GZipMiddleware(api, LEAST_PACKED, FAST)
        self.pages = pages
        self.address_of = address_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        bare = path.rstrip("/") or "/"
        mine = self.address_of(bare) is not None
        if self.pages is not None and not mine and not _has_key(scope):
            return await self.pages(scope, receive, send)
        if mine and bare != path:
            scope = {**scope, "path": bare, "raw_path": scope["raw_path"].rstrip(b"/")}
        if scope["type"] == "http" and scope["method"] == "HEAD":
            return await self.api({**scope, "method": "GET"}, receive, _without_content(send))
        await self.api(scope, receive, send)


def _has_key(scope: Scope) -> bool:
    """Whether a platform asks: people's browsers send no key."""
    return any(name == b"authorization" and value[:7].lower() == b"bearer " for name, value in scope["headers"])


def _without_content(send: Send) -> Send:
    async def head(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return head
