"""What became of the rows: counts of every step, and what was found wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.mapping.fill import Mask
from data_schemas.mapping.fit import Step
from runxin.errors import Problem


@dataclass(frozen=True)
class Finding:
    """The same thing wrong in several rows (spreadsheet numbers) of one column of a file. A `whole` one stays where
    rows are set aside: the mapping is at fault and not the rows."""

    table: str
    file: str
    rows: NDArray[np.int64]
    column: str | None
    what: str
    fix: str | None
    whole: bool = False

    def problems(self) -> list[Problem]:
        return [Problem(self.what, self.file, int(row), self.column, self.fix) for row in self.rows]


@dataclass(frozen=True)
class SafetyRow:
    """A row whose student is not settled, or that was refused, with safety evidence that is positive, or else blank or
    unreadable. `kept` ones stand in the dataset all the same: a screening files them under 身份待核."""

    file: str
    row: int
    student_id: str | None
    column: str
    positive: bool
    kept: bool


@dataclass
class Count:
    """Where the rows of one step went; the parts add up to `read`."""

    step: str
    files: list[str]
    read: int = 0
    filtered: int = 0  # by the mapping's own [where]
    outside: int = 0  # by the block's where
    skipped: int = 0  # by skip_if_missing, or unopened
    unopened: int = 0  # forms without any answer
    dated: int = 0  # of those written: sheets without a day of their own, which take the file's
    skipped_by: dict[str, int] = field(default_factory=dict)  # the first blank column of each skipped row
    replaced: int = 0  # leave that a later record of the same day changed
    left_out: int = 0  # of a student whom a filter leaves out
    set_aside: int = 0
    written: int = 0
    unsettled: int = 0  # of those written: of a student who is not in the roster, or whose roster row was set aside


@dataclass
class Applied:
    """`tables` hold the rows with nothing wrong; `findings` name what is wrong with the others, `safety` those of them
    that must not wait."""

    tables: dict[str, pd.DataFrame]
    findings: list[Finding]
    counts: list[Count]
    rows_read: int
    rows_filtered: int
    filters: dict[str, int] = field(default_factory=dict)
    as_of_dates: tuple[date, ...] = ()
    safety: list[SafetyRow] = field(default_factory=list)


@dataclass(frozen=True)
class StepRows:
    """Rows that a step made of a sheet, good ones and bad ones."""

    step: Step
    count: Count
    file: str
    rows: NDArray[np.int64]
    frame: pd.DataFrame
    bad: Mask
    found: Mapping[str, str]  # header of the mapping → header of the file
    left_out: frozenset[str] = frozenset()  # ids of students whom a filter leaves out, from a step for students
