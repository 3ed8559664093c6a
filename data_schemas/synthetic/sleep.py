"""Sleep below the standard of the school stage (10, 9 and 8 hours), as students say once a school year."""

import numpy as np
import pandas as pd

from data_schemas.codes import Answer, Concern, Source
from data_schemas.synthetic.concerns import KINDS
from data_schemas.synthetic.graded import Floats, solve
from data_schemas.synthetic.latent import Latent
from data_schemas.synthetic.period import Period
from data_schemas.synthetic.questionnaires import Sheets, school_year
from data_schemas.synthetic.structure import STAGES, Roster

SHORT_SLEEP = np.array([0.40, 0.55, 0.65, 0.45])  # by stage: assumption
WITH_LOW_MOOD = np.log(1.76)  # log-odds: Huzhou (n = 4,729)


def sleep_survey(
    rng: np.random.Generator, roster: Roster, latent: Latent, waves: list[list[Sheets]], period: Period
) -> pd.DataFrame:
    """Answers given with the first wave of each school year, as rows of `concerns.draw_concerns` with a `value`."""
    parts, asked = [], set()
    for wave, end in enumerate(period.wave_ends):
        if school_year(end) in asked:
            continue
        asked.add(school_year(end))
        half = int(period.half(np.array([end]))[0])
        chance = _chance(roster, latent.low_mood[:, half].astype(np.float64))
        day = np.zeros(roster.n, dtype=np.int64)
        for sheets in waves[wave]:
            day[sheets.student] = sheets.day
        student = np.flatnonzero(day)
        short = rng.random(len(student)) < chance[student]
        value = np.where(short, Answer.YES.code, Answer.NO.code)
        parts.append(pd.DataFrame({"student": student, "day": day[student], "value": value}))
    rows = pd.concat(parts, ignore_index=True)
    rows["kind"], rows["source"] = KINDS.index(Concern.SLEEP_SHORT), Source.STUDENT.code
    return rows.assign(recorded=rows["day"], raised_to=None)


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
