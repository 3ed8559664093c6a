"""Requests at random to every route, by every role, by keys of every scope and by nobody. An answer of 500 or above, a
traceback or memory that grows is a fault of ours; the last line is one JSON object.

    PYTHONPATH=. python scripts/fuzz_requests.py --requests 10000 --seed 1
"""

import argparse
import asyncio
import gc
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx

from runxin.logs import configure_logs
from serving.access import SCOPES, Role
from serving.accounts import create_link
from serving.app import make_app, make_web
from serving.keys import create_key
from tests.factories import NOW
from tests.marked_student import lay_out_marked
from tests.new_stores import new_store
from tests.odd_requests import OddRequest, odd_request, routes
from tests.sample_pages import make_state

GROWTH = 1.10  # of memory from the half of the requests to their end; a leak of one answer a request is far above
LASTING = (503,)  # "as many as the service takes": an answer, no fault


class Visitors:
    """A browser or a key each: nobody, every role, every scope. `tokens` are what makes a form valid."""

    def __init__(self, home: Path) -> None:
        store = new_store(home)
        lay_out_marked(store)
        self.state = make_state(store, home, lambda: NOW)
        transport = httpx.ASGITransport(make_app(self.state, make_web(self.state)))
        roles = Role.codes()
        keys = [create_key(store, f"key {scope}", (scope,), NOW) for scope in SCOPES]
        self.clients = [
            httpx.AsyncClient(transport=transport, base_url="http://testserver", timeout=60)
            for _ in range(1 + len(roles) + len(keys))
        ]
        self.tokens = [""] * len(self.clients)
        for client, key in zip(self.clients[1 + len(roles) :], keys, strict=True):
            client.headers["authorization"] = f"Bearer {key}"
        self.links = ["", *("/sign-in?link=" + create_link(store, role, NOW) for role in roles)]

    async def sign_in(self, who: int) -> None:
        client = self.clients[who]
        if 0 < who < len(self.links):
            link = "/sign-in?link=" + create_link(self.state.store, Role.codes()[who - 1], NOW)
            shown = await client.get(link)
            found = re.search(r'name="form_token" value="(\w+)"', shown.text)
            if found:
                await client.post("/sign-in/link", data={"form_token": found[1], "link": link.rpartition("link=")[2]})
            found = re.search(r'name="form_token" value="(\w+)"', (await client.get("/help")).text)
            self.tokens[who] = found[1] if found else ""

    async def send(self, one: OddRequest) -> httpx.Response:
        client = self.clients[one.who]
        form = None if one.form is None else {**one.form, "form_token": self.tokens[one.who]}
        return await client.request(
            one.method, one.path, params=one.query, data=form, content=one.content, headers=one.headers
        )


async def fuzz(visitors: Visitors, requests: int, seed: int) -> dict[str, object]:
    rng, known = random.Random(seed), routes()  # noqa: S311 -- odd values, not secrets
    values = ["ZQ-ID", "S-2", "LK-ID", "school-01", "school-02", "counselor", "2026-11-20", "phq9", "g", "1", "2026H1"]
    statuses, faults, reached, memory = Counter[int](), list[str](), set[str](), 0
    for number in range(requests):
        if number % 50 == 0:  # whoever was signed out by what was sent is in again
            for who in range(len(visitors.clients)):
                await visitors.sign_in(who)
        if number == requests // 2:
            memory = resident()
        one = odd_request(rng, known, len(visitors.clients), values)
        try:
            answer = await visitors.send(one)
        except (httpx.InvalidURL, httpx.CookieConflict):
            continue  # it never left
        statuses[answer.status_code] += 1
        reached |= {f"{one.method} {one.path.partition('/%')[0]}"} if answer.status_code < 400 else set()
        wrong = answer.status_code >= 500 and answer.status_code not in LASTING
        if wrong or "Traceback (most recent" in answer.text:
            faults.append(f"{number}: {one.method} {one.path[:80]} as {one.who} -> {answer.status_code}")
    grown = resident() / memory if memory else 1.0
    return {
        "requests": sum(statuses.values()),
        "statuses": {str(status): count for status, count in sorted(statuses.items())},
        "routes_that_took_one": len(reached),
        "faults": faults,
        "memory_second_half": round(grown, 3),
    }


def resident() -> int:
    """Bytes of this process that are in memory (Linux)."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text("ascii").split()[1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        configure_logs(Path(folder) / "logs")
        begun = time.perf_counter()
        found = asyncio.run(fuzz(Visitors(Path(folder)), given.requests, given.seed))
        found["seconds"] = round(time.perf_counter() - begun)
    print(json.dumps({"fault": "requests", "seed": given.seed, **found}))
    return int(bool(found["faults"]) or float(str(found["memory_second_half"])) > GROWTH)


if __name__ == "__main__":
    sys.exit(main())
