"""Shares above the cuts, beside what is published of such students."""

import numpy as np

from data_schemas.codes import Concern
from data_schemas.synthetic.calibration.frames import SEXES, Frames, ScoredSheets
from data_schemas.synthetic.calibration.row import Row, share
from data_schemas.synthetic.latent import GAD_10, ITEM_9, PHQ_10
from data_schemas.synthetic.sleep import SHORT_SLEEP
from data_schemas.synthetic.structure import STAGES

PHQ_5 = np.array([0.4665, 0.5299])  # totals of 5 or more, boys and girls: Hangzhou, n = 12,241, ages 10–19


def prevalence(city: Frames) -> list[Row]:
    """Shares above cuts by stage and sex, positive item 9, short sleep."""
    rows = []
    for code, published in (("phq9", PHQ_10), ("gad7", GAD_10)):
        sheets = city.sheets[code]
        for (stage, sex), target in np.ndenumerate(published):
            mine = sheets.usable & (city.stage[sheets.student] == stage) & (city.sex[sheets.student] == sex)
            who = f"{STAGES[stage].code}, {SEXES[sex]}"
            rows.append(_share_of(city, sheets, mine, sheets.total >= 10, f"{code} ≥ 10", who, target, 0.02))
    phq = city.sheets["phq9"]
    for sex, target in enumerate(PHQ_5):
        mine = phq.usable & (city.sex[phq.student] == sex)
        rows.append(_share_of(city, phq, mine, phq.total >= 5, "phq9 ≥ 5", SEXES[sex], target, 0.05))
    for stage, target in enumerate(ITEM_9):
        mine = (phq.answers[:, 8] >= 0) & ~phq.suspect & (city.stage[phq.student] == stage)
        hits = phq.answers[:, 8] >= 1
        rows.append(_share_of(city, phq, mine, hits, "phq9 item 9 ≥ 1", STAGES[stage].code, target, 0.015))
    for code, what, low, high, cut in (("cesd", "cesd ≥ 16", 0.217, 0.282, 16), ("mht", "mht ≥ 65", 0.0175, 0.103, 65)):
        if code in city.sheets:
            sheets = city.sheets[code]
            hits = sheets.total[sheets.usable] >= cut
            rows.append(share("prevalence", what, "all", (low, high), hits, city.class_[sheets.student[sheets.usable]]))
    return rows + _sleep(city)


def _share_of(
    city: Frames,
    sheets: ScoredSheets,
    mine: np.ndarray,
    hits: np.ndarray,
    what: str,
    who: str,
    target: float,
    give: float,
) -> Row:
    bounds = (float(target) - give, float(target) + give)
    return share("prevalence", what, who, bounds, hits[mine], city.class_[sheets.student[mine]])


def _sleep(city: Frames) -> list[Row]:
    concerns = city.city.dataset.tables["concerns"]
    asked = concerns[(concerns["kind"] == Concern.SLEEP_SHORT.code) & (concerns["source"] == "student")]
    student, short = city.places(asked["student_id"]), (asked["value"] == "yes").to_numpy()
    rows = []
    for stage, target in enumerate(SHORT_SLEEP):
        mine = city.stage[student] == stage
        bounds = (target - 0.03, target + 0.03)
        rows.append(
            share(
                "prevalence",
                "sleep below standard",
                STAGES[stage].code,
                bounds,
                short[mine],
                city.class_[student[mine]],
            )
        )
    return rows
