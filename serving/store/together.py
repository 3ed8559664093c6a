"""Writes of several requests in one transaction: whoever holds the lock writes for those who wait for it.

What a commit costs, the disk's word that it has it, is paid once for all of them. Everybody returns only when their own
is written. Where a transaction fails, who wrote it is told, and the others, of whom nothing is written, try again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

One = TypeVar("One")


@dataclass
class _Waiting(Generic[One]):
    given: Sequence[One]
    done: bool = False


@dataclass
class Together(Generic[One]):
    """A queue of what is to be written, of one kind."""

    _waiting: list[_Waiting[One]] = field(default_factory=list)
    _list: Lock = field(default_factory=Lock)
    _turn: Lock = field(default_factory=Lock)

    def write(self, given: Sequence[One], write: Callable[[list[One]], None]) -> None:
        """Return when `write` has written what is `given`, in its order; raises what it raises."""
        mine = _Waiting(given)
        with self._list:
            self._waiting.append(mine)
        with self._turn:
            if mine.done:
                return
            with self._list:
                others = [one for one in self._waiting if one is not mine]
                self._waiting.clear()
            group = [mine, *others]
            write([one for each in group for one in each.given])
            for one in group:
                one.done = True
