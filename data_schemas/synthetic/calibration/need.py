"""True need, and crises: how many, and in which months."""

import numpy as np
import pandas as pd

from data_schemas.calendar import Days
from data_schemas.synthetic.calibration.frames import Frames, days
from data_schemas.synthetic.calibration.leave import Leave
from data_schemas.synthetic.calibration.row import Row, day_ratio, rate, share
from data_schemas.synthetic.concerns import CRISES, MONDAY, MONTHS
from data_schemas.synthetic.latent import NEED
from data_schemas.synthetic.period import dates
from data_schemas.synthetic.structure import STAGES

KNOWN_AFTER = 8  # days within which a crisis comes to the school's notice


def need_and_crises(city: Frames, leave: Leave) -> list[Row]:
    """True need, and crises per 1,000 students and year."""
    rows, waves = [], range(len(city.index_dates))
    for stage, target in enumerate(NEED):
        mine = [city.there(wave) & (city.stage == stage) for wave in waves]
        hits = np.concatenate([city.true("need", wave)[mine[wave]] for wave in waves])
        group = np.concatenate([city.class_[one] for one in mine])
        rows.append(
            share("need", "need within 90 days", STAGES[stage].code, (0.88 * target, 1.12 * target), hits, group)
        )
    outcomes = city.city.dataset.tables["outcomes"]
    crisis = outcomes[outcomes["kind"] == "crisis_event"]
    student, day = city.places(crisis["student_id"]), days(crisis["observed_on"])
    counts = np.bincount(student, minlength=len(city.students)).astype(np.float64)
    time = np.maximum(np.minimum(leave.last, leave.period.last) - leave.enrolled, 0) / 365.25
    for stage, target in enumerate(CRISES / 1000):
        here, bounds = city.stage == stage, (0.75 * target, 1.25 * target)
        rows.append(rate("need", "crises a student and year", STAGES[stage].code, bounds, counts[here], time[here]))
    return rows + _crisis_days(leave, day)


def _crisis_days(leave: Leave, day: Days) -> list[Row]:
    """Crises by month beside the months without a weight of their own, and on Mondays."""
    span = leave.period.days[:-KNOWN_AFTER]
    stamp, present = pd.DatetimeIndex(dates(span)), leave.present(span)
    events = np.bincount(day[day <= span[-1]] - span[0], minlength=len(span)).astype(np.float64)
    flat = np.isin(stamp.month, np.flatnonzero(MONTHS == 1) + 1)
    monday = stamp.day_of_week.to_numpy() == 0
    chosen = [
        (name, MONTHS[at - 1], stamp.month == at, flat) for name, at in (("April", 4), ("October", 10), ("July", 7))
    ]
    chosen.append(("Monday", MONDAY, monday, ~monday))
    return [
        day_ratio("need", "crises, times other days", who, (0.85 * target, 1.15 * target), events, present, one, other)
        for who, target, one, other in chosen
    ]
