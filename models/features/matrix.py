"""What a family of features hands back: named columns with the day each value is from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.columns import NO_DAY
from models.sheets import Ints

Values = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Block:
    """Columns of n values each; `days` says when a value is from, where its sentence shows a date; `shown` is the
    figure that a sentence shows where the model reads another."""

    values: Values
    days: dict[str, Ints] = field(default_factory=dict)
    shown: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Matrix:
    """Features of n students. `values` is (n, p) float64 in the order of `names`; `days` and `shown` as in `Block`."""

    names: tuple[str, ...]
    values: NDArray[np.float64]
    days: dict[str, Ints]
    shown: Values = field(default_factory=dict)

    def column(self, name: str) -> NDArray[np.float64]:
        return self.values[:, self.names.index(name)]

    def figure(self, name: str) -> NDArray[np.float64]:
        """The column in the student's own points."""
        return self.shown[name] if name in self.shown else self.column(name)

    def where(self, mask: NDArray[np.bool_]) -> "Matrix":
        days = {name: day[mask] for name, day in self.days.items()}
        return Matrix(self.names, self.values[mask], days, {name: v[mask] for name, v in self.shown.items()})


def stack(blocks: Sequence[Block], names: Sequence[str], n: int) -> Matrix:
    """Order columns by name: a booster ignores names, so order is held here and nowhere else.

    Raises `KeyError` for a name that no block has.
    """
    columns = {name: values for block in blocks for name, values in block.values.items()}
    days = {name: day for block in blocks for name, day in block.days.items()}
    values = np.column_stack([columns[name] for name in names]) if names else np.zeros((n, 0))
    if np.isinf(values).any():
        raise ValueError("a feature is infinite")
    shown = {name: figure for block in blocks for name, figure in block.shown.items()}
    return Matrix(tuple(names), np.ascontiguousarray(values, dtype=np.float64), days, shown)


def join(parts: Sequence[Matrix]) -> Matrix:
    """Matrices of the same columns, one below the other."""
    first = parts[0]
    days = {name: np.concatenate([part.days[name] for part in parts]) for name in first.days}
    shown = {name: np.concatenate([part.shown[name] for part in parts]) for name in first.shown}
    return Matrix(first.names, np.concatenate([part.values for part in parts]), days, shown)


def highest_by_student(n: int, student: Ints, values: NDArray[np.float64], floor: float) -> NDArray[np.float64]:
    """The highest value of each of n students, `floor` where there is none."""
    found = np.full(n, floor, dtype=np.float64)
    np.maximum.at(found, student, values)
    return found


def latest_by_student(n: int, student: Ints, day: Ints) -> Ints:
    """The newest day of each of n students, `NO_DAY` where there is none."""
    found = np.full(n, NO_DAY, dtype=np.int64)
    np.maximum.at(found, student, day)
    return found


def sum_by_student(n: int, student: Ints, weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    return np.bincount(student, weights=weights, minlength=n).astype(np.float64)
