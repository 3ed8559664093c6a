"""What can be wrong with the service, and whether it may go on all the same.

Ready is who can keep what arrives. A model that is missing or damaged is named and rung for, and the service stays
ready: safety rules, people's reports and the lists work without it, and a service that is out hides all of them.
"""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runxin.errors import UserError
from serving.store import Store, check_usable

PARTS = ("store", "lock", "disk", "model", "clock", "messages", "keys")
LEAST_FREE = 64 * 1024 * 1024  # bytes; below it a screening of a school may not fit
LOCKED_SECONDS = 20  # for which a lock may be held: longer than anybody waits for it
OF_MODEL = {
    "unavailable": "the model is missing or damaged: only safety rules speak",
    "none": "no model was promoted: only safety rules speak",
}


@dataclass(frozen=True)
class Trouble:
    """`part` is one of `PARTS`; `stops` says whether what arrives may not be kept."""

    part: str
    what: str
    fix: str
    stops: bool = True

    def __str__(self) -> str:
        return f"{self.part}: {self.what} ({self.fix})"


@dataclass
class Health:
    """Looks at a store, the folders that are written to, the model (`model` answers with its status) and the work that
    is done beside requests (`work`), which is asked where the store answers."""

    store: Store
    folders: Sequence[Path]
    model: Callable[[], str]
    clock: Callable[[], float] = time.monotonic
    free: Callable[[Path], int] = field(default=lambda folder: shutil.disk_usage(folder).free)
    work: Callable[[], list[Trouble]] = field(default=list)
    _locked_since: float | None = None

    def troubles(self) -> list[Trouble]:
        """Everything that is wrong now; the database is asked once, and no lock is waited for."""
        of_store = self._of_store()
        work = [] if any(one.part == "store" for one in of_store) else self.work()
        return [*of_store, *self._of_disk(), *self._of_model(), *work]

    def _of_store(self) -> list[Trouble]:
        try:
            free = check_usable(self.store)
        except UserError as error:
            return [Trouble("store", error.message, error.fix or "look at the database")]
        if free:
            self._locked_since = None
            return []
        now = self.clock()
        self._locked_since = now if self._locked_since is None else self._locked_since
        seconds = round(now - self._locked_since)
        if seconds < LOCKED_SECONDS:  # somebody writes: a long screening is not a fault
            return []
        return [Trouble("lock", f"the database has been locked for {seconds} seconds", "find the process that writes")]

    def _of_disk(self) -> list[Trouble]:
        found = []
        for folder in dict.fromkeys(self.folders):
            there = next(one for one in (folder, *folder.parents) if one.exists())  # it is made when it is needed
            try:
                free = self.free(there)
            except OSError as error:
                found.append(Trouble("disk", f"{folder.name} cannot be reached: {error.strerror}", "look at the disk"))
                continue
            if free < LEAST_FREE:
                found.append(Trouble("disk", f"the disk of {folder.name} is full", "make room"))
        return found

    def _of_model(self) -> list[Trouble]:
        said = OF_MODEL.get(self.model())
        fix = "runxin doctor; runxin rollback, or promote again"
        return [] if said is None else [Trouble("model", said, fix, stops=False)]
