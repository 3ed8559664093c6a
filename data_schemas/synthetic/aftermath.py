"""What comes after a crisis, a talk or a quarrel: reports of threats, of friends in danger, of a need for a medical
evaluation, and returns from hospital.

All figures are assumptions. Each has draws of its own, so that the tables beside stay as they were.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.calendar import Days
from data_schemas.codes import Concern, LeaveReason, LeaveType, Source, Tier
from data_schemas.synthetic.concerns import KINDS, Crises
from data_schemas.synthetic.period import Period
from data_schemas.synthetic.structure import Roster
from data_schemas.synthetic.suspensions import Away

THREATS = {Concern.THREAT_TO_OTHERS: 0.6, Concern.THREAT_TO_OTHERS_CONCRETE: 0.1}  # per 1,000 students and year
NAMED_FRIENDS, FRIENDS = 0.3, 3  # crises after which those close to the student are named, and how many they are
JUDGED = 0.05  # talks at level 2 or above after which a counselor sees a need for a medical evaluation
IN_HOSPITAL, UNSTATED = 0.25, 0.3  # crises with a stay in hospital, and discharges without a reason on record
STAY = (7, 40)  # days


def aftermath_reports(
    rng: np.random.Generator, roster: Roster, found: Crises, talks: pd.DataFrame, away: Away, period: Period
) -> pd.DataFrame:
    """Reports in the form of `concerns.draw_concerns`, from crises and from talks (student, day, level)."""
    parts = [_threats(rng, roster, period), _friends(rng, roster, found), _judgements(rng, talks)]
    rows = pd.concat(parts, ignore_index=True)
    rows["raised_to"], rows["value"] = Tier.WATCH.code, None
    rows["recorded"] = rows["day"] + rng.choice([0, 1], len(rows), p=[0.8, 0.2])
    student, day = rows["student"].to_numpy(), rows["day"].to_numpy()
    keep = _there(roster, away, student, day) & (rows["recorded"] <= period.last)
    rows = rows[keep].drop_duplicates(["student", "day", "kind"])
    return rows.sort_values(["recorded", "student", "kind"], kind="stable", ignore_index=True)


def discharges(
    rng: np.random.Generator, roster: Roster, found: Crises, away: Away, silent: int, period: Period
) -> pd.DataFrame:
    """Returns from hospital after a crisis, in the form of `leaves.draw_leaves`; the silent feed of one school has
    none."""
    chosen = np.flatnonzero(rng.random(len(found.day)) < IN_HOSPITAL)
    student = found.student[chosen]
    day = period.after(found.day[chosen] + rng.integers(*STAY, len(chosen)), np.zeros(len(chosen), dtype=np.int64))
    stated = rng.random(len(chosen)) >= UNSTATED
    reason = pd.array([LeaveReason.PSYCHOLOGICAL.code if known else None for known in stated], dtype="object")
    keep = _there(roster, away, student, day) & (day <= period.last) & (roster.school[student] != silent)
    return pd.DataFrame(
        {
            "student": student,
            "start": day,
            "end": day,
            "type": LeaveType.DISCHARGE.code,
            "reason": reason,
            "half_days": np.nan,
            "recorded": day,
        }
    )[keep]


def _threats(rng: np.random.Generator, roster: Roster, period: Period) -> pd.DataFrame:
    years = len(period.days) / 365.25
    parts = []
    for kind, rate in THREATS.items():
        student = rng.integers(0, roster.n, rng.poisson(roster.n * rate / 1000 * years))
        parts.append(_rows(kind, Source.TEACHER, student, rng.choice(period.school_days, len(student))))
    return pd.concat(parts)


def _friends(rng: np.random.Generator, roster: Roster, found: Crises) -> pd.DataFrame:
    """Of some crises the school names those who are close: classmates, within days."""
    named = np.flatnonzero(rng.random(len(found.day)) < NAMED_FRIENDS)
    students: list[int] = []
    days: list[int] = []
    for crisis in named.tolist():
        mates = np.flatnonzero(roster.class_ == roster.class_[found.student[crisis]])
        mates = mates[mates != found.student[crisis]]
        students += rng.choice(mates, min(FRIENDS, len(mates)), replace=False).tolist()
        days += (found.day[crisis] + rng.integers(0, 4, min(FRIENDS, len(mates)))).tolist()
    return _rows(
        Concern.PEER_SUICIDE, Source.SCHOOL, np.array(students, dtype=np.int64), np.array(days, dtype=np.int64)
    )


def _judgements(rng: np.random.Generator, talks: pd.DataFrame) -> pd.DataFrame:
    serious = talks[talks["level"] >= Tier.PRIORITY.ord]
    chosen = serious[rng.random(len(serious)) < JUDGED]
    student, day = chosen["student"].to_numpy(np.int64), chosen["day"].to_numpy(np.int64)
    return _rows(Concern.MEDICAL_EVALUATION, Source.COUNSELOR, student, day)


def _rows(kind: Concern, source: Source, student: NDArray[np.int64], day: Days) -> pd.DataFrame:
    return pd.DataFrame({"student": student, "kind": KINDS.index(kind), "source": source.code, "day": day})


def _there(roster: Roster, away: Away, student: NDArray[np.int64], day: Days) -> NDArray[np.bool_]:
    there: NDArray[np.bool_] = roster.present(student, day) & ~away.covers(student, day, roster.n)
    return there
