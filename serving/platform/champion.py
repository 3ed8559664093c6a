"""The model that serves now: the verified copy under RUNXIN_HOME, taken up anew when it changes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from models import Artifact
from runxin.errors import UserError
from runxin.logs import get_logger

SECONDS_BETWEEN_LOOKS = 1.0
Seal = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Serving:
    """`status` is `ok` with an artifact, `none` where none was promoted, `unavailable` where it was refused."""

    artifact: Artifact | None
    status: str


class Champion:
    """Watches one folder. `may_rank` says of a model's data origin whether it may rank the students here; where it
    may not, there is no model. `expected` says whether there should be one, where there is none. Names, sizes and times
    of its files are looked at once a second at most; the files are read and verified only when these change, or when
    the last reading was refused."""

    def __init__(
        self,
        folder: Path,
        load: Callable[[Path], Artifact],
        may_rank: Callable[[str], bool],
        clock: Callable[[], float] = time.monotonic,
        expected: Callable[[], bool] = lambda: False,
    ) -> None:
        self._folder = folder
        self._load = load
        self._may_rank = may_rank
        self._clock = clock
        self._expected = expected
        self._allowed = False
        self._lock = Lock()
        self._seal: Seal | None = None
        self._gone = False
        self._looked = float("-inf")
        self._serving = Serving(None, "none")

    def now(self) -> Serving:
        """What serves at this moment."""
        if self._clock() - self._looked >= SECONDS_BETWEEN_LOOKS:
            with self._lock:
                self._look()
        return self._serving if self._serving.artifact is None or self._allowed else Serving(None, "none")

    def _look(self) -> None:
        if self._clock() - self._looked < SECONDS_BETWEEN_LOOKS:
            return  # another thread has just looked
        self._looked = self._clock()
        seal = _seal(self._folder)
        if not seal and self._seal and not self._gone and self._folder.with_name(f"{self._folder.name}.new").exists():
            self._gone = True  # a promotion has renamed one folder away and not yet the next: look once more
            return
        self._gone = False
        if seal != self._seal or self._serving.status == "unavailable":
            news = self._read(seal)
            if seal != self._seal or news.status != self._serving.status:
                _log(news)
            self._serving, self._seal = news, seal
        artifact = self._serving.artifact
        self._allowed = artifact is not None and self._may_rank(artifact.manifest.data_origin)

    def _read(self, seal: Seal) -> Serving:
        if not seal:
            return Serving(None, "unavailable" if self._expected() else "none")
        try:
            return Serving(self._load(self._folder), "ok")
        except (UserError, OSError):
            after = _seal(self._folder)
            # Files of two models were read where one took the other's place meanwhile.
            return Serving(None, "unavailable") if after == seal else self._read(after)


def _seal(folder: Path) -> Seal:
    try:
        return tuple(sorted((f.name, f.stat().st_mtime_ns, f.stat().st_size) for f in folder.iterdir()))
    except OSError:
        return ()


def _log(serving: Serving) -> None:
    manifest = serving.artifact.manifest if serving.artifact else None
    get_logger("api").info("champion", status=serving.status, version=manifest.version if manifest else None)
