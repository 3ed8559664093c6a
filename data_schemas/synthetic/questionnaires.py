"""Sheets: who fills them in, how honestly, how carefully, and what stays blank.

Every school uses one set of questionnaires (`items.SETS`) from grade 4 on.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.calendar import Days
from data_schemas.instruments import BLANK, score_sheets
from data_schemas.synthetic.items import SETS, Form, forms
from data_schemas.synthetic.latent import Latent
from data_schemas.synthetic.period import Period, dates, words
from data_schemas.synthetic.structure import Roster

NOT_RESPONDING = np.array([0.04, 0.03, 0.03, 0.06])  # by stage
CARELESS = np.array([0.05, 0.03, 0.03, 0.05])
LOW_MOOD_MISSES = 1.5  # students with low mood are so much more often missing
# Of those in need. With those who are in need and honestly have few symptoms, one in five of those in need comes to a
# PHQ-9 total below 5: Scott et al. 2009 found 18 % of significant problems by neither sheet nor staff.
CONCEALING = 0.13
CONCEALED_POINTS, CONCEALED_MOST = 1.8, 3  # of a sheet that conceals: expected, and at most
SOME_BLANK, ONLY_CRITICAL_BLANK = 0.04, 0.004
SECONDS_AN_ITEM, SECONDS_SPREAD = 5.0, 0.3
YOUNGEST_GRADE = 4
MINUTES_BETWEEN = 1  # the sheets of a set


@dataclass(frozen=True)
class WaveSheets:
    """The sheets of one questionnaire in one wave, students as places in the roster."""

    form: Form
    student: NDArray[np.int64]
    day: Days
    answers: NDArray[np.int8]  # `BLANK` where nothing was answered
    began: NDArray[np.floating]  # second of the day
    seconds: NDArray[np.float64]

    @property
    def code(self) -> str:
        return self.form.instrument.code

    def totals(self) -> NDArray[np.float64]:
        """Totals as the project's scorer sees them, NaN where the sheet has none that holds."""
        scores = score_sheets(self.form.instrument, np.where(self.answers == BLANK, np.nan, self.answers))
        return np.where(scores.valid, scores.total, np.nan)


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
) -> list[WaveSheets]:
    """The sheets of one wave of those who were enrolled, in a screened grade and `willing` (consent, not suspended).

    `willing` and `concealed` have the shape (students,).
    """
    end = period.wave_ends[wave]
    half = int(period.half(np.array([end]))[0])
    days = period.wave_days(wave)
    day = days[(rng.permutation(len(roster.class_names)) % len(days))[roster.class_]]
    grade_then = roster.grade - (school_year(period.last) - school_year(end))
    times = np.where(latent.low_mood[:, half], LOW_MOOD_MISSES, 1.0)
    missing = rng.random(roster.n) < NOT_RESPONDING[roster.stage] * times / roster.stage_mean(times)
    everyone = np.arange(roster.n)
    there = willing & ~missing & (grade_then >= YOUNGEST_GRADE) & roster.present(everyone, day)
    return [
        sheets
        for place in np.unique(roster.questionnaires)
        for sheets in _fill_in_set(
            rng,
            SETS[place],
            np.flatnonzero(there & (roster.questionnaires == place)),
            roster,
            latent,
            day,
            concealed,
            half,
        )
    ]


def _fill_in_set(
    rng: np.random.Generator,
    codes: tuple[str, ...],
    who: NDArray[np.int64],
    roster: Roster,
    latent: Latent,
    day: Days,
    concealed: NDArray[np.bool_],
    half: int,
) -> list[WaveSheets]:
    """One sheet after the other, in one mood and with one care."""
    traits = latent.at_sitting(rng, who, half)
    careless = rng.random(len(who)) < CARELESS[roster.stage[who]]
    style = rng.choice(4, len(who), p=[0.72, 0.08, 0.06, 0.14])  # all lowest, all the next, at random, mostly blank
    began = rng.integers(8 * 60 + 20, 15 * 60 + 30, len(who)) * 60.0
    found = []
    for code in codes:
        form = forms()[code]
        points = form.points(rng, traits)
        hidden = concealed[who]
        points[hidden] = _concealing_points(rng, int(hidden.sum()), points.shape[1])
        answers = form.answers(points)
        seconds = _carelessly(rng, form, answers, careless, style)
        _leave_blanks(rng, form, answers)
        found.append(WaveSheets(form, who, day[who], answers, began, seconds))
        began = began + seconds + 60 * MINUTES_BETWEEN
    return found


