"""What was read of schools, kept in memory for the next request, the things asked for last."""

import gc
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

LARGE = 500  # students
MOST = 128  # things kept, eight a school: of the 16 schools asked for last; one of 3,000 takes some 70 MB
MOST_STUDENTS = 2000  # asked for one by one

Value = TypeVar("Value")


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

    def once(self, name: str, holds: object, work: Callable[[], Value]) -> Value:
        """What `work` finds, kept for as long as what it `holds` under is the same."""
        before = self.get(name)
        if before is None or before[0] != holds:
            before = holds, work()
            self.keep(name, before)
        found: Value = before[1]
        return found


def settle(students: int) -> None:
    """Leave what was read of a large school to the garbage collector's permanent generation, which it does not walk:
    with a dozen schools in memory a walk takes seconds, in the middle of somebody's request. What is let go is freed
    all the same, since nothing in it goes in a circle."""
    if students >= LARGE:
        gc.collect()
        gc.freeze()
