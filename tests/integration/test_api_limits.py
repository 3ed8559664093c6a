"""How much the service takes: bytes are counted as they come, whatever a header says."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from serving.api.request import MOST_RECORDS
from serving.platform.limits import MOST_BATCHES, MOST_BYTES, MOST_BYTES_BATCH
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


def test_too_many_batches_at_once_are_put_off(api: Api) -> None:
    key = api.key()

    async def crowd() -> list[int]:
        begun = [asyncio.Event() for _ in range(MOST_BATCHES)]
        go_on = asyncio.Event()

        async def slow(mine: asyncio.Event) -> AsyncIterator[bytes]:
            mine.set()  # the body is asked for, so the request has its place
            await go_on.wait()
            yield b'{"records": []}'

        transport = httpx.ASGITransport(api.client.app)
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as client:
            waiting = [asyncio.ensure_future(client.post("/score_batch", content=slow(one))) for one in begun]
            for one in begun:
                await one.wait()
            refused = await client.post("/score_batch", content=b'{"records": []}')
            go_on.set()
            answered = await asyncio.gather(*waiting)
            free = await client.post("/score_batch", content=b'{"records": []}')
            assert refused.headers["retry-after"] == "1"
            return [refused.status_code, *(one.status_code for one in answered), free.status_code]

    assert asyncio.run(crowd()) == [429, 200, 200, 200]
