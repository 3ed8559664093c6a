"""Workers in processes of their own that are killed (SIGKILL) at moments drawn by a seed, over a receiver that drops
repeated ids: each of so many rings must have arrived, and none twice under two ids.

`python -m tests.killed_workers HOME` is one such worker; its leases are short, so that another takes over soon.
"""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Lock

from data_schemas.codes import Tier
from runxin.logs import configure_logs
from runxin.settings import read_settings
from serving.store import Store, open_store
from serving.work import make_work
from tests.crisis import with_robots
from tests.factories import AS_OF, assessment, floor, publish, student
from tests.known_schools import make_known
from tests.receivers import Hooks, Received

ROOT = Path(__file__).parents[1]
LEASE = timedelta(seconds=0.5)
RING = "需要立即响应"


def school_ids(rings: int) -> list[str]:
    return [f"school-{n:04}" for n in range(rings)]


def lay_out(store: Store, home: Path, hook: Hooks, rings: int) -> None:
    """A student in danger at each of so many schools: each is a call of its own."""
    with_robots(home, hook)
    schools = school_ids(rings)
    make_known(store, schools)
    found = floor("R02", evidence_on=AS_OF, known_on=AS_OF)
    said = [assessment(f"S-{n:04}", Tier.CRISIS, tier_source="floor", floors=(found,)) for n in range(rings)]
    them = [student(f"S-{n:04}", school) for n, school in enumerate(schools)]
    publish(store, said, students=them, at=datetime.now(UTC))


class Nursery:
    """Workers as forks of one process that has imported everything: a start takes no time."""

    def __init__(self, home: Path) -> None:
        command = [sys.executable, "-m", "tests.killed_workers", str(home)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
        )

    def ask(self, what: str) -> list[int]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        return [int(word) for word in self.process.stdout.readline().split()]

    def end(self) -> list[int]:
        """Tell the workers that are left to stop; how each of them ended."""
        codes = self.ask("end")
        self.process.communicate()
        return codes


@dataclass
class Killer:
    """Starts workers, several at once where asked, and kills them: while a message is with the receiver, before it has
    been answered, or after a time drawn by chance."""

    home: Path
    hook: Hooks
    seed: int
    workers: int = 1
    most: int = 10
    killed: int = 0
    codes: list[int] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self._victim_after = self.chance.randint(1, 4)
        self._alive: list[int] = []
        self.hook.before = self._before_an_answer

    def _before_an_answer(self, _: Received) -> None:
        with self._lock:
            self._victim_after -= 1
            if self._victim_after <= 0 and self._alive:
                self._victim_after = self.chance.randint(1, 4)
                self._kill(self.chance.choice(self._alive))

    def _kill(self, victim: int) -> None:
        if self.killed < self.most:
            self._alive.remove(victim)
            os.kill(victim, signal.SIGKILL)
            self.killed += 1

    def until(self, done: Callable[[], bool]) -> None:
        """Go on until it is so; then let those that are left end in order."""
        nursery = Nursery(self.home)
        while not done():
            with self._lock:
                while len(self._alive) < self.workers:
                    self._alive += nursery.ask("start")
            with self.hook.arrived:  # until something arrives, or for a while
                self.hook.arrived.wait(self.chance.uniform(0.05, 0.5))
            with self._lock:
                if self._alive and self.chance.random() < 0.1:
                    self._kill(self.chance.choice(self._alive))
        with self._lock:
            self.most = self.killed
        self.codes = nursery.end()


def rings_in(hook: Hooks) -> dict[str, set[str]]:
    """By school, the ids under which its first ring arrived."""
    found: dict[str, set[str]] = {}
    for one in list(hook.received):
        text = one.content["text"]["content"]
        if RING in text and "此前" not in text and "仍" not in text:
            school = text.removeprefix("【润心】").partition("：")[0]
            found.setdefault(school, set()).add(one.message_id)
    return found


def _work(home: Path) -> None:
    stop = Event()
    for which in (signal.SIGTERM, signal.SIGINT):
        signal.signal(which, lambda *_: stop.set())
    settings = read_settings({"RUNXIN_HOME": str(home)})
    configure_logs(settings.logs)
    with open_store(settings) as store:
        make_work(store, settings, lambda: datetime.now(UTC), lease=LEASE).worker.run(stop, idle_seconds=0.05)


def _nurse(home: Path) -> None:
    alive: list[int] = []
    for line in sys.stdin:
        if line == "start\n":
            child = os.fork()
            if child == 0:
                _work(home)
                os._exit(0)
            alive.append(child)
            print(child, flush=True)
            continue
        codes = []
        for child in alive:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)
            _, status = os.waitpid(child, 0)
            if not os.WIFSIGNALED(status):
                codes.append(os.waitstatus_to_exitcode(status))
        print(*codes, flush=True)
        return


if __name__ == "__main__":
    _nurse(Path(sys.argv[1]))
