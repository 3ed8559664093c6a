"""A file of one table as somebody sent it: read, looked over, and given back as text for the second look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from data_schemas.plain_text import plain_frame
from data_schemas.rules import Fault, faults
from data_schemas.table import Table
from data_schemas.table_file import read_table_file
from data_schemas.tables import TABLES
from runxin.errors import bad_data

# What a page takes: rows of students who are known. Rosters and sheets come by `runxin import` and the API, which know
# questionnaires and mappings; the duty roster has a page of its own.
TAKEN: tuple[Table, ...] = tuple(TABLES[name] for name in ("family", "leaves", "concerns", "contacts"))
SUFFIXES = (".csv", ".xlsx", ".xlsm", ".xls", ".ods")
MOST_ROWS = 5000
WIDTHS = {"student_id": 16.0, "flag": 18.0, "kind": 18.0, "source": 16.0, "verified_by": 14.0, "evidence_ref": 18.0}


@dataclass(frozen=True)
class ReadFile:
    """The rows of a file by student, without blanks, in the table's own codes and days; `text` is the same as CSV."""

    table: Table
    rows: Mapping[str, tuple[dict[str, Any], ...]]
    text: str

    @property
    def count(self) -> int:
        return sum(len(mine) for mine in self.rows.values())


def taken(name: str) -> Table | None:
    return next((one for one in TAKEN if one.name == name), None)


def read_upload(table: Table, name: str, content: bytes, today: date) -> ReadFile:
    """Raises `UserError` (bad data) that names every cell at fault, in English; then nothing is taken."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES or not content:
        raise bad_data("choose a file: CSV or Excel")
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"{table.name}{suffix}"
        file.write_bytes(content)
        frame = read_table_file(file, table, partial(_faults, table, today)).frame
    if len(frame) > MOST_ROWS:
        raise bad_data(f"a file holds at most {MOST_ROWS} rows", fix="send it in parts")
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in frame.to_dict("records"):
        plain = {str(key): _plain(value) for key, value in row.items() if not pd.isna(value)}
        student_id = plain.pop("student_id")
        mine = rows.setdefault(student_id, [])
        if plain not in mine:
            mine.append(plain)
    return ReadFile(table, {who: tuple(mine) for who, mine in rows.items()}, plain_frame(frame).to_csv(index=False))


def _plain(value: Any) -> Any:
    """As JSON has it: days as text, whole numbers as such."""
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    return value.item() if hasattr(value, "item") else value


def _faults(table: Table, today: date, frame: pd.DataFrame) -> Sequence[Fault]:
    """What cannot be so. Whom the roster does not know is no fault: what is said of them is filed under 身份待核."""
    everybody = set(frame["student_id"].dropna().astype(str))
    return faults(frame, table, today, everybody)