def response_table(rng: np.random.Generator, roster: Roster, waves: list[WaveSheets]) -> pd.DataFrame:
    """The table `responses/<instrument>` from the sheets of one questionnaire, in the order in which they arrived."""
    student, day, began, seconds = (
        np.concatenate([getattr(sheets, name) for sheets in waves]) for name in ("student", "day", "began", "seconds")
    )
    sent = day * 86_400 + np.round(began + seconds).astype(np.int64)
    received = sent + rng.integers(2, 1800, len(sent))
    order = np.lexsort([student, received])  # students are in the order of their ids
    answers = np.concatenate([sheets.answers for sheets in waves])[order]
    columns: dict[str, object] = {
        "student_id": words(roster.ids, student[order]),
        "administered_on": dates(day[order]),
        "submitted_at": moments(sent[order]),
        "received_at": moments(received[order]),
        "respondent": words(["self"], np.zeros(len(order), dtype=np.int64)),
        "duration_s": np.round(seconds[order]),
    }
    for item in range(answers.shape[1]):
        given = answers[:, item].astype(np.int64)
        columns[f"item_{item + 1}"] = pd.arrays.IntegerArray(given, given == BLANK)
    return pd.DataFrame(columns)


def moments(seconds: NDArray[np.int64]) -> pd.Series:
    """Seconds since 1970-01-01, local time, as times."""
    return pd.Series(seconds.astype("datetime64[s]").astype("datetime64[us]"))


def _concealing_points(rng: np.random.Generator, sheets: int, items: int) -> NDArray[np.int8]:
    """Sheets of noughts with at most three ones."""
    faked = (rng.random((sheets, items)) < CONCEALED_POINTS / items).astype(np.int8)
    faked[np.cumsum(faked, axis=1) > CONCEALED_MOST] = 0
    return faked


def _carelessly(
    rng: np.random.Generator,
    form: Form,
    answers: NDArray[np.int8],
    careless: NDArray[np.bool_],
    style: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Overwrite the careless sheets in place; the seconds that every sheet took."""
    items, low, high = answers.shape[1], form.instrument.coding.low, form.instrument.coding.high
    answers[careless & (style == 0)] = low
    answers[careless & (style == 1)] = low + 1
    random = careless & (style == 2)
    answers[random] = rng.integers(low, high + 1, (int(random.sum()), items))
    blank = np.flatnonzero(careless & (style == 3))
    answers[blank] = np.where(rng.random((len(blank), items)) < 0.6, BLANK, answers[blank])
    hasty = rng.uniform(0.5, 1.8, len(answers))
    honest = SECONDS_AN_ITEM * rng.lognormal(0, SECONDS_SPREAD, len(answers))
    return np.asarray(items * np.where(careless & (style < 3), hasty, honest))


def _leave_blanks(rng: np.random.Generator, form: Form, answers: NDArray[np.int8]) -> None:
    """One or two items left blank by oversight, and sometimes only the one that is hard to answer."""
    sheets = np.flatnonzero(rng.random(len(answers)) < SOME_BLANK)
    answers[sheets, rng.integers(0, answers.shape[1], len(sheets))] = BLANK
    two = sheets[rng.random(len(sheets)) < 0.25]
    answers[two, rng.integers(0, answers.shape[1], len(two))] = BLANK
    for critical in form.instrument.critical:
        answers[rng.random(len(answers)) < ONLY_CRITICAL_BLANK, critical.item - 1] = BLANK


def school_year(day: int) -> int:
    """The year in which the school year began that this day lies in."""
    moment = np.datetime64(int(day), "D").astype(object)
    return int(moment.year - (moment.month < 8))
