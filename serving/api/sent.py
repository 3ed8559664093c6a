"""What every route that takes records begins with: whose key it is, the content, and a place among those worked on."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials

from serving.access import Client
from serving.api.reading import received
from serving.platform.callers import BEARER, caller
from serving.platform.limits import at_once
from serving.platform.state import State, state_of


@dataclass(frozen=True)
class Sent:
    """A request with its content, from a client whose key allows it."""

    state: State
    client: Client
    body: bytes


def sent(scope: str, most_bytes: int, name: str, most: int) -> Callable[..., AsyncIterator[Sent]]:
    """A dependency: the request of a key that has the `scope`, with a body of `most_bytes` at most, while no more than
    `most` of this `name` are worked on. One in place of three: a dependency costs as much as reading a short record.
    Raises what `caller`, `received` and `at_once` do, in this order."""
    client_of, body_of, place_of = caller(scope), received(most_bytes), at_once(name, most)

    async def taken_in(
        request: Request, presented: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]
    ) -> AsyncIterator[Sent]:
        state = await state_of(request)
        client = await run_in_threadpool(client_of, request, state, presented)
        body = await body_of(request)
        async with place_of(request):
            yield Sent(state, client, body)

    return taken_in
