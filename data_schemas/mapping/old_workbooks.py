"""Workbooks of kinds whose reader cannot be trusted with a damaged file (.xls, .ods), read by a process of its own."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from data_schemas.mapping.old_workbook_reader import PASSWORD

LONGEST = 600  # seconds of the clock, whatever the machine is busy with; the reader limits its own processor time
READER = Path(__file__).with_name("old_workbook_reader.py")
KINDS: dict[str, Callable[[Any], object]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda seconds: timedelta(seconds=seconds),
}


class Unreadable(Exception):
    """The reader ended without the whole workbook; `password` says that it has one."""

    def __init__(self, password: bool) -> None:
        super().__init__()
        self.password = password


@dataclass(frozen=True)
class OldSheet:
    """A sheet with its rows from the first, and the ranges of merged cells as (row, column) pairs from 0."""

    name: str
    hidden: bool
    rows: Sequence[Sequence[object]]
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]

    @property
    def height(self) -> int:
        """How many rows there are from the first to the last with a cell."""
        filled = [place for place, row in enumerate(self.rows) if any(cell not in ("", None) for cell in row)]
        return filled[-1] - filled[0] + 1 if filled else 0


@lru_cache(maxsize=1)  # drafting opens one file several times
def old_sheets(content: bytes) -> tuple[OldSheet, ...]:
    """The sheets of a workbook; raises `Unreadable`."""
    try:
        done = subprocess.run(  # noqa: S603 -- our own program, and no argument of anybody's
            [sys.executable, "-I", str(READER)], input=content, capture_output=True, check=False, timeout=LONGEST
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(password=False) from None
    if done.returncode:
        raise Unreadable(done.returncode == PASSWORD)
    return tuple(_sheet(json.loads(line)) for line in done.stdout.splitlines())


def _sheet(told: dict[str, Any]) -> OldSheet:
    rows = [[KINDS[cell[0]](cell[1]) if isinstance(cell, list) else cell for cell in row] for row in told["rows"]]
    merged = [((first[0], first[1]), (last[0], last[1])) for first, last in told["merged"]]
    return OldSheet(told["name"], told["hidden"], rows, merged)
