"""Schools, classes and students: who there is, where, and how old.

Shares follow the assumptions of the city's plan seed, since the city's own counts were not found: classes of 40 to 50,
about 1,000 students a school, boarding 5 % in primary, 30 % in junior and 60 % in senior schools.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.calendar import Days, date_to_day
from data_schemas.codes import Stage
from data_schemas.synthetic.items import TURNS
from data_schemas.synthetic.period import Period, dates

STAGES = tuple(Stage)  # arrays hold a stage as its place here
FIRST_GRADE = np.array([4, 7, 10, 10])
ENTRY_GRADE = np.array([1, 7, 10, 10])
# The stages of schools in the order in which they are added: per ten schools 4 junior, 3 primary (of which only
# grades 4 to 6 are screened), 2 senior, 1 vocational.
SCHOOL_STAGES = (1, 2, 0, 1, 3, 0, 1, 0, 2, 1)
SCHOOL_SIZE = 1000
CLASS_SIZE = 45
BOARDING = np.array([0.05, 0.30, 0.60, 0.60])
MALE = 0.525  # assumption
TRANSFER_A_YEAR = 0.03
LEAVES_A_YEAR = 0.004  # assumption
GRADE_NAMES = {4: "四", 5: "五", 6: "六", 7: "七", 8: "八", 9: "九", 10: "高一", 11: "高二", 12: "高三"}
NEVER = 10**6  # a day beyond every calendar


@dataclass(frozen=True)
class Roster:
    """Students in the order of their ids. Every array has one place a student; days count from 1970-01-01."""

    ids: NDArray[np.str_]
    school: NDArray[np.int64]
    class_: NDArray[np.int64]  # unique in the city
    class_names: NDArray[np.str_]  # by class
    stage: NDArray[np.int64]
    grade: NDArray[np.int64]
    female: NDArray[np.bool_]
    enrolled: Days
    left: Days  # `NEVER` where the student is still here
    transferred: NDArray[np.bool_]
    school_ids: NDArray[np.str_]  # by school
    questionnaires: NDArray[np.int64]  # place in `items.SETS`, by student
    staff: tuple[NDArray[np.str_], ...]  # interviewers by school, at least two

    @property
    def n(self) -> int:
        return len(self.ids)

    def stage_mean(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """For each student, the mean of `values` over the student's stage."""
        totals = np.bincount(self.stage, values, len(STAGES))
        return (totals / np.maximum(np.bincount(self.stage, minlength=len(STAGES)), 1))[self.stage]

    def present(self, students: NDArray[np.int64], days: Days) -> NDArray[np.bool_]:
        """Whether each student is enrolled on each day."""
        return (days >= self.enrolled[students]) & (days <= self.left[students])


