"""Leave against the class: what is left of a student's days when a wave of flu is taken out."""

import numpy as np
from numpy.typing import NDArray

from data_schemas.school_days import SchoolDays
from models.classes import classes_of
from models.columns import Columns
from models.features.leave_counts import window_begins
from models.features.leave_days import LeaveDays

USUAL = 0.05  # of the class away; on days with more there is something about that is not the student
FEWEST = 10  # students; a smaller class says nothing about what is usual


def excess_vs_class(days: LeaveDays, students: Columns, as_of: int, school: SchoolDays) -> NDArray[np.float32]:
    """Days of leave in the last 60 school days less the mean of the others in the class on those days, shape (n,); NaN
    where the class is not known or is small. Days on which so many of the others are away count for nobody."""
    n, room = len(school), classes_of(students)
    size = np.bincount(room[room >= 0], minlength=int(room.max(initial=0)) + 1)
    begins = window_begins(school.arrays, as_of)[:, 1]
    first = int(begins.min())
    recent = (days.day >= begins[school.which[days.student]]) & (room[days.student] >= 0)
    student, weight = days.student[recent], days.weight[recent]
    here, on = room[student], days.day[recent] - first
    away = np.zeros((len(size), as_of - first + 1))
    np.add.at(away, (here, on), weight)
    others = np.maximum(size - 1, 1)[:, None]
    of_class = np.where(away / others < USUAL, away / others, 0.0)
    # On the student's own days of leave the others alone say what is usual.
    rest = (away[here, on] - weight) / others[here, 0]
    usual = rest < USUAL
    own = np.bincount(student, weights=np.where(usual, weight - rest, 0.0) + of_class[here, on], minlength=n)
    found = own - of_class.sum(axis=1)[room]
    known = (room >= 0) & (size[room] >= FEWEST)
    return np.where(known, found, np.nan).astype(np.float32)
