"""What was read of schools, kept in memory for the next request, the things asked for last."""

import gc
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

LARGE = 500  # students
MOST = 96  # things kept, six a school: of the 16 schools asked for last; one of 3,000 takes some 70 MB
MOST_STUDENTS = 2000  # asked for one by one


@dataclass
class KeptSchools:
    """By school what was kept last; whoever asks tells whether it still holds. Values are never changed in place."""

    most: int = MOST
    _kept: OrderedDict[str, Any] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, name: str) -> Any:
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
            return self._kept.get(name)

    def keep(self, name: str, value: Any) -> None:
        with self._lock:
            self._kept[name] = value
            self._kept.move_to_end(name)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)


def settle(students: int) -> None:
    """Leave what was read of a large school to the garbage collector's permanent generation, which it does not walk:
    with a dozen schools in memory a walk takes seconds, in the middle of somebody's request. What is let go is freed
    all the same, since nothing in it goes in a circle."""
    if students >= LARGE:
        gc.collect()
        gc.freeze()
