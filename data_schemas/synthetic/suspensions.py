"""Suspension of enrolment for psychological reasons (休学)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import Days
from data_schemas.synthetic.latent import Latent, relative_hazard
from data_schemas.synthetic.period import Period, draw_days
from data_schemas.synthetic.structure import Roster

SUSPENDED = np.array([0.001, 0.005, 0.008, 0.008])  # students per year by stage: assumption
SLOPE = 2.0  # log hazard per SD of severity: assumption
YEAR = 365  # a suspension is granted for a year (江苏省义务教育学籍管理规定); nobody returns sooner here


@dataclass(frozen=True)
class Away:
    """Who is suspended, from which day to which."""

    student: NDArray[np.int64]
    start: Days
    end: Days

    def covers(self, student: NDArray[np.int64], day: Days, students: int) -> NDArray[np.bool_]:
        """Whether each student is suspended on each day; `students` is the size of the roster."""
        start, end = np.ones(students, dtype=np.int64), np.zeros(students, dtype=np.int64)
        start[self.student], end[self.student] = self.start, self.end
        return (day >= start[student]) & (day <= end[student])


def draw_suspensions(rng: np.random.Generator, roster: Roster, latent: Latent, period: Period) -> Away:
    """At most one a student."""
    chance = np.stack(
        [
            SUSPENDED[roster.stage] * relative_hazard(roster, latent, half, SLOPE) * period.year_share(half)
            for half in range(period.halves)
        ],
        axis=1,
    )
    begins = rng.random(chance.shape) < chance
    student = np.flatnonzero(begins.any(axis=1))
    start = draw_days(rng, period, begins[student].argmax(axis=1), np.ones(len(period.school_days)))
    here = roster.present(student, start)
    return Away(student[here], start[here], start[here] + YEAR)
