"""How much the service takes at once."""

from collections.abc import AsyncIterator, Callable

from fastapi import Request
from starlette.exceptions import HTTPException

MOST_BYTES = 2_000_000
MOST_BYTES_BATCH = 50_000_000
MOST_SCORES = 64
MOST_BATCHES = 2
MOST_OUTCOMES = 4


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
