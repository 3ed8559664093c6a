"""Whom the school picks for a talk: labels exist mainly for those who were picked.

A check follows every positive or blank critical item, every high total, every safety report and every crisis. Others
are picked by their scores, by ordinary reports, or by a random audit that is blind to the score.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.codes import Concern, Selection, Tier
from data_schemas.instruments import BLANK
from data_schemas.synthetic.concerns import KINDS, SAFETY, Crises
from data_schemas.synthetic.period import Period
from data_schemas.synthetic.questionnaires import WaveSheets
from data_schemas.synthetic.structure import Roster
from data_schemas.synthetic.suspensions import Away

# All figures here are assumptions about how schools work, except the audit share.
CHECKED = 0.99  # of safety evidence is ever assessed
PROMPT = 0.85  # of checks within two school days, the others within 16: so 85–90 % are done when a wave has just ended
# Totals that are checked at once, that are raised, and that say something: `HIGH`, `RAISED`, `SOME`.
TOTALS = {
    "phq9": (15.0, 10.0, 7.0),
    "gad7": (np.inf, 15.0, np.inf),
    "cesd": (28.0, 20.0, 16.0),
    "mht": (65.0, 56.0, 45.0),
    "mssmhs": (3.0, 2.2, 1.9),
}
LOW, SOME, RAISED, HIGH = range(4)  # what a sheet came to; one without a total counts as `SOME`
CHANCE = np.array([0.0, 0.10, 0.60, CHECKED])  # to be picked from the list
UNSCREENED, OFTEN_AWAY = 0.15, 0.10
AUDIT = 0.025  # of the others, each wave
AWAY_OFTEN, AWAY_WITHIN = 3, 90  # episodes, and the days before the wave in which they count
ORDINARY_REPORT = 0.5
WEEKS_TO_WORK = 10  # in which the picks of a wave are spoken with
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
    waves: list[list[WaveSheets]],
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
    wave_sheets: list[WaveSheets],
    willing: NDArray[np.bool_],
    leaves: pd.DataFrame,
    period: Period,
    wave: int,
) -> pd.DataFrame:
    answered, urgent, unsafe = (np.zeros(roster.n, dtype=bool) for _ in range(3))
    raised = np.full(roster.n, LOW)
    day = np.full(roster.n, period.wave_days(wave)[-1])
    for sheets in wave_sheets:
        who, total = sheets.student, sheets.totals()
        high_from, raised_from, some_from = TOTALS[sheets.code]
        reached = np.select([total >= high_from, total >= raised_from, total >= some_from], [HIGH, RAISED, SOME], LOW)
        reached[np.isnan(total)] = SOME
        raised[who] = np.maximum(raised[who], reached)
        answered[who], day[who] = True, sheets.day
        for critical in sheets.form.instrument.critical:
            given = sheets.answers[:, critical.item - 1]
            positive = (given >= critical.at_least) | (given == BLANK)
            urgent[who] |= positive
            worst = [level.at_least for level in critical.levels if level.tier == Tier.CRISIS.code]
            unsafe[who] |= positive & ((reached == HIGH) | (given >= min(worst, default=np.inf)))

    recent = leaves[(leaves["start"] < day[0]) & (leaves["start"] >= day[0] - AWAY_WITHIN)]
    often = np.bincount(recent["student"], minlength=roster.n) >= AWAY_OFTEN
    high = ~urgent & (raised == HIGH)
    chance = np.where(answered, np.maximum(CHANCE[raised], OFTEN_AWAY * often), UNSCREENED)
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
            "paired": unsafe[picked],
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


def _check_delay(rng: np.random.Generator, number: int) -> NDArray[np.int64]:
    """School days until a safety check is held."""
    prompt = rng.choice(3, number, p=[0.6, 0.25, 0.15])
    return np.where(rng.random(number) < PROMPT, prompt, rng.integers(3, 17, number))
