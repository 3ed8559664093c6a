"""Small groups: whoever is alone of a kind at a school is known by that, whatever the id says."""

from dataclasses import dataclass

import pandas as pd

QUASI = ("school_id", "grade", "sex", "boarding", "class_id")
# What is given up to make groups larger, in order: no model reads the class, and boarding says least of the rest.
STEPS: tuple[tuple[str, ...], ...] = ((), ("class_id",), ("class_id", "boarding"))


@dataclass(frozen=True)
class Grouped:
    """`dropped` are the columns that were given up, `too_few` the students who still stand in a group below k, and
    `smallest` the smallest group of the others (0 where nobody is left)."""

    dropped: tuple[str, ...]
    too_few: frozenset[str]
    smallest: int


def grouped(students: pd.DataFrame, k: int) -> Grouped:
    """How to make every group of `QUASI` at least `k` students large: by leaving out columns, then students."""
    for dropped in STEPS:
        sizes = _sizes(students, dropped)
        if not (sizes < k).any():
            break
    few = frozenset(students["student_id"][sizes < k])
    kept = sizes[sizes >= k]
    return Grouped(dropped, few, int(kept.min()) if len(kept) else 0)


def _sizes(students: pd.DataFrame, dropped: tuple[str, ...]) -> pd.Series:
    """For each student, how many are in the same group."""
    columns = [name for name in QUASI if name not in dropped]
    key = students[columns].astype(object).where(students[columns].notna(), "").astype(str).agg("\0".join, axis=1)
    return key.map(key.value_counts()).astype(int)
