"""How much the service takes: bytes are counted as they come, whatever a header says."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from types import SimpleNamespace

import httpx
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from serving.api.request import MOST_RECORDS
from serving.platform import limits
from serving.platform.limits import MOST_BATCHES, MOST_BYTES, MOST_BYTES_BATCH, MOST_SENDING
from tests.api_state import Api, make_api, record

CHUNK = 64 * 1024


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    return make_api(tmp_path_factory.mktemp("home"))


async def endless(most: int, sent: list[int]) -> AsyncIterator[bytes]:
    """A body without a length, up to twice what is allowed."""
    yield b'{"student_id": "'
    while sum(sent) < 2 * most:
        sent.append(CHUNK)
        yield b"x" * CHUNK


@pytest.mark.parametrize(("path", "most"), [("/score", MOST_BYTES), ("/score_batch", MOST_BYTES_BATCH)])
def test_a_body_without_a_length_is_cut_off_at_the_limit(api: Api, path: str, most: int) -> None:
    sent: list[int] = []
    headers = {"authorization": f"Bearer {api.key()}", "content-type": "application/json"}
    answer = api.client.send("POST", path, content=endless(most, sent), headers=headers)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "The request is too large"
    assert sum(sent) < most + 2 * CHUNK, "the service went on reading"


def test_a_body_over_the_limit_is_refused(api: Api) -> None:
    answer = api.post("/score", b" " * (MOST_BYTES + 1))
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    assert answer.json()["detail"] == "a body holds 2000000 bytes at most here (send fewer records at once)"


def test_a_body_at_the_limit_is_read(api: Api) -> None:
    body = json.dumps(record()).encode()
    assert api.post("/score", body + b" " * (MOST_BYTES - len(body))).status_code == 200


def test_a_length_that_understates_the_body_does_not_help(api: Api) -> None:
    answer = api.post("/score", b" " * (MOST_BYTES + 1), headers={"content-length": "2"})
    assert answer.status_code == 413


def test_a_batch_of_too_many_records_is_refused(api: Api) -> None:
    answer = api.post("/score_batch", {"records": [{}] * (MOST_RECORDS + 1)})
    assert answer.status_code == 413
    assert answer.json()["detail"] == "a batch holds 5000 records at most (send several batches)"


def test_without_a_key_the_body_is_not_read(api: Api) -> None:
    sent: list[int] = []
    answer = api.client.send("POST", "/score_batch", content=endless(MOST_BYTES_BATCH, sent))
    assert answer.status_code == 401
    assert sum(sent) <= 2 * CHUNK


def test_one_key_sends_so_many_bodies_at_once_and_keeps_no_other_from_sending(api: Api) -> None:
    mine, another = api.key(), api.key()

    async def crowd() -> list[int]:
        begun = [asyncio.Event() for _ in range(MOST_SENDING)]
        go_on = [asyncio.Event() for _ in begun]

        async def slow(place: int) -> AsyncIterator[bytes]:
            begun[place].set()  # the body is asked for, so the request has its place
            await go_on[place].wait()
            yield NOBODY

        async with client_of(api) as client:
            waiting = [asyncio.ensure_future(send(client, slow(place), mine)) for place in range(MOST_SENDING)]
            for event in begun:
                await event.wait()
            refused, other = await send(client, NOBODY, mine), await send(client, NOBODY, another)
            answered = []
            for go, one in zip(go_on, waiting, strict=True):  # one after the other, since few are worked on at once
                go.set()
                answered.append(await one)
            free = await send(client, NOBODY, mine)
            assert refused.headers["retry-after"] == "1"
            return [refused.status_code, other.status_code, *(one.status_code for one in answered), free.status_code]

    assert asyncio.run(crowd()) == [429, *[200] * (MOST_SENDING + 2)]


def test_a_body_that_stops_coming_is_given_up(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECONDS_BETWEEN", 0.02)

    async def stalled() -> AsyncIterator[bytes]:
        yield b'{"records": '
        await asyncio.Event().wait()

    async def one() -> httpx.Response:
        async with client_of(api) as client:
            return await send(client, stalled(), api.key())

    answer = asyncio.run(one())
    assert (answer.status_code, answer.json()["title"]) == (408, "The request did not come to its end")
    assert api.post("/score_batch", NOBODY).status_code == 200


def test_so_many_are_worked_on_at_once_and_one_key_leaves_a_place() -> None:
    busy: dict[str, int] = {}

    def request_of(key: str) -> Request:
        app = SimpleNamespace(state=SimpleNamespace(busy=busy))
        return Request({"type": "http", "app": app, "headers": [(b"authorization", f"Bearer {key}".encode())]})

    take = limits.at_once("batch", MOST_BATCHES)

    async def all_places() -> None:
        async with AsyncExitStack() as held:

            async def hold(key: str) -> None:
                await held.enter_async_context(take(request_of(key)))

            for _ in range(MOST_BATCHES - 1):
                await hold("mine")
            for key in ("mine", "another's", "a third one's"):
                if key == "another's":
                    await hold(key)
                    continue
                with pytest.raises(HTTPException) as refused:
                    await hold(key)
                assert refused.value.status_code == 429

    asyncio.run(all_places())
    assert busy == {}


NOBODY = b'{"records": []}'


def client_of(api: Api) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(api.client.app), base_url="http://testserver")


async def send(client: httpx.AsyncClient, content: bytes | AsyncIterator[bytes], key: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    return await client.post("/score_batch", content=content, headers=headers)
