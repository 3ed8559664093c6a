"""A request that is sent again under the same `Idempotency-Key` is answered as it was the first time.

A platform that got no answer cannot know whether its record was kept. With a key of its own for each request it may ask
again, for a week: nothing is recorded twice, and no clock begins anew.
"""

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from runxin.errors import Kind, Problem, UserError, bad_data
from serving.access import Client
from serving.api.filing import answer_again
from serving.platform.state import State
from serving.store.sent_requests import Claim, SentRequest, find_request

FIELD = "Idempotency-Key"
REPLAYED = {"Idempotency-Replayed": "true"}
UNDER_WAY = timedelta(minutes=2)  # longer than a request is worked on: whatever has no answer by then, has failed

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias=FIELD,
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="A name of the platform's own for this request, such as a random UUID. Whoever sends the same "
        "request again under it, within a week, is answered as the first time, with `Idempotency-Replayed: true`; a "
        "different request under it is refused.",
    ),
]


async def alone(request: Request, key: IdempotencyKey = None) -> AsyncIterator[str | None]:
    """A dependency: the request's own name, which nobody else works under meanwhile; raises `UserError` (conflict)."""
    if key is None:
        yield None
        return
    busy: dict[str, int] = request.app.state.busy
    sender = request.headers.get("authorization", "")
    name = f"once {hashlib.sha256(f'{sender} {key}'.encode()).hexdigest()}"
    if name in busy:
        raise _under_way()
    busy[name] = 1
    try:
        yield key
    finally:
        del busy[name]


Once = Annotated[str | None, Depends(alone, scope="function")]


def earlier(state: State, client: Client, claim: Claim | None) -> SentRequest | None:
    """What came before under the same name, and was the same; raises `UserError` where it was not, or has no answer
    yet. One whose answer was lost, with the process that was making it, is answered now."""
    found = same_request(state, claim)
    if found is None or claim is None:
        return None
    if not found.answered and state.clock() - found.received_at < UNDER_WAY:
        raise _under_way()
    if not found.answered:
        answer_again(state, client, claim, found)
        return find_request(state.store, claim)
    return found


def same_request(state: State, claim: Claim | None) -> SentRequest | None:
    """What came before under the same name; raises `UserError` (bad data) where it was another request."""
    found = None if claim is None else find_request(state.store, claim)
    if found is not None and claim is not None and found.fingerprint != claim.fingerprint:
        what = "another request was sent under this name"
        raise bad_data("the name of this request is taken", [Problem(what, column=FIELD, fix="give it one of its own")])
    return found


def part_of(found: SentRequest, place: int) -> bytes:
    """What was answered of one student; raises `UserError` where that was erased since."""
    if place not in found.parts:
        raise UserError(Kind.GONE, "the student of this request was erased since")
    return found.parts[place]


def replayed(content: bytes) -> Response:
    return Response(content, headers=REPLAYED, media_type="application/json")


def _under_way() -> UserError:
    return UserError(Kind.CONFLICT, "this request is being worked on", fix="ask again in a moment")
