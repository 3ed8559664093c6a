"""From stored inputs back to canonical tables, and from those to tables that name nobody."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from data_schemas.dataset import conform
from data_schemas.tables import CellKind, Table
from models.features.context import DAYS_A_YEAR
from models.floors.concerns import CONCERN_RULES
from serving.extract.pseudonyms import Pseudonyms

VERIFIED = "verified"  # that somebody has verified a circumstance is read, not who
# Short texts that are codes in all but name. Every other text goes, and every id that is not hashed.
CODES_IN_TEXT = {"instrument", "scale", "table", "coding_variant"}
# Suspected harm at home (rule R12) is for the fewest eyes. No model reads it, so nobody who trains one needs it.
WITHHELD = frozenset(kind.code for kind, (rule, _, _) in CONCERN_RULES.items() if rule == "R12")
HASHED = {
    "student_id": "student",
    "school_id": "school",
    "interviewer": "interviewer",
    "second_interviewer": "interviewer",
}


def frame_of(rows: Iterable[tuple[str, list[Any]]], columns: list[str], table: Table) -> pd.DataFrame:
    """Rows with their students, in canonical types."""
    given = [[student, *cells] for student, cells in rows]
    return conform(pd.DataFrame(given, columns=["student_id", *columns], dtype=object), table)


def pseudonymised(frame: pd.DataFrame, table: Table, names: Pseudonyms, as_of: date) -> pd.DataFrame:
    """The table without names of people and places, free text, days of birth and reports of harm at home; rows go by
    the new ids, so that their order tells nothing."""
    frame = frame[~frame["kind"].isin(WITHHELD)] if table.name == "concerns" else frame
    found = frame.copy()
    for column in table.columns:
        values = frame[column.name]
        if column.name == "class_id":
            found["class_id"] = _mapped(frame, names, "class", ["school_id", "class_id"])
        elif column.kind is CellKind.ID and column.name in HASHED:
            found[column.name] = _mapped(frame, names, HASHED[column.name], [column.name])
        elif column.name == "verified_by":
            found[column.name] = values.where(values.isna(), VERIFIED)
        elif column.kind is CellKind.ID or (column.kind is CellKind.TEXT and column.name not in CODES_IN_TEXT):
            found[column.name] = pd.Series(index=frame.index, dtype=values.dtype)
    if table.name == "consents":
        # Whose consent counts goes by the birthday, which is not told; it was looked at when students were chosen.
        found["given_by"] = pd.Series(index=frame.index, dtype=frame["given_by"].dtype)
    if "birth_date" in table.names:
        days = (pd.Timestamp(as_of) - frame["birth_date"]).dt.days
        ages = np.floor(days / DAYS_A_YEAR).astype("float64")
        found["age_years"] = ages.where(frame["birth_date"].notna(), frame["age_years"])
        found["birth_date"] = pd.Series(index=frame.index, dtype=frame["birth_date"].dtype)
    order = [name for name in ("student_id", "school_id") if name in table.names]
    return found.sort_values(order, kind="stable", ignore_index=True)


def _mapped(frame: pd.DataFrame, names: Pseudonyms, kind: str, columns: list[str]) -> pd.Series:
    """Each cell of the last column hashed together with the ones before it; a blank stays blank."""
    rows = list(zip(*(frame[name].astype(object) for name in columns), strict=True))
    known: Mapping[Any, str] = {row: names.of(kind, *row) for row in set(rows) if not any(pd.isna(c) for c in row)}
    return pd.Series([known.get(row) for row in rows], index=frame.index, dtype="str")
