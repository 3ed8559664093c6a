"""What people report, and the crises: both follow severity, which sheets show only in part."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.calendar import Days
from data_schemas.codes import Concern, Source, Tier
from data_schemas.synthetic.latent import Latent, relative_hazard
from data_schemas.synthetic.period import Period, dates, words
from data_schemas.synthetic.structure import Roster
from data_schemas.synthetic.suspensions import Away

KINDS = tuple(Concern)
# Reports per 1,000 students and year, and how steeply they rise with severity (log per SD). The rates are assumptions:
# no source for reports made to schools was found.
REPORTS: dict[Concern, tuple[float, float, tuple[Source, ...]]] = {
    Concern.MOOD_ABNORMAL: (25.0, 0.7, (Source.TEACHER, Source.PARENT, Source.PEER)),
    Concern.STUDY_PRESSURE: (30.0, 0.5, (Source.TEACHER, Source.PARENT)),
    Concern.SCHOOL_AVERSION: (15.0, 0.6, (Source.TEACHER, Source.PARENT)),
    Concern.PARENT_CHILD_CONFLICT: (12.0, 0.7, (Source.TEACHER, Source.VILLAGE, Source.PARENT)),
    Concern.SCHOOL_CONTACT: (15.0, 0.4, (Source.TEACHER,)),
    Concern.SPECIAL_CONSTITUTION: (10.0, 0.0, (Source.PARENT, Source.SCHOOL)),
    Concern.REPEATED_GRADE: (2.0, 0.3, (Source.SCHOOL,)),
    Concern.SERIOUS_MISCONDUCT: (1.0, 0.5, (Source.SCHOOL, Source.POLICE)),
    Concern.MANUAL: (3.0, 1.0, (Source.COUNSELOR, Source.TEACHER)),
    Concern.SELF_HARM: (6.0, 1.4, (Source.PEER, Source.TEACHER, Source.PARENT, Source.LETTERBOX)),
    Concern.SELF_HARM_SERIOUS: (0.8, 1.5, (Source.TEACHER, Source.PARENT)),
    Concern.SUICIDE_INTENT: (2.0, 1.5, (Source.PEER, Source.TEACHER, Source.LETTERBOX)),
    Concern.SUICIDE_MEANS: (0.3, 1.5, (Source.TEACHER,)),
    Concern.BULLYING_SERIOUS: (1.0, 0.3, (Source.STUDENT, Source.PARENT)),
    Concern.DOMESTIC_VIOLENCE_SUSPECTED: (1.0, 0.5, (Source.TEACHER, Source.VILLAGE)),
    Concern.ABUSE_SUSPECTED: (0.4, 0.5, (Source.TEACHER, Source.PEER)),
    Concern.NEGLECT_SUSPECTED: (0.4, 0.4, (Source.VILLAGE, Source.TEACHER)),
    Concern.SEXUAL_HARM_SUSPECTED: (0.1, 0.4, (Source.STUDENT,)),
}
BULLYING_REPORTED = 0.35  # of the bullied, per year
SAFETY = frozenset(
    {
        Concern.SELF_HARM,
        Concern.SELF_HARM_SERIOUS,
        Concern.SUICIDE_ATTEMPT,
        Concern.SUICIDE_INTENT,
        Concern.SUICIDE_MEANS,
        Concern.ABUSE_SUSPECTED,
        Concern.DOMESTIC_VIOLENCE_SUSPECTED,
        Concern.NEGLECT_SUSPECTED,
        Concern.SEXUAL_HARM_SUSPECTED,
        Concern.BULLYING_SERIOUS,
        Concern.MANUAL,
    }
)
PRIMARY_SAFETY = 0.25  # reports about safety in primary school beside later stages: assumption
# Crises per 1,000 students and year, and how the hazard moves over the year and the week (Kim et al. 2023 for US
# months; Istanbul, n = 2,232, for the start of the week; the transfer to China is an assumption).
CRISES = np.array([0.5, 4.0, 4.0, 4.0])
CRISIS_SLOPE = 1.7
MONTHS = np.array([1.0, 1.0, 1.0, 1.15, 1.0, 1.0, 0.63, 1.0, 1.0, 1.24, 1.0, 1.0])
MONDAY = 1.2
HERALDED, REPORTED = 0.3, 0.75  # crises with a report of intent before, and those that reach the concerns afterwards


@dataclass(frozen=True)
class Crises:
    student: NDArray[np.int64]
    day: Days


def crises(rng: np.random.Generator, roster: Roster, latent: Latent, away: Away, period: Period) -> Crises:
    """Crisis events on any day of the year, school day or not."""
    stamp = pd.DatetimeIndex(dates(period.days))
    weights = MONTHS[stamp.month - 1] * np.where(stamp.day_of_week == 0, MONDAY, 1.0)
    weights = weights / weights.mean() / 365.25
    student, day = [], []
    for half in range(period.halves):
        inside = period.half(period.days) == half
        expected = (
            relative_hazard(roster, latent, half, CRISIS_SLOPE) * CRISES[roster.stage] / 1000 * weights[inside].sum()
        )
        who = np.repeat(np.arange(roster.n), rng.poisson(expected))
        student.append(who)
        day.append(rng.choice(period.days[inside], len(who), p=weights[inside] / weights[inside].sum()))
    students, days = np.concatenate(student), np.concatenate(day)
    keep = roster.present(students, days) & ~away.covers(students, days, roster.n)
    return Crises(students[keep], days[keep])


def draw_concerns(
    rng: np.random.Generator, roster: Roster, latent: Latent, found: Crises, away: Away, period: Period
) -> pd.DataFrame:
    """Reports known by the as-of date: student and kind as places, source, day, recorded, raised_to."""
    parts = []
    for half in range(period.halves):
        days = period.school_days[period.half(period.school_days) == half]
        for concern, (rate, slope, sources) in REPORTS.items():
            expected = relative_hazard(roster, latent, half, slope) * rate / 1000 * period.year_share(half)
            if concern in SAFETY:
                expected = expected * np.where(roster.stage == 0, PRIMARY_SAFETY, 1.0)
            parts.append(_reports(rng, concern, np.repeat(np.arange(roster.n), rng.poisson(expected)), days, sources))
        bullied = np.flatnonzero(latent.bullied & (rng.random(roster.n) < BULLYING_REPORTED * period.year_share(half)))
        parts.append(_reports(rng, Concern.BULLYING, bullied, days, (Source.TEACHER, Source.STUDENT, Source.PARENT)))
    moved = np.flatnonzero(roster.transferred)
    transfer = _reports(rng, Concern.TRANSFER, moved, period.school_days[:1], (Source.SCHOOL,))
    parts.append(transfer.assign(day=roster.enrolled[moved]))
    parts.append(_around_crises(rng, found, period))
    rows = pd.concat(parts, ignore_index=True)
    rows["raised_to"] = rng.choice([Tier.WATCH.code, Tier.PRIORITY.code], len(rows), p=[0.7, 0.3])
    rows["recorded"] = rows["day"] + rng.choice([0, 1, 2, 4], len(rows), p=[0.75, 0.15, 0.07, 0.03])
    student, day = rows["student"].to_numpy(), rows["day"].to_numpy()
    keep = roster.present(student, day) & ~away.covers(student, day, roster.n) & (rows["recorded"] <= period.last)
    return rows[keep].sort_values(["recorded", "student", "kind"], kind="stable", ignore_index=True)


def concerns_table(roster: Roster, reports: pd.DataFrame) -> pd.DataFrame:
    """The table `concerns` from reports and answers; a concern raised by a person names the tier it is raised to."""
    kind = reports["kind"].to_numpy()
    manual = kind == KINDS.index(Concern.MANUAL)
    return pd.DataFrame(
        {
            "student_id": words(roster.ids, reports["student"].to_numpy()),
            "kind": words([concern.code for concern in KINDS], kind),
            "reported_on": dates(reports["day"].to_numpy()),
            "source": reports["source"],
            "tier": reports["raised_to"].where(manual),
            "recorded_on": dates(reports["recorded"].to_numpy()),
            "value": reports["value"],
        }
    )


def _reports(
    rng: np.random.Generator, concern: Concern, student: NDArray[np.int64], days: Days, sources: tuple[Source, ...]
) -> pd.DataFrame:
    codes = np.array([source.code for source in sources], dtype=object)
    return pd.DataFrame(
        {
            "student": student,
            "kind": KINDS.index(concern),
            "source": codes[rng.integers(len(codes), size=len(student))],
            "day": rng.choice(days, len(student)),
        }
    )


def _around_crises(rng: np.random.Generator, found: Crises, period: Period) -> pd.DataFrame:
    """Some crises are heralded by stated intent three days to six weeks before; most are reported afterwards."""
    heralded = rng.random(len(found.day)) < HERALDED
    before = _reports(
        rng, Concern.SUICIDE_INTENT, found.student[heralded], found.day[:1], (Source.PEER, Source.TEACHER)
    )
    before["day"] = np.maximum(found.day[heralded] - rng.integers(3, 43, int(heralded.sum())), period.first)
    told = np.flatnonzero(rng.random(len(found.day)) < REPORTED)
    attempt = rng.random(len(told)) < 0.35
    after = []
    for concern, part in ((Concern.SUICIDE_ATTEMPT, told[attempt]), (Concern.SELF_HARM_SERIOUS, told[~attempt])):
        rows = _reports(rng, concern, found.student[part], found.day[:1], (Source.PARENT, Source.TEACHER))
        after.append(rows.assign(day=found.day[part]))
    return pd.concat([before, *after], ignore_index=True)
