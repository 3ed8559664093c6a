"""Small datasets for what becomes of rows whose student is not settled."""

from datetime import date
from typing import Any

import pandas as pd

from data_schemas.dataset import Dataset, Description, conform, table_of
from data_schemas.enrolment import SET_ASIDE
from data_schemas.instruments import packaged_instruments

AS_OF = date(2026, 3, 31)
Row = dict[str, Any]
PLAIN: Row = {"student_id": "S-1", "school_id": "a", "class_id": "801", "stage": "junior", "grade": 8, "sex": "female"}
ITEM9: Row = {"administered_on": "2026-03-20", **{f"item_{n}": 2 for n in range(1, 10)}}


def frame(name: str, rows: list[Row]) -> pd.DataFrame:
    table = table_of(name, packaged_instruments())
    filled = [{name: row.get(name) for name in table.names} for row in rows]
    return conform(pd.DataFrame(filled, columns=list(table.names), dtype=object), table)


def dataset(students: list[Row], aside: list[Row] | None = None, **tables: list[Row]) -> Dataset:
    """A dataset of these rows, with S-0, a student with nothing amiss; `aside` are rows that an import refused."""
    told = Description(name="t", synthetic=False, origin="local", mode="longitudinal", as_of=AS_OF)
    frames = {"students": frame("students", [{**PLAIN, "student_id": "S-0"}, *students])}
    frames |= {name: frame(name, rows) for name, rows in tables.items() if not name.startswith("responses/")}
    if aside:
        frames[SET_ASIDE.name] = frame(SET_ASIDE.name, aside)
    sheets = {name[10:]: frame(name, rows) for name, rows in tables.items() if name.startswith("responses/")}
    return Dataset(told, frames, sheets, fingerprint="f")
