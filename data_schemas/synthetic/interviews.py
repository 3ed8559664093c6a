"""Whom the school picks for a talk: labels exist mainly for those who were picked.

A check follows every positive or blank item 9, every high total, every safety report and every crisis. Others are
picked by their scores, by ordinary reports, or by a random audit that is blind to the score.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.codes import Concern, Selection
from data_schemas.instruments import packaged_instruments, score_sheets
from data_schemas.synthetic.concerns import KINDS, SAFETY, Crises
from data_schemas.synthetic.period import Period
from data_schemas.synthetic.questionnaires import Sheets
from data_schemas.synthetic.structure import Roster
from data_schemas.synthetic.suspensions import Away

# All figures here are assumptions about how schools work, except the audit share.
CHECKED = 0.99  # of safety evidence is ever assessed
PROMPT = 0.85  # of checks within two school days, the others within 16: so 85–90 % are done when a wave has just ended
HIGH_TOTAL, RAISED_TOTAL, SOME_TOTAL, HIGH_ANXIETY = 15, 10, 7, 15
RAISED, SOME, UNSCREENED = 0.60, 0.10, 0.15  # chances to be picked from the list
AUDIT = 0.025  # of the others, each wave
AWAY_OFTEN, AWAY_WITHIN = 3, 90  # episodes, and the days before the wave in which they count
ORDINARY_REPORT = 0.5
WEEKS_TO_WORK = 10  # in which the picks of a wave are spoken with
UNSAFE_ITEM_9 = 2  # from here on, or with a high total, two people assess
TALK_ABOUT = (
    Concern.MOOD_ABNORMAL,
    Concern.STUDY_PRESSURE,
    Concern.SCHOOL_AVERSION,
    Concern.PARENT_CHILD_CONFLICT,
    Concern.BULLYING,
)
TWO_PEOPLE = SAFETY - {Concern.SELF_HARM, Concern.BULLYING_SERIOUS, Concern.MANUAL}


def pick(
    rng: np.random.Generator,
    roster: Roster,
    waves: list[Sheets],
    willing: NDArray[np.bool_],
    leaves: pd.DataFrame,
    reports: pd.DataFrame,
    found: Crises,
    away: Away,
    period: Period,
) -> pd.DataFrame:
    """One row a planned talk: student, day, reason, prob (of being picked at all), urgent, paired (two people).

    `leaves` holds student and start as numbers. Talks after the as-of date are left out.
    """
    parts = [_after_wave(rng, roster, sheets, willing, leaves, period, wave) for wave, sheets in enumerate(waves)]
    parts += [_after_reports(rng, reports, period), _after_crises(rng, found, period)]
    talks = pd.concat(parts, ignore_index=True)
    student, day = talks["student"].to_numpy(), talks["day"].to_numpy()
    keep = (day <= period.last) & roster.present(student, day) & ~away.covers(student, day, roster.n)
    talks = talks[keep].sort_values(["student", "day", "urgent"], ascending=[True, True, False], kind="stable")
    same = talks.groupby(["student", "day"])
    talks["paired"] = same["paired"].transform("max")
    return talks.drop_duplicates(["student", "day"]).reset_index(drop=True)


def _after_wave(
    rng: np.random.Generator,
    roster: Roster,
    sheets: Sheets,
    willing: NDArray[np.bool_],
    leaves: pd.DataFrame,
    period: Period,
    wave: int,
) -> pd.DataFrame:
    total, anxiety, item_9 = np.full(roster.n, np.nan), np.full(roster.n, np.nan), np.zeros(roster.n, dtype=np.int64)
    total[sheets.student] = _totals("phq9", sheets.phq)
    anxiety[sheets.student] = _totals("gad7", sheets.gad)
    item_9[sheets.student] = sheets.phq[:, 8]
    answered = np.zeros(roster.n, dtype=bool)
    answered[sheets.student] = True
    day = np.full(roster.n, period.wave_days(wave)[-1])
    day[sheets.student] = sheets.day

    recent = leaves[(leaves["start"] < day[0]) & (leaves["start"] >= day[0] - AWAY_WITHIN)]
    often = np.bincount(recent["student"], minlength=roster.n) >= AWAY_OFTEN
    urgent = answered & (item_9 != 0)
    high = ~urgent & (total >= HIGH_TOTAL)
    chance = np.select(
        [
            ~answered,
            (total >= RAISED_TOTAL) | (anxiety >= HIGH_ANXIETY),
            (total >= SOME_TOTAL) | often | np.isnan(total),
        ],
        [UNSCREENED, RAISED, SOME],
        0.0,
    )
    draw, audit = rng.random(roster.n), rng.random(roster.n) < AUDIT
    checked = (urgent | high) & (draw < CHECKED)
    listed = ~urgent & ~high & (draw < chance)
    audited = ~urgent & ~high & ~listed & audit
    delay = rng.integers(2, 5 * WEEKS_TO_WORK, roster.n)
    delay = np.where(high, rng.integers(0, 9, roster.n), np.where(urgent, _check_delay(rng, roster.n), delay))
    picked = np.flatnonzero((checked | listed | audited) & roster.present(np.arange(roster.n), day) & willing)
    return pd.DataFrame(
        {
            "student": picked,
            "day": period.after(day[picked], delay[picked]),
            "reason": np.select([checked, listed], [Selection.FLOOR.code, Selection.RANKED.code], Selection.AUDIT.code)[
                picked
            ],
            "prob": np.where(checked, CHECKED, chance + (1 - chance) * AUDIT)[picked],
            "urgent": urgent[picked],
            "paired": (urgent & ((item_9 >= UNSAFE_ITEM_9) | (total >= HIGH_TOTAL)))[picked],
        }
    )


def _after_reports(rng: np.random.Generator, reports: pd.DataFrame, period: Period) -> pd.DataFrame:
    kind = reports["kind"].to_numpy()
    safety = np.isin(kind, [KINDS.index(concern) for concern in SAFETY])
    ordinary = np.isin(kind, [KINDS.index(concern) for concern in TALK_ABOUT])
    manual = kind == KINDS.index(Concern.MANUAL)
    chance = np.select([safety, ordinary], [CHECKED, ORDINARY_REPORT], 0.0)
    delay = np.where(safety, _check_delay(rng, len(kind)), rng.integers(1, 11, len(kind)))
    day = period.after(np.maximum(reports["day"], reports["recorded"]).to_numpy(), delay)
    picked = rng.random(len(kind)) < chance
    rows = pd.DataFrame(
        {
            "student": reports["student"].to_numpy(),
            "day": day,
            "reason": np.where(safety & ~manual, Selection.FLOOR.code, Selection.CONCERN.code),
            "prob": chance,
            "urgent": safety,
            "paired": np.isin(kind, [KINDS.index(concern) for concern in TWO_PEOPLE]),
        }
    )
    return rows[picked]


def _after_crises(rng: np.random.Generator, found: Crises, period: Period) -> pd.DataFrame:
    picked = rng.random(len(found.day)) < CHECKED
    day = period.after(found.day, rng.integers(0, 3, len(found.day)))
    rows = pd.DataFrame({"student": found.student, "day": day, "reason": Selection.FLOOR.code, "prob": CHECKED})
    return rows.assign(urgent=True, paired=True)[picked]


def _totals(code: str, answers: NDArray[np.int64]) -> NDArray[np.float64]:
    return score_sheets(packaged_instruments()[code], np.where(answers < 0, np.nan, answers)).total


def _check_delay(rng: np.random.Generator, number: int) -> NDArray[np.int64]:
    """School days until a safety check is held."""
    prompt = rng.choice(3, number, p=[0.6, 0.25, 0.15])
    return np.where(rng.random(number) < PROMPT, prompt, rng.integers(3, 17, number))