def make_roster(rng: np.random.Generator, students: int, period: Period) -> Roster:
    """Draw schools, classes and students; ids are unique and say nothing about the order or the place."""
    schools = max(2, round(students / SCHOOL_SIZE))
    stage_of = np.array([SCHOOL_STAGES[k % len(SCHOOL_STAGES)] for k in range(schools)])
    sizes = _split(students, rng.uniform(0.8, 1.2, schools))
    schools_of, grades_of, classes_of = [], [], []
    class_names: list[str] = []
    for place, size in enumerate(sizes):
        for step, in_grade in enumerate(_split(size, np.ones(3))):
            classes = max(1, round(in_grade / CLASS_SIZE))
            level = int(FIRST_GRADE[stage_of[place]]) + step
            name = GRADE_NAMES[level].replace("高", "职" if STAGES[stage_of[place]] is Stage.VOCATIONAL else "高")
            for number, heads in enumerate(_split(in_grade, np.ones(classes)), start=1):
                schools_of.append(np.full(heads, place))
                grades_of.append(np.full(heads, level))
                classes_of.append(np.full(heads, len(class_names)))
                class_names.append(f"{name}({number})班")
    mixed = rng.permutation(students)
    school, grade = np.concatenate(schools_of)[mixed], np.concatenate(grades_of)[mixed]
    stage = stage_of[school]
    entered = np.array([date_to_day(_september(period, years)) for years in range(13)])[grade - ENTRY_GRADE[stage]]
    years = len(period.days) / 365.25
    transferred = rng.random(students) < TRANSFER_A_YEAR * years
    moved = rng.choice(period.school_days[:-20], students)
    transferred &= moved > entered
    enrolled = np.where(transferred, moved, entered)
    left = np.where(rng.random(students) < LEAVES_A_YEAR * years, rng.choice(period.school_days[60:], students), NEVER)
    left = np.where(left > enrolled + 60, left, NEVER)
    width = max(5, len(str(students * 5)))
    numbers = np.sort(rng.choice(np.arange(10 ** (width - 1), 10**width), students, replace=False))
    numbering = rng.permutation(schools) + 1
    digits = max(2, len(str(schools)))
    return Roster(
        ids=np.char.add("S-", numbers.astype(str)),
        school=school,
        class_=np.concatenate(classes_of)[mixed],
        class_names=np.array(class_names),
        stage=stage,
        grade=grade,
        female=rng.random(students) >= MALE,
        enrolled=enrolled,
        left=left,
        transferred=transferred,
        questionnaires=_sets(stage_of)[school],
        school_ids=np.array([f"school-{number:0{digits}d}" for number in numbering]),
        staff=_staff(rng, sizes),
    )


def students_table(rng: np.random.Generator, roster: Roster, period: Period) -> pd.DataFrame:
    """The table `students`, with a few cells unknown as on any roster."""
    born_first = np.array([date_to_day(_september(period, years)) for years in range(20)])[roster.grade + 6]
    born = born_first + rng.integers(0, 365, roster.n) - np.where(rng.random(roster.n) < 0.02, 365, 0)
    boarding = pd.array(rng.random(roster.n) < BOARDING[roster.stage], dtype="boolean")
    boarding[rng.random(roster.n) < 0.01] = pd.NA
    sex = np.where(roster.female, "female", "male")
    left = dates(roster.left).where(roster.left < NEVER)
    return pd.DataFrame(
        {
            "student_id": roster.ids,
            "school_id": roster.school_ids[roster.school],
            "class_id": roster.class_names[roster.class_],
            "stage": np.array([stage.code for stage in STAGES])[roster.stage],
            "grade": roster.grade,
            "sex": np.where(rng.random(roster.n) < 0.002, "unknown", sex),
            "birth_date": dates(born),
            "boarding": boarding,
            "enrolled_on": dates(roster.enrolled),
            "left_on": left,
        }
    )


def _sets(stage_of: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which set of questionnaires each school uses: the stage's turns, in the order in which schools are added."""
    sets = np.zeros(len(stage_of), dtype=np.int64)
    for stage, turns in enumerate(TURNS):
        mine = np.flatnonzero(stage_of == stage)
        sets[mine] = np.array(turns)[np.arange(len(mine)) % len(turns)]
    return sets


def _september(period: Period, years: int) -> date:
    """1 September of the present school year, so many years ago."""
    year = period.as_of.year - (period.as_of.month < 9)
    return date(year - years, 9, 1)


def _split(total: int, weights: NDArray[np.float64]) -> list[int]:
    """Whole numbers in proportion to the weights that sum to `total`."""
    edges = np.round(np.cumsum(weights) / weights.sum() * total).astype(int)
    return [int(part) for part in np.diff(edges, prepend=0)]


def _staff(rng: np.random.Generator, sizes: list[int]) -> tuple[NDArray[np.str_], ...]:
    counts = [max(2, round(size / 500)) for size in sizes]
    numbers = rng.permutation(sum(counts)) + 11
    names = np.char.add("staff-", numbers.astype(str))
    return tuple(np.split(names, np.cumsum(counts)[:-1]))
