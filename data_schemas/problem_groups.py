"""Problems with one cause, told once: the same thing wrong in many rows of one column is one thing to mend."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from data_schemas.rules import REFUSED, STRANGER
from runxin.errors import Problem, how_many

ROWS_NAMED = 10
ECHOES = frozenset([STRANGER, REFUSED])  # what a roster that is at fault makes of every other file


@dataclass(frozen=True)
class ProblemGroup:
    """`first` is the first of `count` problems that differ by their row alone; `rows` are all of theirs."""

    first: Problem
    count: int
    rows: tuple[int, ...]

    def __str__(self) -> str:
        if self.count == 1:
            return str(self.first)
        one = self.first
        place = ", ".join(part for part in (one.file, f"column {one.column}" if one.column else None) if part)
        rows = ", ".join(map(str, self.rows[:ROWS_NAMED])) + (", …" if self.count > ROWS_NAMED else "")
        text = f"{one.what}, in {how_many(self.count, 'row')}: {rows}"
        return f"{place}: {text}" + (f" ({one.fix})" if one.fix else "")

    def payload(self, most: int | None = ROWS_NAMED) -> dict[str, Any]:
        """As JSON has it: `row` is the first, `rows` are the first `most` or all, `count` is of all."""
        one = self.first
        told = {"what": one.what, "file": one.file, "row": one.row, "column": one.column, "fix": one.fix}
        return {**told, "count": self.count, "rows": list(self.rows[:most])}


def grouped(problems: Iterable[Problem]) -> list[ProblemGroup]:
    """Problems by file, column, what and fix, in the order in which each comes first; echoes of others come last."""
    found: dict[tuple[str | None, ...], list[Problem]] = {}
    for problem in problems:
        found.setdefault((problem.file, problem.column, problem.what, problem.fix), []).append(problem)
    groups = []
    for mine in found.values():
        rows = dict.fromkeys(problem.row for problem in mine if problem.row is not None)
        groups.append(ProblemGroup(mine[0], max(len(rows), 1), tuple(rows)))
    return sorted(groups, key=lambda group: group.first.what in ECHOES)


def payload_of(problems: Iterable[Problem], most: int | None = ROWS_NAMED) -> list[dict[str, Any]]:
    """The groups as JSON has them."""
    return [group.payload(most) for group in grouped(problems)]


def causes(problems: Sequence[Problem]) -> str:
    """How many things are to be mended, and in how many cells where these are more."""
    many, rows = len(grouped(problems)), len(problems)
    said = f"{many} problem{'s' if many > 1 else ''}"
    return f"{said} in {rows} places" if rows > many else said


def listed(problems: Iterable[Problem], most: int) -> list[str]:
    """The groups in words, at most so many lines, and how many are left."""
    groups = grouped(problems)
    lines = [str(group) for group in groups[:most]]
    return [*lines, f"… and {len(groups) - most} more"] if len(groups) > most else lines
