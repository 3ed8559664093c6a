"""How much the service takes at once."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeVar

from fastapi import Request
from starlette.exceptions import HTTPException

from runxin.errors import Kind, UserError

MOST_BYTES = 2_000_000
MOST_BYTES_BATCH = 50_000_000
MOST_SCORES = 64
MOST_BATCHES = 3
MOST_OUTCOMES = 4
MOST_SENDING = 4  # large bodies that come in at once from one key: of another one's nobody waits for them
MOST_BYTES_SENDING = 128_000_000  # what small ones may come to together
SECONDS_BETWEEN = 10.0  # two parts of a body; whoever is slower has stopped
MOST_WAITING = 40  # for one thread that does about 15 a second: nobody waits much longer than two seconds
Value = TypeVar("Value")


class WorkQueue:
    """One thread for work that is dear by design, and a queue that ends. Whoever comes when it is full is told to come
    again, and everything else, other pages and `/livez`, goes on. Used from the event loop alone."""

    def __init__(self, waiting: int = MOST_WAITING) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="work-queue")
        self._most = waiting + 1
        self._busy = 0

    async def run(self, work: Callable[[], Value]) -> Value:
        """The value of `work`, done in its turn; raises `UserError` (unavailable) where too many wait."""
        if self._busy >= self._most:
            raise UserError(Kind.UNAVAILABLE, "too many people are doing this at once", fix="try again in a moment")
        self._busy += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._busy -= 1


async def parts_of(request: Request, most: int) -> AsyncGenerator[bytes]:
    """The body, of `most` bytes, as it comes in. A place among the sender's own for bodies of this size is held
    meanwhile, so that bodies cannot pile up and one who stalls keeps nobody else from sending. Raises `HTTPException`:
    429 where the key sends as many as it may, 408 where nothing more comes."""
    async with _place(request, f"{most} bytes from {_sender(request)}", max(MOST_SENDING, MOST_BYTES_SENDING // most)):
        parts = request.stream()
        while True:
            try:
                yield await asyncio.wait_for(anext(parts), SECONDS_BETWEEN)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise HTTPException(408, "the body stopped coming", {"Connection": "close"}) from None


def at_once(name: str, most: int) -> Callable[[Request], AbstractAsyncContextManager[None]]:
    """A block that answers 429 while `most` requests of this name are worked on, or a quarter less of one key: so there
    is always a place for another's. It is entered behind the body: a place is taken by who has sent everything."""
    of_one = most - max(most // 4, 1)

    @asynccontextmanager
    async def place(request: Request) -> AsyncIterator[None]:
        async with _place(request, f"{name} of {_sender(request)}", of_one), _place(request, name, most):
            yield

    return place


def _sender(request: Request) -> str:
    """Whose key it is, without the key."""
    return hashlib.sha256(request.headers.get("authorization", "").encode()).hexdigest()


@asynccontextmanager
async def _place(request: Request, name: str, most: int) -> AsyncIterator[None]:
    busy: dict[str, int] = request.app.state.busy
    if busy.get(name, 0) >= most:
        raise HTTPException(
            429, "as many requests of this kind as the service takes are under way", {"Retry-After": "1"}
        )
    busy[name] = busy.get(name, 0) + 1
    try:
        yield
    finally:
        busy[name] -= 1
        if not busy[name]:
            del busy[name]
