"""Problems with one cause, told once: the same thing wrong in many rows of one column is one thing to mend."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from data_schemas.rules import REFUSED, STRANGER
from runxin.errors import Problem, how_many

ROWS_NAMED = 10
COLUMNS_NAMED = 5
MANY_COLUMNS = 3  # with the same thing wrong are one cause
OF_ANSWERS = ("an unknown code", "outside", "not a whole number")  # what is wrong in cells, not with their header
ECHOES = frozenset([STRANGER, REFUSED])  # what a roster that is at fault makes of every other file


@dataclass(frozen=True)
class ProblemGroup:
    """`first` is the first of `count` problems that differ by their row alone, or, where `columns` are named, by their
    cell; `rows` are all of theirs."""

    first: Problem
    count: int
    rows: tuple[int, ...]
    columns: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.count == 1:
            return str(self.first)
        one = self.first
        columns = ", ".join(self.columns[:COLUMNS_NAMED]) + (", …" if self.columns[COLUMNS_NAMED:] else "")
        where = f"{len(self.columns)} columns ({columns})" if self.columns else one.column and f"column {one.column}"
        place = ", ".join(part for part in (one.file, where) if part)
        rows = ", ".join(map(str, self.rows[:ROWS_NAMED])) + (", …" if self.rows[ROWS_NAMED:] else "")
        cells = f"{how_many(self.count, 'cell')} of " if self.columns else ""
        text = f"{one.what}, in {cells}{how_many(len(self.rows), 'row')}: {rows}"
        return f"{place}: {text}" + (f" ({one.fix})" if one.fix else "")

    def payload(self, most: int | None = ROWS_NAMED) -> dict[str, Any]:
        """As JSON has it: `row` is the first, `rows` are the first `most` or all, `count` is of all."""
        one = self.first
        told = {"what": one.what, "file": one.file, "row": one.row, "column": one.column, "fix": one.fix}
        return {**told, "columns": list(self.columns), "count": self.count, "rows": list(self.rows[:most])}


def grouped(problems: Iterable[Problem]) -> list[ProblemGroup]:
    """Problems by file, column, what and fix, in the order in which each comes first; echoes of others come last. What
    is wrong in many columns alike, as words of another form are in every item, is one."""
    found: dict[tuple[str | None, ...], list[Problem]] = {}
    for problem in problems:
        found.setdefault((problem.file, problem.column, problem.what, problem.fix), []).append(problem)
    by_cause: dict[tuple[str | None, ...], list[list[Problem]]] = {}
    for (file, column, what, fix), mine in found.items():
        alone = not what or not what.startswith(OF_ANSWERS)
        by_cause.setdefault((file, what, fix, column if alone else None), []).append(mine)
    groups = []
    for columns in by_cause.values():
        if len(columns) >= MANY_COLUMNS:
            groups.append(_group([problem for mine in columns for problem in mine], len(columns)))
        else:
            groups += [_group(mine, 1) for mine in columns]
    return sorted(groups, key=lambda group: group.first.what in ECHOES)


def _group(problems: Sequence[Problem], columns: int) -> ProblemGroup:
    rows = tuple(dict.fromkeys(problem.row for problem in problems if problem.row is not None))
    if columns == 1:
        return ProblemGroup(problems[0], max(len(rows), 1), rows)
    named = {problem.column: problem for problem in problems[::-1] if problem.column is not None}
    ordered = sorted(named, key=lambda column: [int(part) if part.isdecimal() else part for part in _parts(column)])
    return ProblemGroup(named[ordered[0]], len(problems), tuple(sorted(rows)), tuple(ordered))


def _parts(column: str) -> list[str]:
    """A header as words and numbers in turn, so that Q10 comes behind Q9."""
    return re.split(r"(\d+)", column)


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
