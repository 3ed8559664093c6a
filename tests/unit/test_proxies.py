"""Whose word on where a request comes from is taken: that of a configured proxy, and of nobody else."""

import asyncio
from typing import Any

import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from runxin.cli.serve import server_environment
from runxin.errors import UserError
from runxin.settings import read_settings

SAID = [(b"x-forwarded-for", b"203.0.113.9"), (b"x-forwarded-proto", b"https")]


def seen_from(proxies: str, peer: str) -> tuple[str, str]:
    """The address and the scheme that the service sees of a request by this peer which says that it is another's."""
    settings = read_settings({"RUNXIN_TRUSTED_PROXIES": proxies, "RUNXIN_HOME": "/nonexistent"})
    seen: list[tuple[str, str]] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append((scope["client"][0], scope["scheme"]))

    guarded = ProxyHeadersMiddleware(app, trusted_hosts=server_environment(settings)["FORWARDED_ALLOW_IPS"])
    scope: Any = {"type": "http", "client": (peer, 1), "scheme": "http", "headers": SAID}
    asyncio.run(guarded(scope, None, None))  # type: ignore[arg-type]
    return seen[0]


def test_without_a_proxy_nobody_is_believed_not_even_this_machine() -> None:
    assert seen_from("", "127.0.0.1") == ("127.0.0.1", "http")
    assert seen_from("", "198.51.100.7") == ("198.51.100.7", "http")


def test_a_configured_proxy_is_believed_and_others_are_not() -> None:
    assert seen_from("10.0.0.0/24, 127.0.0.1", "127.0.0.1") == ("203.0.113.9", "https")
    assert seen_from("10.0.0.0/24", "10.0.0.8") == ("203.0.113.9", "https")
    assert seen_from("10.0.0.0/24", "198.51.100.7") == ("198.51.100.7", "http")


@pytest.mark.parametrize("proxies", ["*", "0.0.0.0/0", "::/0", "proxy.example.org"])
def test_everybody_is_never_trusted(proxies: str) -> None:
    with pytest.raises(UserError):
        read_settings({"RUNXIN_TRUSTED_PROXIES": proxies, "RUNXIN_HOME": "/nonexistent"})
