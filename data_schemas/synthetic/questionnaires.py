"""Sheets of PHQ-9 and GAD-7: who fills them in, how honestly, how carefully, and what stays blank.

Both instruments are used from grade 4 on, although PHQ-9 is little validated below 11 years; cities whose schools
use different instruments are left to a later version.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.calendar import Days
from data_schemas.synthetic.graded import Items
from data_schemas.synthetic.latent import Latent
from data_schemas.synthetic.period import Period, dates
from data_schemas.synthetic.structure import Roster

NOT_RESPONDING = np.array([0.04, 0.03, 0.03, 0.06])  # by stage
CARELESS = np.array([0.05, 0.03, 0.03, 0.05])
LOW_MOOD_MISSES = 1.5  # students with low mood are so much more often missing
CONCEALING = 0.20  # of those in need: Scott et al. 2009 found 18 % of significant problems by neither sheet nor staff
SOME_BLANK, ONLY_LAST_BLANK = 0.04, 0.004
SECONDS_AN_ITEM = 4.5
YOUNGEST_GRADE = 4


@dataclass(frozen=True)
class Sheets:
    """The sheets of one wave: everything by sheet, students as places in the roster. −1 is a blank."""

    student: NDArray[np.int64]
    day: Days
    phq: NDArray[np.int64]
    gad: NDArray[np.int64]
    phq_seconds: NDArray[np.float64]
    gad_seconds: NDArray[np.float64]
    start_minute: NDArray[np.int64]  # of the day


def concealing(rng: np.random.Generator, latent: Latent, period: Period) -> NDArray[np.bool_]:
    """Which students in need answer as if nothing was wrong, shape (students, waves)."""
    halves = period.half(np.array(period.wave_ends))
    needed = latent.level[:, halves] >= 2
    result: NDArray[np.bool_] = needed & (rng.random(needed.shape) < CONCEALING)
    return result


def fill_in(
    rng: np.random.Generator,
    roster: Roster,
    latent: Latent,
    willing: NDArray[np.bool_],
    concealed: NDArray[np.bool_],
    period: Period,
    wave: int,
) -> Sheets:
    """The sheets of one wave of those who were enrolled, in a screened grade and `willing` (consent, not suspended).

    `willing` and `concealed` have the shape (students,).
    """
    end = period.wave_ends[wave]
    half = int(period.half(np.array([end]))[0])
    days = period.wave_days(wave)
    day_of_class = rng.permutation(len(roster.class_names)) % len(days)
    day = days[day_of_class[roster.class_]]
    grade_then = roster.grade - (_school_year(period.last) - _school_year(end))
    low = latent.low_mood[:, half]
    times = np.where(low, LOW_MOOD_MISSES, 1.0)
    missing = rng.random(roster.n) < NOT_RESPONDING[roster.stage] * times / roster.stage_mean(times)
    everyone = np.arange(roster.n)
    who = everyone[willing & ~missing & (grade_then >= YOUNGEST_GRADE) & roster.present(everyone, day)]

    careless = rng.random(len(who)) < CARELESS[roster.stage[who]]
    phq = _answers(rng, latent.phq, latent.depression[who, half], concealed[who])
    hidden = concealed[who]
    last = Items(latent.phq.slopes[8:], latent.phq.thresholds[8:]).answers(rng, latent.suicidality[who, half])
    phq[:, 8] = np.where(hidden, 0, last[:, 0])
    gad = _answers(rng, latent.gad, latent.anxiety[who, half], hidden)
    style = rng.choice(4, len(who), p=[0.72, 0.08, 0.06, 0.14])  # all zeros, all ones, at random, mostly blank
    phq_seconds = _carelessly(rng, phq, careless, style)
    gad_seconds = _carelessly(rng, gad, careless, style)
    for sheet in (phq, gad):
        _leave_blanks(rng, sheet, np.flatnonzero(rng.random(len(who)) < SOME_BLANK))
    phq[rng.random(len(who)) < ONLY_LAST_BLANK, 8] = -1
    return Sheets(who, day[who], phq, gad, phq_seconds, gad_seconds, rng.integers(8 * 60 + 20, 16 * 60, len(who)))


def response_table(rng: np.random.Generator, roster: Roster, waves: list[Sheets], instrument: str) -> pd.DataFrame:
    """The table `responses/<instrument>` of all waves, in the order in which the sheets arrived."""
    frames = []
    for sheets in waves:
        answers, seconds = (
            (sheets.phq, sheets.phq_seconds) if instrument == "phq9" else (sheets.gad, sheets.gad_seconds)
        )
        begun = sheets.start_minute * 60 + (0 if instrument == "phq9" else sheets.phq_seconds + 10)
        submitted = pd.to_timedelta(np.round(begun + seconds), unit="s")
        frame = pd.DataFrame({"student_id": roster.ids[sheets.student], "administered_on": dates(sheets.day)})
        frame["submitted_at"] = frame["administered_on"] + submitted
        frame["received_at"] = frame["submitted_at"] + pd.to_timedelta(rng.integers(2, 1800, len(frame)), unit="s")
        frame["respondent"] = "self"
        frame["duration_s"] = np.round(seconds)
        for item in range(answers.shape[1]):
            values = pd.array(answers[:, item], dtype="Int64")
            values[answers[:, item] < 0] = pd.NA
            frame[f"item_{item + 1}"] = values
        frames.append(frame)
    return pd.concat(frames).sort_values(["received_at", "student_id"], ignore_index=True)


def _answers(
    rng: np.random.Generator, items: Items, trait: NDArray[np.float64], hidden: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Honest answers, and for `hidden` a sheet of noughts with at most three ones."""
    answers = items.answers(rng, trait)
    faked = (rng.random(answers.shape) < 0.2).astype(np.int64)
    faked[np.cumsum(faked, axis=1) > 3] = 0
    return np.where(hidden[:, None], faked, answers)


def _carelessly(
    rng: np.random.Generator, answers: NDArray[np.int64], careless: NDArray[np.bool_], style: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Overwrite the careless sheets in place; the seconds that every sheet took."""
    items = answers.shape[1]
    answers[careless & (style == 0)] = 0
    answers[careless & (style == 1)] = 1
    random = careless & (style == 2)
    answers[random] = rng.integers(0, 4, (int(random.sum()), items))
    blank = (careless & (style == 3))[:, None] & (rng.random(answers.shape) < 0.6)
    answers[blank] = -1
    per_item = np.where(careless & (style < 3), rng.uniform(0.5, 1.8, len(answers)), 0)
    honest = SECONDS_AN_ITEM * rng.lognormal(0, 0.35, len(answers))
    return np.asarray(items * np.where(per_item > 0, per_item, honest))


def _leave_blanks(rng: np.random.Generator, answers: NDArray[np.int64], sheets: NDArray[np.int64]) -> None:
    """One or two items left blank by oversight."""
    answers[sheets, rng.integers(0, answers.shape[1], len(sheets))] = -1
    two = sheets[rng.random(len(sheets)) < 0.25]
    answers[two, rng.integers(0, answers.shape[1], len(two))] = -1


def _school_year(day: int) -> int:
    """The year in which the school year began that this day lies in."""
    moment = np.datetime64(int(day), "D").astype(object)
    return int(moment.year - (moment.month < 8))
