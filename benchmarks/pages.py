"""How long a counselor waits: 今日, a student's page and the search, in cities of 50,000 and of 500,000.

The demo's own city of 3,000 is made once, with its model, its lists and its history, and is copied as one school of
3,000 until the city is large enough: each copy with ids of its own and as dense as the demo. Pages are asked for over
HTTP, signed in and with every reading in the trail; schools and students change from request to request. Times are in
milliseconds; `ratios` say how they grow with the city. The larger city takes some 5 GB of disk.
"""

import argparse
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

if sys.path[0] == str(Path(__file__).parent):  # else `serving` is the benchmark of that name
    del sys.path[0]

import httpx
import numpy as np
import uvicorn

from data_schemas.instruments import packaged_instruments
from models import load_artifact, read_policy
from runxin.settings import read_settings
from serving.accounts import create_link, create_user
from serving.app import make_web
from serving.platform import Champion, State
from serving.store import Store, open_store
from serving.store.sealing import OF_JSON, SEALED, find_keyring

SCHOOL, SIZES, ASKED, SEED = 3000, (50_000, 500_000), 96, 7
SCHOOLS_ASKED = 12
LOOKED_FOR = ("wang", "lxm", "S-1", "zzz", "李", "xiao")
# Of no school by themselves, or of no page.
LEFT_OUT = ("miss_reviews", "misses", "schools", "duty", "subject_keys", "inputs", "contents", "school_changes")
# By table the columns that name a school, a student or the row itself; a copy gives each a value of its own.
KEYS = {"student_id", "assessment_id", "entry_id"}
ROW_KEYS = {name: "sha256" for name in ("outcomes", "brought", "contacts", "consents")} | {"entries": "entry_id"}
SEALED_FOR = {(table, column): key for table, key, column in SEALED}
ONE_A_SCHOOL = ("run_schools", "feeds")  # of the demo's schools one stands for the whole


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    sizes = sorted(options.parse_args().sizes)
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        make_city(home)
        copies = 0
        for size in sizes:
            wanted = max(1, size // SCHOOL)
            copy(home, copies, wanted)
            copies = wanted
            measured.append(measure(home, copies))
            print(json.dumps({"students": size, **measured[-1]}), flush=True)
    ratios = {f"{name}_growth": round(measured[-1][name] / measured[0][name], 2) for name in measured[0]}
    print(json.dumps({"students": sizes[-1], **measured[-1], "ratios": ratios}))


def make_city(home: Path) -> None:
    """The demo's store, with a model and two lists."""
    command = [str(Path(sys.executable).with_name("runxin")), "demo", "--students", str(SCHOOL), "--no-serve"]
    surroundings = {**os.environ, "RUNXIN_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=surroundings)


def copy(home: Path, first: int, last: int) -> None:
    """Add the schools `first` to `last` - 1 of the city, in one transaction. What is sealed is bound to its row, and is
    sealed again."""
    keyring = find_keyring(read_settings({"RUNXIN_HOME": str(home)}))
    assert keyring is not None

    def sealed_for(table: str, copied: str, key: str, sealed: str | None) -> str | None:
        if sealed is None or copied == key:
            return sealed
        held = json.loads(sealed) if table in OF_JSON else sealed
        again = keyring.seal(f"{table}:{copied}", keyring.unseal(f"{table}:{key}", held))
        return json.dumps(again) if table in OF_JSON else again

    connection = sqlite3.connect(home / "runxin.db")
    connection.create_function("sealed_for", 4, sealed_for)
    connection.execute("PRAGMA synchronous = OFF")
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    with connection:
        for table in tables:
            said = list(connection.execute(f"PRAGMA table_info({table})"))
            columns = [row[1] for row in said]
            keys = [(row[1], row[2]) for row in said if row[5]]
            counted = keys[0][0] if len(keys) == 1 and keys[0][1] == "INTEGER" else None  # the database numbers it
            if table in LEFT_OUT or not {"student_id", "school_id", "sha256"} & set(columns):
                continue
            wanted = [column for column in columns if column != counted]
            picked = [_copied(table, column) for column in wanted]
            only = ""
            if table in ONE_A_SCHOOL:
                only = " AND school_id = (SELECT min(school_id) FROM run_schools WHERE school_id NOT LIKE 'big-%')"
            told_by = next(one for one in ("school_id", "student_id", "sha256") if one in columns)
            mine = f"{told_by} NOT LIKE 'big-%' AND {told_by} NOT LIKE '%~%'"
            statement = f"INSERT INTO {table} ({', '.join(wanted)}) SELECT {', '.join(picked)} FROM {table}"
            for number in range(first, last):
                connection.execute(f"{statement} WHERE {mine}{only}", {"n": str(number)})
    connection.execute("ANALYZE")
    connection.commit()
    connection.close()


def _copied(table: str, column: str) -> str:
    if column == "school_id":
        return "'big-' || :n"
    if (table, column) in SEALED_FOR:
        key = SEALED_FOR[table, column]
        return f"sealed_for('{table}', {_copied(table, key)}, {key}, {column})"
    if column in KEYS or ROW_KEYS.get(table) == column:
        return f"{column} || '~' || :n"
    return column


@contextmanager
def served(store: Store, home: Path) -> Iterator[str]:
    champion = Champion(home / "champion", load_artifact, lambda _: True)
    state = State(store, read_policy(), champion, packaged_instruments())
    server = uvicorn.Server(uvicorn.Config(make_web(state), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def sign_in(client: httpx.Client, link: str) -> None:
    page = client.get("/sign-in", params={"link": link}).text
    token = re.search(r'name="form_token" value="([0-9a-f]{64})"', page)
    assert token is not None
    client.post("/sign-in/link", data={"form_token": token[1], "link": link})


def measure(home: Path, schools: int) -> dict[str, float]:
    """The times of 19 in 20 requests; every school has a counselor of its own. The first list of each school since the
    service began is told apart (`list_first_ms`, the median): later ones read what has changed since. `NAME_cpu_ms` is
    the median of the processor's time, that of who asks included, which says more on a machine that is busy."""
    chance, now = random.Random(SEED), datetime.now(UTC)
    schools_asked = [f"big-{number}" for number in chance.sample(range(schools), min(SCHOOLS_ASKED, schools))]
    ids = {school: ids_of(home, school) for school in schools_asked}
    with (
        open_store(read_settings({"RUNXIN_HOME": str(home)})) as store,
        served(store, home) as base,
        ExitStack() as opened,
    ):
        clients = {}
        for school in schools_asked:
            user = f"{school}-of-{schools}-{SEED}"
            create_user(store, user, "counselor", [school], now)
            client = opened.enter_context(httpx.Client(base_url=base, trust_env=False, timeout=60))
            sign_in(client, create_link(store, user, now))
            clients[school] = client

        def times_of(path_of: Callable[[str], str], asked: int) -> tuple[list[float], list[float]]:
            took, worked = [], []
            for turn in range(asked):
                school = schools_asked[turn % len(schools_asked)]
                path = path_of(school)
                begun, before = time.perf_counter(), time.process_time()
                answer = clients[school].get(path)
                took.append((time.perf_counter() - begun) * 1000)
                worked.append((time.process_time() - before) * 1000)
                if answer.status_code != 200:
                    raise RuntimeError(f"{path} answered {answer.status_code}: {answer.text[-600:]}")
            return took, worked

        pages: dict[str, Callable[[str], str]] = {
            "list": lambda _: "/",
            "student": lambda school: f"/students/{quote(chance.choice(ids[school]), safe='')}",
            "search": lambda _: f"/students?q={quote(chance.choice(LOOKED_FOR))}",
        }
        found = {"list_first_ms": round(float(np.median(times_of(pages["list"], len(schools_asked))[0])), 1)}
        for name, path_of in pages.items():
            took, worked = times_of(path_of, ASKED)
            found[f"{name}_p95_ms"] = round(float(np.percentile(took, 95)), 1)
            found[f"{name}_cpu_ms"] = round(float(np.median(worked)), 1)
        return found


def ids_of(home: Path, school: str) -> list[str]:
    connection = sqlite3.connect(home / "runxin.db")
    rows = connection.execute("SELECT student_id FROM students WHERE school_id = ?", (school,)).fetchall()
    connection.close()
    return [student_id for (student_id,) in rows]


if __name__ == "__main__":
    main()
