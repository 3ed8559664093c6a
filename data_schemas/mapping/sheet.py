"""A source file as it was read, and the columns that are wanted of one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from data_schemas.cells import Texts


@dataclass(frozen=True)
class Sheet:
    """One source file. `rows` (n,) are spreadsheet row numbers; `overfull` are those with more cells than headers.

    `headers` are all columns of the file as they are written, and `found` says which of them a name stands for.
    `midnights` are names of columns of days of which the file does not say whether it means midnight or the whole day.
    `others` are the sheets of the workbook beside `sheet`, with their rows. `notes` say what else is to be known.
    """

    file: str
    sha256: str
    rows: NDArray[np.int64]
    columns: Mapping[str, Texts]
    headers: tuple[str, ...] = ()
    found: Mapping[str, str] = field(default_factory=dict)
    overfull: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    midnights: frozenset[str] = frozenset()
    sheet: str | None = None
    others: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """Columns to read: name → whether it may be absent. In a name among `patterns` a `*` stands for any text."""

    columns: Mapping[str, bool]
    patterns: frozenset[str] = frozenset()

    @property
    def needed(self) -> list[str]:
        return [name for name, optional in self.columns.items() if not optional]

    def places(self, name: str, header: Sequence[str]) -> list[int]:
        """Where a header stands: as it is written or, if nowhere so, with other capitals, or as the pattern says."""
        exact = [place for place, text in enumerate(header) if text == name]
        folded = exact or [place for place, text in enumerate(header) if text.casefold() == name.casefold()]
        if folded or name not in self.patterns:
            return folded
        pattern = re.compile(".*".join(map(re.escape, name.split("*"))), re.IGNORECASE)
        return [place for place, text in enumerate(header) if pattern.fullmatch(text)]

    def found_in(self, header: Sequence[str]) -> dict[str, int]:
        """The columns that a header has, and where."""
        places = {name: self.places(name, header) for name in self.columns}
        return {name: found[0] for name, found in places.items() if found}

    def held_by(self, header: Sequence[str]) -> bool:
        """Whether every column that is needed is there."""
        return all(self.places(name, header) for name in self.needed)
