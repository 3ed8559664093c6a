"""A synchronous client for an ASGI application, without a socket: one event loop a request, cookies kept."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
from starlette.types import ASGIApp


class Client:
    """`get` and `post` answer with httpx responses; redirects are not followed."""

    def __init__(self, app: ASGIApp, base: str = "http://testserver") -> None:
        self.app = app
        self.base = base
        self.cookies = httpx.Cookies()

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.send("GET", path, **more)

    def post(self, path: str, data: Mapping[str, Any] | None = None, **more: Any) -> httpx.Response:
        return self.send("POST", path, data=data, **more)

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._send(method, path, **more))

    async def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url=self.base, cookies=self.cookies, verify=False
        ) as client:
            response = await client.request(method, path, **more)
            self.cookies = client.cookies
            return response
