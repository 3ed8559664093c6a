"""Who fills in a sheet, and how honestly."""

import numpy as np

from data_schemas.synthetic.calibration.frames import Frames, days
from data_schemas.synthetic.calibration.row import Row, rate_ratio, share
from data_schemas.synthetic.questionnaires import CARELESS, LOW_MOOD_MISSES, NOT_RESPONDING, YOUNGEST_GRADE, school_year
from data_schemas.synthetic.structure import STAGES


def response(city: Frames) -> list[Row]:
    """Who has no sheet, or one that does not hold; how often low mood is missing; who conceals."""
    rows, answered = [], [np.zeros(len(city.students), dtype=bool) for _ in city.index_dates]
    for sheets in city.sheets.values():
        for wave, done in enumerate(answered):
            done[sheets.student[sheets.wave == wave]] = True
    expected = [_expected(city, wave) for wave in range(len(city.index_dates))]
    silent = [due & ~done for due, done in zip(expected, answered, strict=True)]
    for stage, target in enumerate(NOT_RESPONDING):
        hits = np.concatenate([one[due & (city.stage == stage)] for one, due in zip(silent, expected, strict=True)])
        group = np.concatenate([city.class_[due & (city.stage == stage)] for due in expected])
        bounds = (target - 0.01, target + 0.01)
        rows.append(share("response", "no sheet", STAGES[stage].code, bounds, hits, group))
    for stage, target in enumerate(CARELESS):
        kept = [sheets for code, sheets in city.sheets.items() if code != "gad7"]  # one sheet a sitting
        void = np.concatenate([~one.usable[city.stage[one.student] == stage] for one in kept])
        group = np.concatenate([city.class_[one.student[city.stage[one.student] == stage]] for one in kept])
        rows.append(share("response", "invalid sheet", STAGES[stage].code, (target - 0.01, target + 0.01), void, group))
    events, time = np.zeros((len(STAGES), 2)), np.zeros((len(STAGES), 2))
    for wave, due in enumerate(expected):
        for side, low in enumerate((~city.true("low_mood", wave), city.true("low_mood", wave))):
            events[:, side] += np.bincount(city.stage[silent[wave] & low], minlength=len(STAGES))
            time[:, side] += np.bincount(city.stage[due & low], minlength=len(STAGES))
    ratio = (LOW_MOOD_MISSES - 0.25, LOW_MOOD_MISSES + 0.25)
    rows.append(
        rate_ratio("response", "no sheet, times with low mood", "all", ratio, events, time, np.arange(len(STAGES)))
    )
    return [*rows, _concealed(city)]


def _expected(city: Frames, wave: int) -> np.ndarray:
    """Who was to fill in a sheet: there, consenting, in a screened grade, not suspended, enrolled before the wave."""
    tables, day = city.city.dataset.tables, city.index_dates[wave]
    due = np.zeros(len(city.students), dtype=bool)
    due[city.places(tables["consents"]["student_id"])] = True
    due &= city.there(wave)
    grade = city.students["grade"].to_numpy(np.int64)
    due &= grade - (school_year(city.index_dates[-1]) - school_year(int(day))) >= YOUNGEST_GRADE
    gone = tables["leaves"][tables["leaves"]["type"] == "suspension"]
    away = (days(gone["start_on"]) <= day) & (days(gone["end_on"]) >= day)
    due[city.places(gone["student_id"])[away]] = False
    asked = np.concatenate([sheets.day[sheets.wave == wave] for sheets in city.sheets.values()])
    due &= days(city.students["enrolled_on"]) <= asked.min()
    return due


def _concealed(city: Frames) -> Row:
    sheets = city.sheets["phq9"]
    need = np.stack([city.true("need", wave) for wave in range(len(city.index_dates))], axis=1)
    mine = ~np.isnan(sheets.total) & need[sheets.student, sheets.wave]
    hits = sheets.total[mine] < 5
    return share("response", "phq9 < 5 of those in need", "all", (0.17, 0.23), hits, sheets.student[mine])
