"""Which row of the roster says who a student is on a day, and which ids may be two people's."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.codes import Sex
from data_schemas.tables import TABLES, Table

Bools = NDArray[np.bool_]
STUDENT, SCHOOL = "student_id", "school_id"
# Roster rows that an import refused, with the cells that could be read: whoever they are of is on no list, and their
# records are not lost.
SET_ASIDE = Table(
    "students_set_aside",
    "待核名册行",
    tuple(replace(column, required=column.name == STUDENT) for column in TABLES["students"].columns),
)
# Of several rows of one student the last by these is read, so that their order in the file decides nothing.
ORDER = ("enrolled_on", "left_on", "grade", "age_years", "birth_date", "stage", SCHOOL, "class_id", "sex", "boarding")


def current(roster: pd.DataFrame, as_of: date) -> Bools:
    """Which rows (n,) hold on the day; an empty date is no bound."""
    day = pd.Timestamp(as_of)
    began, left = roster["enrolled_on"], roster["left_on"]
    return np.array((began.isna() | (began <= day)) & (left.isna() | (left > day)), dtype=bool)


def ended(roster: pd.DataFrame, as_of: date) -> Bools:
    """Which rows are of students who have left by the day."""
    return np.array(roster["left_on"] <= pd.Timestamp(as_of), dtype=bool)


def doubled(roster: pd.DataFrame) -> Bools:
    """Which rows share their id with another one."""
    return np.array(roster[STUDENT].duplicated(keep=False) & roster[STUDENT].notna(), dtype=bool)


def split(roster: pd.DataFrame, as_of: date) -> dict[str, Bools]:
    """Rows whose id may be two people's, by the column in which its rows contradict each other: another sex, another
    birth date, or another school where both are enrolled on the day. An enrolment that ended and one that holds are a
    transfer."""
    found = {name: np.zeros(len(roster), dtype=bool) for name in (SCHOOL, "sex", "birth_date")}
    rows = np.flatnonzero(doubled(roster))
    if not len(rows):
        return found
    part = roster.iloc[rows]
    facts = {
        SCHOOL: part[SCHOOL].where(current(part, as_of)),
        "sex": part["sex"].where(part["sex"] != Sex.UNKNOWN.code),
        "birth_date": part["birth_date"],
    }
    for name, values in facts.items():
        found[name][rows] = (values.groupby(part[STUDENT]).transform("nunique") > 1).to_numpy(dtype=bool)
    return found


def chosen(roster: pd.DataFrame, as_of: date, refused: Bools | None = None) -> Bools:
    """The one row (n,) of each id that is read: one that could be read goes before one that was refused, one that holds
    on the day before one that is still to begin, and that before one that has ended."""
    taken: Bools = roster[STUDENT].notna().to_numpy(dtype=bool, copy=True)
    rows = np.flatnonzero(doubled(roster))
    if not len(rows):
        return taken
    part = roster.iloc[rows]
    rank = np.where(current(part, as_of), 2, np.where(ended(part, as_of), 0, 1))
    rank = rank if refused is None else np.where(refused[rows], -1, rank)
    order = part.assign(_rank=rank, _row=rows).sort_values(
        [STUDENT, "_rank", *ORDER], na_position="first", kind="stable"
    )
    taken[rows] = False
    taken[order["_row"].to_numpy()[~order[STUDENT].duplicated(keep="last").to_numpy()]] = True
    return taken
