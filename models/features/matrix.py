"""What a family of features hands back: named columns with the day each value is from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from models.columns import NO_DAY
from models.compiled import in_blocks
from models.features.marks import Marks
from models.sheets import Ints

Floats = NDArray[np.float32]
AT_ONCE = 4096  # rows that the processor holds near


@dataclass(frozen=True, eq=False)
class Block:
    """Columns `names` of n students, `values` (n, k); `days` says when a value is from, `NO_DAY` where it is not known;
    `shown` is the figure that a sentence shows, exactly, where the model reads another; `marks` says how it came about
    (`models.features.marks`)."""

    names: tuple[str, ...]
    values: Floats
    days: dict[str, Ints] = field(default_factory=dict)
    shown: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    marks: dict[str, Marks] = field(default_factory=dict)


@dataclass(frozen=True)
class Matrix:
    """Features of n students. `values` is (n, p) float32 in the order of `names`; the others as in `Block`."""

    names: tuple[str, ...]
    values: Floats
    days: dict[str, Ints]
    shown: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    marks: dict[str, Marks] = field(default_factory=dict)

    @cached_property
    def place(self) -> dict[str, int]:
        """Where each feature stands."""
        return {name: place for place, name in enumerate(self.names)}

    def column(self, name: str) -> Floats:
        return self.values[:, self.place[name]]

    def figure(self, name: str) -> NDArray[np.float64]:
        """The column in the student's own points."""
        return self.shown[name] if name in self.shown else self.column(name).astype(np.float64)

    def where(self, mask: NDArray[np.bool_] | NDArray[np.int64] | slice) -> "Matrix":
        days = {name: day[mask] for name, day in self.days.items()}
        shown = {name: figure[mask] for name, figure in self.shown.items()}
        marks = {name: mark[mask] for name, mark in self.marks.items()}
        return Matrix(self.names, self.values[mask], days, shown, marks)


def stack(blocks: Sequence[Block], names: tuple[str, ...], n: int) -> Matrix:
    """Order columns by name: a booster ignores names, so order is held here and nowhere else.

    Raises `KeyError` for a name that no block has.
    """
    values = np.empty((n, len(names)), np.float32)
    runs = _runs(tuple(block.names for block in blocks), names)

    def fill(low: int, high: int) -> bool:
        """Copy rows and look at them while they are at hand."""
        infinite = False
        for first in range(low, high, AT_ONCE):
            rows = slice(first, min(first + AT_ONCE, high))
            for begin, end, block, at in runs:
                values[rows, begin:end] = blocks[block].values[rows, at : at + end - begin]
            infinite |= bool(np.isinf(values[rows]).any())
        return infinite

    if any(in_blocks(n, fill)):
        raise ValueError("a feature is infinite")
    days = {name: day for block in blocks for name, day in block.days.items()}
    shown = {name: figure for block in blocks for name, figure in block.shown.items()}
    marks = {name: mark for block in blocks for name, mark in block.marks.items()}
    return Matrix(names, values, days, shown, marks)


@cache
def _runs(given: tuple[tuple[str, ...], ...], names: tuple[str, ...]) -> list[tuple[int, int, int, int]]:
    """Columns that stand together in a block and in the matrix: from, to, the block, and where they begin in it."""
    place = {name: (block, at) for block, columns in enumerate(given) for at, name in enumerate(columns)}
    found: list[tuple[int, int, int, int]] = []
    for column, name in enumerate(names):
        block, at = place[name]
        if found and found[-1][2] == block and found[-1][3] + column - found[-1][0] == at:
            found[-1] = (found[-1][0], column + 1, block, found[-1][3])
        else:
            found.append((column, column + 1, block, at))
    return found


def join(parts: Sequence[Matrix]) -> Matrix:
    """Matrices of the same columns, one below the other."""
    first = parts[0]
    days = {name: np.concatenate([part.days[name] for part in parts]) for name in first.days}
    shown = {name: np.concatenate([part.shown[name] for part in parts]) for name in first.shown}
    marks = {name: np.concatenate([part.marks[name] for part in parts]) for name in first.marks}
    return Matrix(first.names, np.concatenate([part.values for part in parts]), days, shown, marks)


def latest_by_student(n: int, student: Ints, day: Ints) -> Ints:
    """The newest day of each of n students, `NO_DAY` where there is none."""
    found = np.full(n, NO_DAY, dtype=np.int64)
    np.maximum.at(found, student, day)
    return found
