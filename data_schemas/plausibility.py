"""Facts of a roster that can hardly be: each is asked about by its row, and stops nothing."""

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.codes import Stage
from data_schemas.enrolment import STUDENT, chosen, ended
from data_schemas.instruments import Instrument
from data_schemas.rules import NOT_LOST, Fault
from data_schemas.stages import AGES_APART, DAYS_A_YEAR, GRADES, OLDER, STAGE_AGES, YOUNGER

Floats = NDArray[np.float64]
# table → the day its row is about
ABOUT_ON = {"scores": "administered_on", "leaves": "start_on", "concerns": "reported_on"}
SHEETS = "responses/"


def roster_questions(students: pd.DataFrame, as_of: date) -> list[Fault]:
    """Grades beyond their stage, ages that fit neither grade nor stage, an age against the birth date, and ids that
    differ by zeros in front, of students who have not left by the day."""
    here = ~ended(students, as_of)
    grade = students["grade"].to_numpy("float64", na_value=np.nan)
    given = students["age_years"].to_numpy("float64", na_value=np.nan)
    born = ((pd.Timestamp(as_of) - students["birth_date"]).dt.days / DAYS_A_YEAR).to_numpy("float64")
    age, column = np.where(np.isnan(born), given, born), np.where(np.isnan(born), "age_years", "birth_date")
    low, high = _bounds(students, GRADES)
    asked: list[tuple[NDArray[np.bool_], str, str, str]] = []
    what = "this grade lies beyond the stage: graduated and still on the roster?"
    asked.append((grade > high, "grade", what, "write left_on, or mend stage or grade"))
    what = "this grade lies below the stage"
    asked.append((grade < low, "grade", what, "count grades from the first year of primary school (高三 is 12)"))
    young, old = _bounds(students, STAGE_AGES)
    odd = (age < grade + YOUNGER) | (age >= grade + OLDER + 1) | (age < young) | (age >= old + 1)
    what = "this age hardly fits the grade or the stage"
    for name in ("birth_date", "age_years"):
        asked.append((odd & (column == name), name, what, "mend whichever is wrong"))
    against = np.abs(given - np.floor(born)) >= AGES_APART
    asked.append((against, "age_years", f"{AGES_APART} years or more from the birth date", "mend one of the two"))
    what = "an id beside one that differs by zeros in front alone: one student, whose zeros a spreadsheet took away?"
    asked.append((_zeros_apart(students), STUDENT, what, "format the ids as text, and export both files again"))
    return [Fault(np.flatnonzero(rows & here), name, what, fix) for rows, name, what, fix in asked]


def _zeros_apart(students: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows (n,) have an id that another one of the same school is but for the zeros in front of it."""
    ids = students[STUDENT].astype(object)
    bare = ids.where(~ids.astype("str").str.fullmatch(r"0*[1-9]\d*").fillna(False), ids.astype("str").str.lstrip("0"))
    ways = ids.groupby([students["school_id"].astype(object), bare]).transform("nunique")
    return np.asarray((ways > 1).to_numpy(), dtype=bool)


def late_questions(frames: Mapping[str, pd.DataFrame], as_of: date) -> Iterator[tuple[str, Fault]]:
    """By table, sheets, scores, reports and leave of a day after the student had left, by the row that is read of the
    student. `frames` hold the students table too."""
    students = frames["students"]
    mine = students[chosen(students, as_of) & ended(students, as_of)]
    left = pd.Series(mine["left_on"].to_numpy(), index=mine[STUDENT].to_numpy(dtype=object))
    for name, frame in frames.items():
        day = "administered_on" if name.startswith(SHEETS) else ABOUT_ON.get(name)
        if day is not None and len(left):
            after = (frame[day] > frame[STUDENT].astype(object).map(left)).to_numpy(dtype=bool, na_value=False)
            what = "the student had left by then, by the roster"
            yield name, Fault(np.flatnonzero(after), day, what, f"mend left_on or the id; {NOT_LOST}", kept=True)


def age_questions(
    frames: Mapping[str, pd.DataFrame], instruments: Mapping[str, Instrument], as_of: date
) -> Iterator[tuple[str, Fault]]:
    """By table, sheets and scores of students who were surely younger or older on their day than the ages that the
    questionnaire was made for. They are scored, and said to be so. `frames` hold the students table too."""
    students = frames["students"]
    mine = students[chosen(students, as_of)].set_index(STUDENT)
    for name, frame in frames.items():
        if not name.startswith(SHEETS) and name != "scores":
            continue
        low, high = _ages(frame, mine, as_of)
        of = name.removeprefix(SHEETS)
        codes = frame["instrument"] if name == "scores" else pd.Series(of, index=frame.index, dtype=object)
        for code in codes.dropna().unique():
            if (one := instruments.get(code)) is None:
                continue
            youngest, oldest = one.age.years
            outside = (codes == code).to_numpy(dtype=bool) & ((high < youngest) | (low >= oldest))
            what = f"not of the ages that {code} was made for ({youngest:g} to below {oldest:g})"
            fix = "it is scored, and said to be so; take a questionnaire for this age"
            if outside.any():
                yield name, Fault(np.flatnonzero(outside), "administered_on", what, fix, kept=True)


def _ages(frame: pd.DataFrame, students: pd.DataFrame, as_of: date) -> tuple[Floats, Floats]:
    """The youngest and the oldest (n,) that each student can have been on the day of a row; NaN where nobody knows. An
    age in whole years, as of `as_of`, is anywhere in its year."""
    who, day = frame[STUDENT].astype(object), frame["administered_on"]
    born = who.map(students["birth_date"].to_dict())
    stated = who.map(students["age_years"].to_dict()).to_numpy("float64", na_value=np.nan)
    born = pd.to_datetime(born)
    before = (day.dt.month * 100 + day.dt.day) < (born.dt.month * 100 + born.dt.day)
    full = (day.dt.year - born.dt.year - before).to_numpy("float64", na_value=np.nan)
    since = ((pd.Timestamp(as_of) - day).dt.days / DAYS_A_YEAR).to_numpy("float64", na_value=np.nan)
    known = ~np.isnan(full)
    low = np.where(known, full, stated - since)
    return low, np.where(known | (stated != np.floor(stated)), low, np.nextafter(low + 1, low))


def _bounds(
    students: pd.DataFrame, of_stage: Mapping[Stage, tuple[int, int]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The lower and the upper bound of each student's stage, NaN where the stage is not known."""
    found = []
    for side in (0, 1):
        by_code = {stage.code: float(bounds[side]) for stage, bounds in of_stage.items()}
        found.append(students["stage"].astype(object).map(by_code).to_numpy("float64"))
    return found[0], found[1]
