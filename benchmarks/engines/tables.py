"""Generated tables of leave and PHQ-9 totals, as columns of integers: the same for every engine."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import date_to_day, default_calendar
from data_schemas.codes import LeaveReason, LeaveType
from data_schemas.instruments import given_scores, packaged_instruments
from data_schemas.school_days import Calendars
from data_schemas.tables import TABLES
from models.columns import NO_DAY, NO_TIME, row_columns
from models.records import ALWAYS, Coverage, Records, Rows
from models.sheets import Sheets

AS_OF = date_to_day(date(2026, 4, 3))
MONTHS, LEAVES_EACH, SHEETS_EACH = 365, 6, 2
KINDS = (LeaveType.SICK, LeaveType.PERSONAL, LeaveType.UNEXCUSED, LeaveType.LATE, LeaveType.QUARANTINE)
CHANCES = (0.6, 0.25, 0.05, 0.07, 0.03)


@dataclass(frozen=True)
class Tables:
    """`leaves` and `sheets` as columns of one length each; a student is a number from 0 to n."""

    n: int
    leaves: dict[str, NDArray[np.int64]]
    sheets: dict[str, NDArray[np.int64]]


def make_tables(n: int, seed: int = 7) -> Tables:
    """Six leaves and two sheets a student on average, within twelve months; rows in no order."""
    rng = np.random.default_rng(seed)
    m = n * LEAVES_EACH
    start = AS_OF - rng.integers(0, MONTHS, m)
    length = rng.choice([1, 1, 1, 2, 3, 5, 12], m)
    kinds = np.array([kind.place for kind in KINDS])[rng.choice(len(KINDS), m, p=CHANCES)]
    length[kinds == LeaveType.LATE.place] = 1
    leaves = {
        "student": rng.integers(0, n, m),
        "start_on": start,
        "end_on": start + length - 1,
        "recorded_on": start + rng.integers(0, 3, m),
        "kind": kinds,
        "reason": rng.integers(-1, len(LeaveReason), m),
        "half_days": np.where(rng.random(m) < 0.1, 1, 0),  # 0 where the record says nothing of halves
    }
    # One record of a student, day and kind: a second one would be a version of it, of which the engines know nothing.
    once = np.unique(np.stack([leaves["student"], start, kinds]), axis=1, return_index=True)[1]
    leaves = {name: column[np.sort(once)] for name, column in leaves.items()}
    k = n * SHEETS_EACH
    sheets = {
        "student": rng.integers(0, n, k),
        "day": AS_OF - rng.integers(0, MONTHS, k),
        "total": np.minimum(rng.geometric(0.15, k) - 1, 27),
    }
    return Tables(n, leaves, sheets)


def records_of_tables(tables: Tables) -> Records:
    """The same tables as the arrays that Runxin holds."""
    n, leaves, sheets = tables.n, tables.leaves, tables.sheets
    half = leaves["half_days"].astype(np.float64)
    columns = {
        "type": leaves["kind"].astype(np.int8),
        "reason_code": leaves["reason"].astype(np.int8),
        "half_days": np.where(half > 0, half, np.nan),
        **{name: leaves[name] for name in ("start_on", "end_on", "recorded_on")},
    }
    none = row_columns([], TABLES["students"])
    blank = {name: np.full(n, np.nan) for name in ("grade", "age_years", "boarding")}
    blank |= {name: np.full(n, NO_DAY) for name in ("birth_date", "enrolled_on", "left_on")}
    students = {**none, **blank, "stage": np.ones(n, np.int8), "sex": np.zeros(n, np.int8)}
    students["student_id"] = np.arange(n).astype(object)
    students |= {"school_id": np.full(n, "school-01", dtype=object), "class_id": np.full(n, None, dtype=object)}
    everyone = np.arange(n)
    always = Coverage(everyone, np.full(n, NO_DAY), np.full(n, ALWAYS))
    phq9 = packaged_instruments()["phq9"]
    count = len(sheets["day"])
    given = np.full((count, len(phq9.scores)), np.nan)
    given[:, phq9.place("total")] = sheets["total"]
    scores = given_scores(phq9, given)
    blank_code = np.full(count, -1, np.int8)
    seconds = np.full(count, np.nan)
    known = np.ones(count, dtype=bool)
    no_time = np.full(count, NO_TIME)
    filled = Sheets(phq9, sheets["student"], sheets["day"], sheets["day"], known, no_time, blank_code, seconds, scores)
    calendars = Calendars(default_calendar()).of_students(students["school_id"])
    return Records(
        students, {"phq9": filled}, {"leaves": Rows(leaves["student"], columns)}, {"leaves": always}, calendars
    )


def calendar_columns() -> dict[str, NDArray[np.int64]]:
    """Every day of the default calendar: its running number of school days, and what kind of day it is."""
    calendar = default_calendar()
    day = calendar.first + np.arange(len(calendar.school_day))
    back = calendar.return_day[calendar.previous - calendar.first]
    return {
        "day": day,
        "number": calendar.passed,
        "school": calendar.school_day.astype(np.int64),
        "returns": calendar.return_day.astype(np.int64),
        "after_return": back.astype(np.int64),
        "monfri": np.isin((day + 3) % 7, (0, 4)).astype(np.int64),
        "term": calendar.term,
    }
