"""Sleep below the standard of the school stage (10, 9 and 8 hours), as students say in a survey each October."""

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.calendar import date_to_day
from data_schemas.codes import Answer, Concern, Source
from data_schemas.synthetic.concerns import KINDS
from data_schemas.synthetic.graded import Floats, solve
from data_schemas.synthetic.latent import Latent
from data_schemas.synthetic.period import Period
from data_schemas.synthetic.structure import STAGES, Roster
from data_schemas.synthetic.suspensions import Away

SHORT_SLEEP = np.array([0.40, 0.55, 0.65, 0.45])  # by stage: assumption
WITH_LOW_MOOD = np.log(1.76)  # log-odds: Huzhou (n = 4,729)
MONTH, FIRST_DAY = 10, 15  # of the survey, each class on one day of the fortnight
ANSWERING = 0.97


def sleep_survey(
    rng: np.random.Generator, roster: Roster, latent: Latent, willing: NDArray[np.bool_], away: Away, period: Period
) -> pd.DataFrame:
    """Answers of those who were there and `willing` (consent), as rows of `concerns.draw_concerns` with a `value`."""
    rows = {"student": [], "day": [], "value": []}  # type: dict[str, list[NDArray[np.generic]]]
    everyone = np.arange(roster.n)
    for year in range(period.start.year, period.as_of.year + 1):
        first = date_to_day(date(year, MONTH, FIRST_DAY))
        days = period.school_days[(period.school_days >= first) & (period.school_days < first + 14)]
        if not len(days):
            continue
        half = int(period.half(days[:1])[0])
        chance = _chance(roster, latent.low_mood[:, half].astype(np.float64))
        day = days[rng.integers(0, len(days), len(roster.class_names))[roster.class_]]
        answers = willing & (rng.random(roster.n) < ANSWERING) & roster.present(everyone, day)
        student = np.flatnonzero(answers & ~away.covers(everyone, day, roster.n))
        short = rng.random(len(student)) < chance[student]
        for name, values in (("student", student), ("day", day[student]), ("value", short)):
            rows[name].append(values)
    table = pd.DataFrame({name: np.concatenate(values) for name, values in rows.items()})
    table["value"] = np.where(table["value"], Answer.YES.code, Answer.NO.code)
    table["kind"], table["source"] = KINDS.index(Concern.SLEEP_SHORT), Source.STUDENT.code
    return table.assign(recorded=table["day"], raised_to=None)


def _chance(roster: Roster, low: Floats) -> Floats:
    """Each student's chance of short sleep, which is the stage's on average."""
    chance = np.zeros(roster.n)
    for stage in range(len(STAGES)):
        mine = roster.stage == stage
        if mine.any():
            share = low[mine].mean()

            def short(base: float, share: float = share) -> float:
                return float(share / (1 + np.exp(-base - WITH_LOW_MOOD)) + (1 - share) / (1 + np.exp(-base)))

            chance[mine] = 1 / (1 + np.exp(-solve(short, SHORT_SLEEP[stage]) - WITH_LOW_MOOD * low[mine]))
    return chance
