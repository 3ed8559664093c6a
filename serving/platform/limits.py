"""How much the service takes at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from fastapi import Request
from starlette.exceptions import HTTPException

from runxin.errors import Kind, UserError

MOST_BYTES = 2_000_000
MOST_BYTES_BATCH = 50_000_000
MOST_SCORES = 64
MOST_BATCHES = 2
MOST_OUTCOMES = 4
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


def at_once(name: str, most: int) -> Callable[[Request], AsyncIterator[None]]:
    """A dependency that answers 429 while `most` requests of this name are under way, so that bodies cannot pile up."""

    async def place(request: Request) -> AsyncIterator[None]:
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

    return place
