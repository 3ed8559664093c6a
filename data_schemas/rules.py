"""What must hold between the rows of a dataset: no duplicates, no strangers, no end before its start, no event that
has not happened yet. `check` and the import of a platform's files ask the same questions here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data_schemas.enrolment import SET_ASIDE, STUDENT, chosen, current, split
from data_schemas.repeats import asked_again, repeats
from data_schemas.tables import Table
from data_schemas.times_of_day import HALVES_A_DAY

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
    "consents": (("given_on", "withdrawn_on"), ("given_on", "valid_until")),
    "feeds": (("covered_from", "covered_to"),),
    "terms": (("starts_on", "ends_on"),),
    "breaks": (("starts_on", "ends_on"),),
    "exams": (("starts_on", "ends_on"),),
    "duty": (("starts_at", "ends_at"),),
}
# A school career is shorter than the one, and leave or a suspension ends before the other.
LEAVE_YEARS_PAST, LEAVE_YEARS_AHEAD = 15, 5
# Of rows of these that contradict each other both stay, and the graver is read: nobody can tell which is right, and the
# second may be the one that found danger. Table → the column in which they differ.
GRAVER = {"scores": "value", "outcomes": "level"}
# Rows that agree on these contradict each other, unless they are equal throughout: those count once (`repeats`). Two
# half days of leave on one day and two contacts within one report are both real, so leaves and concerns are not here.
UNIQUE = {
    "scores": ("student_id", "instrument", "scale", "administered_on", "respondent"),
    "leave_totals": ("student_id", "until_on", "window_days", "recorded_on"),
    "family": ("student_id", "flag", "source", "valid_from", "valid_to", "recorded_on"),
    "outcomes": ("student_id", "observed_on", "kind", "recorded_on"),
    "consents": ("student_id", "scope", "given_by", "given_on"),
    "features": ("student_id", "observed_on", "recorded_on"),
}


@dataclass(frozen=True)
class Fault:
    """Rows (positions) of a table at fault in one column. `kept` ones are asked about and not lost: those by their
    student's id a screening files under 身份待核. Of a `whole` one the mapping is at fault and not the rows, which are
    never set aside for it."""

    rows: NDArray[np.intp]
    column: str
    what: str
    fix: str
    kept: bool = False
    whole: bool = False


ROSTERS = ("students", SET_ASIDE.name)
STRANGER = "this student is not in the students table"
REFUSED = "the row of this student in the students table was set aside"
NOT_LOST = "until then a screening files the row under 身份待核"
SPLIT = {
    "school_id": "the same student is enrolled at another school on the same day",
    "sex": "the same student is of another sex in another row",
    "birth_date": "the same student has another birth date in another row",
}


def faults(
    frame: pd.DataFrame,
    table: Table,
    as_of: date,
    students: Collection[str],
    ahead: bool = False,
    set_aside: Collection[str] = (),
) -> list[Fault]:
    """What does not hold in `frame`, a canonical table in canonical types.

    `students` are the ids of the students table, `set_aside` those whose roster row was refused. `ahead` allows
    outcomes after the as-of date, as a longitudinal dataset has them.
    """
    found = _twice(frame, as_of) if table.name == "students" else _duplicates(frame, table)
    if STUDENT in table.names and table.name not in ROSTERS:
        found += _strangers(frame, students, set_aside)
    found += [*_order(frame, table), *_several_schools(frame, table)]
    if table.name == "leaves":
        found += [*_far(frame, as_of), *_beyond_its_days(frame), _asked_again(frame)]
    if not (ahead and table.name == "outcomes"):
        found += _future(frame, table, as_of)
    return [fault for fault in found if len(fault.rows)]


def _asked_again(frame: pd.DataFrame) -> Fault:
    what = "leave that was asked for and taken back on one day, and asked for again: which came last? It counts"
    fix = "leave out what did not stand, or read the time of record (recorded_on)"
    return Fault(np.flatnonzero(asked_again(frame)), "half_days", what, fix, kept=True)


def among(values: "pd.Series[str]", wanted: Collection[str]) -> NDArray[np.bool_]:
    """Which of `values` are in `wanted`; a blank is not. (`isin` of pandas 3 takes seconds for 100,000 strings.)"""
    text = pa.large_string()
    ids = pa.array(wanted if isinstance(wanted, pd.Series) else list(wanted), text, from_pandas=True).drop_null()
    found = pc.is_in(pa.array(values, text, from_pandas=True), value_set=ids)
    return np.array(found.to_numpy(zero_copy_only=False), dtype=bool)


def _rows(mask: "pd.Series[bool]") -> NDArray[np.intp]:
    return np.flatnonzero(mask.to_numpy(dtype=bool))


def _twice(frame: pd.DataFrame, as_of: date) -> list[Fault]:
    """Ids that stand in the roster more than once: what may be two people's, and what is one person's in two versions
    that both hold on the day. An enrolment that has ended beside one that holds is a transfer, and equal rows are one.
    """
    found = split(frame, as_of)
    two = np.logical_or.reduce(list(found.values()))
    fix = "mend the id, or write left_on where the student has gone; until then records of the id stand under 身份待核"
    said = [Fault(np.flatnonzero(rows), STUDENT, SPLIT[name], fix) for name, rows in found.items()]
    equal = frame.duplicated([name for name in frame.columns if not name.startswith("_")], keep="last").to_numpy(bool)
    again = current(frame, as_of) & ~chosen(frame, as_of) & ~two & ~equal & frame[STUDENT].notna().to_numpy(dtype=bool)
    again &= ~_promoted(frame, as_of)
    fix = "see which row holds now, and write left_on into the other, or mend what is wrong in it"
    return [*said, Fault(np.flatnonzero(again), STUDENT, "the same student again, with other facts", fix)]


def _promoted(frame: pd.DataFrame, as_of: date) -> NDArray[np.bool_]:
    """Rows of the year before: the row that is read of the student is one grade higher."""
    mine = frame[chosen(frame, as_of)]
    now = pd.Series(mine["grade"].to_numpy("float64", na_value=np.nan), index=mine[STUDENT].to_numpy(dtype=object))
    grade = frame["grade"].to_numpy("float64", na_value=np.nan)
    return np.asarray(frame[STUDENT].astype(object).map(now).to_numpy("float64") == grade + 1, dtype=bool)


def _duplicates(frame: pd.DataFrame, table: Table) -> list[Fault]:
    """Rows that contradict each other. Two sheets of one student never do: they are of two occasions, or of one."""
    if table.name not in UNIQUE:
        return []
    key, equal = UNIQUE[table.name], repeats(frame[list(table.names)], table.name)
    again = frame.duplicated(subset=list(key), keep="first").to_numpy(dtype=bool) & ~equal
    again &= frame[STUDENT].notna().to_numpy(dtype=bool)
    fix = "see in the source which one is right, or give each its own day where both are"
    what, column = "against an earlier row of the same student and day", GRAVER.get(table.name)
    if column is None:
        return [Fault(np.flatnonzero(again), STUDENT, what, fix)]
    return [Fault(np.flatnonzero(again), column, what, f"{fix}; until then the graver counts", kept=True)]


def _strangers(frame: pd.DataFrame, students: Collection[str], set_aside: Collection[str]) -> list[Fault]:
    """Rows whose student nobody knows, or whose roster row was refused."""
    unknown = ~among(frame[STUDENT], students) & frame[STUDENT].notna().to_numpy(dtype=bool)
    found = [
        Fault(np.flatnonzero(unknown), STUDENT, STRANGER, f"add the student, or mend the id; {NOT_LOST}", kept=True)
    ]
    if set_aside:
        rows = np.flatnonzero(among(frame[STUDENT], set_aside))
        found.append(Fault(rows, STUDENT, REFUSED, f"mend that row first; {NOT_LOST}", kept=True))
    return found


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


def _far(frame: pd.DataFrame, as_of: date) -> list[Fault]:
    """Days of leave that are a slip of the hand, such as 2086 for 2026."""
    day = pd.Timestamp(as_of)
    what, fix = "this day lies too far from the as-of date to be one of leave", "mend the year"
    past, ahead = pd.DateOffset(years=LEAVE_YEARS_PAST), pd.DateOffset(years=LEAVE_YEARS_AHEAD)
    return [
        Fault(_rows((frame[name] < day - past) | (frame[name] > day + ahead)), name, what, fix)
        for name in ("start_on", "end_on")
    ]


def _beyond_its_days(frame: pd.DataFrame) -> list[Fault]:
    """Leave of more half days than its days have, such as three days that end on the first: each day counts once, so
    the others would be lost."""
    days = (frame["end_on"] - frame["start_on"]).dt.days + 1
    beyond = (frame["half_days"] > HALVES_A_DAY * days) & (days > 0)
    what, fix = "more half days than the days of the leave have", "mend the last day, or the length or its unit"
    return [Fault(_rows(beyond.fillna(False)), "half_days", what, fix, kept=True)]


def _future(frame: pd.DataFrame, table: Table, as_of: date) -> list[Fault]:
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    columns = EVENTS.get("responses" if table.name.startswith("responses/") else table.name, ())
    what = f"it has not happened yet on the as-of date {as_of.isoformat()}"
    return [Fault(_rows(frame[name] >= end), name, what, "mend the date, or the as-of date") for name in columns]
