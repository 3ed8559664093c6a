"""Leave: who is away, when, for how long, and what the form says.

Rates follow surveillance papers of the region (Nanjing, Zhangjiagang, Xuzhou, Nantong, Hangzhou: sickness absence .05
to .73 %, about 20 episodes per 100 students and year, peaks in November–December and March–April); multipliers are
those of Finning et al. 2019 and of BCAMHS (n = 7,977): total absence × 3.4 with depression, × 1.7 with anxiety, odds of
truancy × 3.7. On which days leave begins is in `leave_days`.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.calendar import Days
from data_schemas.synthetic.graded import Floats
from data_schemas.synthetic.latent import Latent
from data_schemas.synthetic.leave_days import DayWeights, day_weights
from data_schemas.synthetic.period import Period, dates, draw_days, words
from data_schemas.synthetic.structure import STAGES, Roster
from data_schemas.synthetic.suspensions import Away

# Episodes per student and year by stage.
SICK = np.array([0.65, 0.20, 0.15, 0.15])
PERSONAL = np.array([0.20, 0.20, 0.20, 0.20])
OFFICIAL = np.array([0.03, 0.03, 0.03, 0.03])
# Students per year.
TRUANT = np.array([0.001, 0.01, 0.03, 0.03])
# Multipliers with worry, low mood, and a need (level 2 or above), for leave and for truancy. The last two average to
# about the published 3.4 and 3.7 over students with low mood, of whom one in four is in need; that need weighs more
# follows hospital samples (adjusted odds of attendance problems 7 to 11 with moderate to severe depression).
LEAVE_TIMES, TRUANT_TIMES = (1.5, 3.2, 3.8), (1.0, 3.2, 5.5)
FRAILTY = 0.3  # shape of the gamma that makes counts negative binomial
FLU_ATTACK = 0.10  # of a class with an outbreak: assumption
DAYS_MEAN_LOG, DAYS_SD_LOG = 0.17, 0.9  # mean 2 days, one in a hundred 10 or more
HALF_DAY = 0.15
SILENT_DAYS = 24  # how long before the as-of date one school's attendance feed fell silent

RESPIRATORY = 0.62  # of ordinary sick leave: colds and influenza in Shenzhen
COLDS = {"respiratory": 0.42, "fever": 0.20}
ORDINARY = {"digestive": 0.13, "headache": 0.05, "injury": 0.05, "menstrual": 0.02, "fatigue": 0.02}
ORDINARY |= {"other": 0.03, "missing": 0.08}
HIDDEN = {"headache": 0.28, "digestive": 0.26, "fatigue": 0.12, "insomnia": 0.10, "respiratory": 0.08}
HIDDEN |= {"psychological": 0.04, "refuses_school": 0.02, "missing": 0.10}
FAMILY = {"family_matter": 0.62, "exam": 0.05, "refuses_school": 0.01, "other": 0.17, "missing": 0.15}
ABSENT = {"missing": 0.85, "refuses_school": 0.15}
ILL = {"psychological": 0.6, "other": 0.25, "missing": 0.15}


def draw_leaves(
    rng: np.random.Generator, roster: Roster, latent: Latent, away: Away, silent: int, period: Period
) -> pd.DataFrame:
    """Leave known at the as-of date, students as places: student, start, end, type, reason, half_days, recorded.

    `silent` is the place of the school whose attendance feed fell silent.
    """
    weights = day_weights(period)
    parts = [
        _half(rng, roster, latent, half, frailty, weights, period) for half, frailty in _frailties(rng, roster, period)
    ]
    parts.append(_flu(rng, roster, latent, weights, period))
    rows = pd.concat(parts, ignore_index=True)
    keep = roster.present(rows["student"].to_numpy(), rows["start"].to_numpy())
    keep &= ~away.covers(rows["student"].to_numpy(), rows["start"].to_numpy(), roster.n)
    rows = rows[keep].sort_values(["student", "start", "end"], kind="stable", ignore_index=True)
    before = rows.groupby("student")["end"].cummax().groupby(rows["student"]).shift()
    rows = rows[~(rows["start"] <= before)]  # nobody is away twice at once

    gone = pd.DataFrame({"student": away.student, "start": away.start, "end": away.end, "type": "suspension"})
    gone["reason"] = _reasons(rng, ILL, len(gone))
    rows = pd.concat([rows, gone], ignore_index=True)
    late = rng.choice([0, 1, 3, 10], len(rows), p=[0.72, 0.15, 0.10, 0.03])
    rows["recorded"] = rows["start"] + late
    rows = pd.concat([rows, _resumptions(away, period)], ignore_index=True)
    cut = np.where(roster.school[rows["student"]] == silent, period.last - SILENT_DAYS, period.last)
    return rows[rows["recorded"] <= cut].sort_values(["recorded", "student", "start"], ignore_index=True)


def _resumptions(away: Away, period: Period) -> pd.DataFrame:
    """The return of those whose suspension is over: recorded on the first school day after it."""
    place = np.searchsorted(period.school_days, away.end, side="right")
    over = place < len(period.school_days)
    day = period.school_days[place[over]]
    back = {"student": away.student[over], "start": day, "end": day, "type": "resumption", "reason": None}
    return pd.DataFrame({**back, "half_days": np.nan, "recorded": day})


def leaves_table(roster: Roster, rows: pd.DataFrame, period: Period) -> pd.DataFrame:
    """The table `leaves`. A suspension keeps its planned end; any other leave ends by the as-of date."""
    ends = np.where(rows["type"] == "suspension", rows["end"], np.minimum(rows["end"], period.last))
    return pd.DataFrame(
        {
            "student_id": words(roster.ids, rows["student"].to_numpy()),
            "type": rows["type"],
            "start_on": dates(rows["start"].to_numpy()),
            "end_on": dates(ends),
            "half_days": rows["half_days"].astype("Int64"),
            "reason_code": rows["reason"],
            "recorded_on": dates(rows["recorded"].to_numpy()),
        }
    )


def _frailties(rng: np.random.Generator, roster: Roster, period: Period) -> Iterator[tuple[int, Floats]]:
    """How prone each student is to be away, drawn anew each school year."""
    autumns = np.flatnonzero(pd.DatetimeIndex(dates(period.half_starts)).month == 8)
    for half in range(period.halves):
        if half == 0 or half in autumns:
            frailty = rng.gamma(FRAILTY, 1 / FRAILTY, roster.n)
        yield half, frailty


def _half(
    rng: np.random.Generator,
    roster: Roster,
    latent: Latent,
    half: int,
    frailty: Floats,
    weights: DayWeights,
    period: Period,
) -> pd.DataFrame:
    """The episodes of one half-year, in which nobody has looked yet whether they overlap."""
    mood, truancy = _times(latent, LEAVE_TIMES)[:, half], _times(latent, TRUANT_TIMES)[:, half]
    none, usual = np.ones(roster.n), roster.stage_mean(mood)
    inside = period.half(period.school_days) == half
    parts = []
    for kind, rate, times, mean, reasons in (
        ("sick", SICK * RESPIRATORY / weights.peaks, none, usual, COLDS),
        ("sick", SICK * (1 - RESPIRATORY), none, usual, ORDINARY),
        ("sick", SICK, mood - 1, usual, HIDDEN),
        ("personal", PERSONAL, mood, usual, FAMILY),
        ("unexcused", -np.log1p(-TRUANT), truancy, roster.stage_mean(truancy), ABSENT),
        ("official", OFFICIAL, none, none, {"other": 1.0}),
    ):
        expected = rate[roster.stage] * times / mean * frailty
        for low in (True, False):
            days = weights.of(low, seasonal=reasons is COLDS)
            counts = rng.poisson(np.where(latent.low_mood[:, half] == low, expected * days[inside].sum(), 0))
            student = np.repeat(np.arange(roster.n), counts)
            start = draw_days(rng, period, np.full(len(student), half), days)
            parts.append(_episodes(rng, period, student, start, kind, reasons))
    return pd.concat(parts)


def _times(latent: Latent, times: tuple[float, float, float]) -> Floats:
    """How many times the rate of the carefree each student has, shape (students, halves)."""
    worried, low, need = times
    return np.asarray(np.select([latent.level >= 2, latent.low_mood, latent.worried], [need, low, worried], 1.0))


def _episodes(
    rng: np.random.Generator,
    period: Period,
    student: NDArray[np.int64],
    start: Days,
    kind: str,
    reasons: dict[str, float],
) -> pd.DataFrame:
    length = np.maximum(1, np.round(rng.lognormal(DAYS_MEAN_LOG, DAYS_SD_LOG, len(student)))).astype(np.int64)
    if kind == "unexcused":
        length = np.minimum(length, 3)
    end = np.minimum(period.after(start, length - 1), period.last)
    half = (length == 1) & (rng.random(len(student)) < HALF_DAY)
    half_days = pd.array(np.where(half, 1, 0), dtype="Int64")
    half_days[~half] = pd.NA
    reason = _reasons(rng, reasons, len(student))
    return pd.DataFrame(
        {"student": student, "start": start, "end": end, "type": kind, "reason": reason, "half_days": half_days}
    )


def _flu(rng: np.random.Generator, roster: Roster, latent: Latent, weights: DayWeights, period: Period) -> pd.DataFrame:
    """Outbreaks in single classes, which make half of each season's peak; some are recorded as quarantine."""
    usual = np.array(
        [
            _times(latent, LEAVE_TIMES)[roster.stage == s].mean() if (roster.stage == s).any() else 1.0
            for s in range(len(STAGES))
        ]
    )
    colds = SICK * RESPIRATORY / weights.peaks / usual  # a year without peaks, by stage
    stage_of_class = np.zeros(len(roster.class_names), dtype=np.int64)
    stage_of_class[roster.class_] = roster.stage
    students, starts = [], []
    for days, excess in weights.seasons:
        struck = rng.random(len(stage_of_class)) < (colds * excess / FLU_ATTACK)[stage_of_class]
        peak = rng.integers(0, len(days), len(stage_of_class))
        who = np.flatnonzero(struck[roster.class_] & (rng.random(roster.n) < FLU_ATTACK))
        students.append(who)
        starts.append(days[np.minimum(peak[roster.class_[who]] + rng.integers(0, 6, len(who)), len(days) - 1)])
    student, start = np.concatenate(students), np.concatenate(starts)
    rows = _episodes(rng, period, student, start, "sick", {"respiratory": 0.6, "fever": 0.4})
    rows["end"] = np.minimum(rows["end"], period.after(rows["start"].to_numpy(), np.full(len(rows), 3)))
    rows["type"] = np.where(rng.random(len(rows)) < 0.1, "quarantine", rows["type"])
    return rows


def _reasons(rng: np.random.Generator, shares: dict[str, float], number: int) -> NDArray[np.object_]:
    codes = np.array(list(shares), dtype=object)
    weights = np.array(list(shares.values()))
    drawn: NDArray[np.object_] = codes[rng.choice(len(codes), number, p=weights / weights.sum())]
    return drawn
