"""Trouble made on purpose, and what is left after it; the last line is one JSON object (docs/reliability.md).

    python scripts/faults.py kill --times 100       kill -9 at random moments of screening, filing and closing
    python scripts/faults.py publishers --times 20  two processes that publish one screening at the same moment
    python scripts/faults.py lock --records 3000    for how long a batch keeps others from writing

`--database postgresql` does the same over a server of its own (Debian's `postgresql`).
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from runxin.settings import Settings, read_settings
from serving.audit import verify_log
from serving.store import NewEntry, Store, keep_names, open_store, record_entries
from serving.store.tables import assessments, entries, run_schools, runs
from tests.factories import NOW, assessment, floor, publish, tell, word
from tests.new_stores import new_home, stores_on

STUDENTS = 40


def work(home: Path) -> None:
    """Screen, file and close until somebody ends it; what the store has said it kept is put out first thing after."""
    store = open_store(read_settings({"RUNXIN_HOME": str(home)}))
    for turn in range(1_000_000):
        at = NOW + timedelta(seconds=turn)
        mark = f"{os.getpid()}-{turn}"
        done = publish(store, [assessment(f"S-{n}") for n in range(STUDENTS)], fingerprint=mark, at=at)
        print(json.dumps({"run": done.run_id}), flush=True)
        sent = record_entries(store, [sent_record(turn)])
        print(json.dumps({"entry": sent[0]}), flush=True)
        tell(store, word(f"S-{turn % STUDENTS}", 0, interviewer=mark), at=at)
        keep_names(store, {f"N-{mark}": "x"}, at, "cli")
        print(json.dumps({"name": f"N-{mark}"}), flush=True)


def sent_record(number: int) -> NewEntry:
    """What a platform sends of one student, with one piece of evidence."""
    student_id = f"S-{number % STUDENTS}"
    said = assessment(student_id, floors=(floor(),))
    return NewEntry("city", student_id, "school-01", "junior", 8, {"student_id": student_id}, said, NOW, said.floors)


def child(home: Path, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, __file__, *arguments, "--home", str(home)]
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)  # noqa: S603


def kill(settings: Settings, times: int, seed: int) -> dict[str, int]:
    """Every acknowledged write is there, every list is whole, the audit log fits, however it ended."""
    chance = random.Random(seed)  # noqa: S311
    lost = torn = broken = kept = 0
    for _ in range(times):
        process = child(settings.home, "work")
        assert process.stdout is not None
        first = process.stdout.readline()  # it is at work
        threading.Timer(chance.uniform(0, 0.4), process.send_signal, [signal.SIGKILL]).start()
        said = [json.loads(line) for line in [first, *process.stdout] if line.endswith("\n")]
        process.wait()
        with open_store(settings) as store:
            there = _there(store)
            kept += len(said)
            lost += sum(value not in there[kind] for one in said for kind, value in one.items())
            torn += _torn(store)
            broken += len(verify_log(store, store.checkpoints).faults)
    return {"kills": times, "acknowledged": kept, "lost": lost, "torn_lists": torn, "faults_of_the_audit_log": broken}


def _there(store: Store) -> dict[str, set[str]]:
    with store.reading() as connection:
        return {
            "run": set(connection.scalars(sa.select(runs.c.run_id))),
            "entry": set(connection.scalars(sa.select(entries.c.entry_id))),
            "name": set(connection.scalars(sa.text("SELECT student_id FROM names"))),
        }


def _torn(store: Store) -> int:
    """Lists that are there in part."""
    with store.reading() as connection:
        rows = connection.execute(
            sa.select(runs.c.run_id, sa.func.count(assessments.c.student_id))
            .outerjoin(assessments, assessments.c.run_id == runs.c.run_id)
            .group_by(runs.c.run_id)
        ).all()
        schools = set(connection.scalars(sa.select(run_schools.c.run_id)))
    return sum(count != STUDENTS or run_id not in schools for run_id, count in rows)


def publishers(settings: Settings, times: int) -> dict[str, int]:
    new = []
    for turn in range(times):
        stores = [open_store(settings) for _ in range(2)]
        begin, said = threading.Barrier(2), []

        def one(store: Store, mark: str, begin: threading.Barrier = begin, said: list[bool] = said) -> None:
            begin.wait()
            said.append(publish(store, [assessment(f"S-{n}") for n in range(STUDENTS)], fingerprint=mark).new)

        threads = [threading.Thread(target=one, args=(store, f"f{turn}")) for store in stores]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        new.append(sum(said))
        for store in stores:
            store.close()
    return {"screenings": times, "published_once": new.count(1), "otherwise": len(new) - new.count(1)}


def lock(settings: Settings, records: int) -> dict[str, float]:
    """A batch beside somebody who writes one name after the other."""
    waits: list[float] = []
    ended = threading.Event()
    with open_store(settings) as store, open_store(settings) as other:
        given = [replace(sent_record(0), student_id=f"T-{n}") for n in range(records)]

        def write() -> None:
            while not ended.is_set():
                begun = time.perf_counter()
                keep_names(other, {"S-1": "x"}, NOW, "cli")
                waits.append(time.perf_counter() - begun)

        writer = threading.Thread(target=write)
        writer.start()
        begun = time.perf_counter()
        record_entries(store, given)
        batch = time.perf_counter() - begun
        ended.set()
        writer.join()
    return {"records": records, "batch_seconds": round(batch, 2), "longest_wait_seconds": round(max(waits), 2)}


def main() -> int:
    """1 where something was lost, torn or does not fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fault", choices=("kill", "publishers", "lock", "work"))
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--records", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=20260901)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--home", type=Path)
    given = parser.parse_args()
    if given.fault == "work":
        work(given.home)
        return 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(stores_on(given.database))
        settings = new_home(folder / "home")
        open_store(settings).close()
        done = {
            "kill": lambda: kill(settings, given.times, given.seed),
            "publishers": lambda: publishers(settings, given.times),
            "lock": lambda: lock(settings, given.records),
        }[given.fault]()
    print(json.dumps({"fault": given.fault, "database": given.database, **done}))
    return 1 if any(done.get(name) for name in ("lost", "torn_lists", "otherwise", "faults_of_the_audit_log")) else 0


if __name__ == "__main__":
    sys.exit(main())
