"""What must hold between the rows of a dataset: no duplicates, no strangers, no end before its start, no event that
has not happened yet. `check` and the import of a platform's files ask the same questions here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.instruments import Instrument
from data_schemas.tables import Table

# Dates of something that has happened; the others may lie ahead, such as the end of an approved leave.
EVENTS = {
    "students": ("birth_date", "enrolled_on"),
    "scores": ("administered_on", "received_at"),
    "responses": ("administered_on", "submitted_at", "received_at"),
    "leaves": ("recorded_on",),
    "leave_totals": ("until_on", "recorded_on"),
    "family": ("recorded_on",),
    "concerns": ("reported_on", "recorded_on"),
    "outcomes": ("observed_on", "recorded_on"),
    "consents": ("given_on",),
    "contacts": ("contacted_on", "recorded_on"),
    "feeds": ("covered_from", "covered_to"),
    "features": ("observed_on", "recorded_on"),
}
ORDERED = {
    "students": (("birth_date", "enrolled_on"), ("enrolled_on", "left_on")),
    "leaves": (("start_on", "end_on"),),
    "family": (("valid_from", "valid_to"),),
    "consents": (("given_on", "withdrawn_on"),),
    "feeds": (("covered_from", "covered_to"),),
    "terms": (("starts_on", "ends_on"),),
    "breaks": (("starts_on", "ends_on"),),
    "exams": (("starts_on", "ends_on"),),
    "duty": (("starts_at", "ends_at"),),
}
# Rows that agree on these say the same thing twice, or contradict each other. Two half days of leave on one day and
# two contacts within one report are both real, so leaves and concerns are not here.
UNIQUE = {
    "students": ("student_id",),
    "scores": ("student_id", "instrument", "scale", "administered_on", "respondent"),
    "leave_totals": ("student_id", "until_on", "window_days", "recorded_on"),
    "family": ("student_id", "flag", "source", "valid_from", "valid_to", "recorded_on"),
    "outcomes": ("student_id", "observed_on", "kind", "recorded_on"),
    "consents": ("student_id", "scope", "given_on"),
    "features": ("student_id", "observed_on", "recorded_on"),
    "schools": ("school_id",),
    "duty": ("school_id", "person", "role", "starts_at", "ends_at"),
}
AGAIN = {"students": "the same student again", "schools": "the same school again"}


@dataclass(frozen=True)
class Fault:
    """Rows (positions) of a table at fault in one column."""

    rows: NDArray[np.intp]
    column: str
    what: str
    fix: str


def faults(
    frame: pd.DataFrame, table: Table, as_of: date, students: Collection[str], ahead: bool = False
) -> list[Fault]:
    """What does not hold in `frame`, a canonical table in canonical types.

    `students` are the ids of the students table. `ahead` allows outcomes after the as-of date, as a longitudinal
    dataset has them.
    """
    found = [*_duplicates(frame, table), *_strangers(frame, table, students), *_order(frame, table)]
    found += _several_schools(frame, table)
    if not (ahead and table.name == "outcomes"):
        found += _future(frame, table, as_of)
    return [fault for fault in found if len(fault.rows)]


def score_faults(frame: pd.DataFrame, instruments: Mapping[str, Instrument]) -> list[Fault]:
    """Rows of the scores table that are none of their questionnaire's scores, or outside what it can have."""
    found = []
    whole = frame[["instrument", "scale", "value"]].notna().all(axis=1)
    places = pd.Series(np.arange(len(frame)), index=frame.index)[whole]
    for (code, scale), group in places.groupby([frame.loc[whole, "instrument"], frame.loc[whole, "scale"]]):
        rows = group.to_numpy(dtype=np.intp)
        instrument = instruments.get(str(code))
        if instrument is None:
            found.append(Fault(rows, "instrument", "no questionnaire has this code", "add its definition"))
            continue
        known = [score.code for score in instrument.scores]
        if scale not in known:
            fix = f"{code} has {', '.join(known)}"
            found.append(Fault(rows, "scale", "the questionnaire has no such score", fix))
            continue
        low, high = instrument.range_of(str(scale))
        value = frame["value"].to_numpy(dtype=np.float64)[rows]
        what = f"{scale} of {code} lies from {low:g} to {high:g}"
        found.append(Fault(rows[(value < low) | (value > high)], "value", what, "mend it"))
    return [fault for fault in found if len(fault.rows)]


def among(values: "pd.Series[str]", wanted: Collection[str]) -> NDArray[np.bool_]:
    """Which of `values` are in `wanted`; a blank is not. (`isin` of pandas 3 takes seconds for 100,000 strings.)"""
    index, distinct = pd.factorize(values.to_numpy(dtype=object, na_value=None))
    known = frozenset(wanted)
    found: NDArray[np.bool_] = np.array([*(value in known for value in distinct), False])[index]
    return found


def _rows(mask: "pd.Series[bool]") -> NDArray[np.intp]:
    return np.flatnonzero(mask.to_numpy(dtype=bool))


def _duplicates(frame: pd.DataFrame, table: Table) -> list[Fault]:
    key = UNIQUE.get(table.name)
    if table.name.startswith("responses/"):
        key = table.names
    if key is None:
        return []
    again = frame.duplicated(subset=list(key), keep="first") & frame[key[0]].notna()
    what = AGAIN.get(table.name, "the same as an earlier row, or against it")
    return [Fault(_rows(again), key[0], what, "keep one of the rows")]


def _strangers(frame: pd.DataFrame, table: Table, students: Collection[str]) -> list[Fault]:
    if table.name == "students" or "student_id" not in table.names:
        return []
    unknown = ~among(frame["student_id"], students) & frame["student_id"].notna().to_numpy()
    fix = "add the student, or mend the id"
    return [Fault(np.flatnonzero(unknown), "student_id", "this student is not in the students table", fix)]


def _several_schools(frame: pd.DataFrame, table: Table) -> list[Fault]:
    if "school_id" not in table.names:
        return []
    several = frame["school_id"].str.contains("[,，]", regex=True, na=False)
    fix = "name one school in a row, or take another sign: a comma stands between schools"
    return [Fault(_rows(several), "school_id", "a school's id holds no comma", fix)]


def _order(frame: pd.DataFrame, table: Table) -> list[Fault]:
    pairs = ORDERED.get(table.name, ())
    return [
        Fault(_rows(frame[last] < frame[first]), last, f"{last} is before {first}", "mend one of the two dates")
        for first, last in pairs
    ]


def _future(frame: pd.DataFrame, table: Table, as_of: date) -> list[Fault]:
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    columns = EVENTS.get("responses" if table.name.startswith("responses/") else table.name, ())
    what = f"it has not happened yet on the as-of date {as_of.isoformat()}"
    return [Fault(_rows(frame[name] >= end), name, what, "mend the date, or the as-of date") for name in columns]
