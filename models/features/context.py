"""Age, stage, grade, sex and boarding: unconstrained background, NaN or ½ where unknown."""

import numpy as np
from numpy.typing import NDArray

from data_schemas.codes import Sex
from models.columns import NO_DAY, Columns
from models.features.matrix import Block

DAYS_A_YEAR = 365.25
FEMALE = np.array([{Sex.FEMALE: 1.0, Sex.MALE: 0.0}.get(sex, 0.5) for sex in Sex])
NAMES = ("age_years", "stage", "grade", "female", "boarding")


def context_features(students: Columns, as_of: int) -> Block:
    boarding = students["boarding"]
    values = np.empty((len(boarding), len(NAMES)), np.float32)
    values[:, 0] = ages_of(students, as_of)
    values[:, 1] = students["stage"]
    values[:, 2] = students["grade"]
    values[:, 3] = FEMALE[students["sex"]]
    values[:, 4] = np.where(np.isnan(boarding), 0.5, boarding)
    return Block(NAMES, values)


def ages_of(students: Columns, as_of: int) -> NDArray[np.float64]:
    """Years of age on the day, NaN where unknown."""
    born = students["birth_date"]
    from_birth = np.floor((as_of - born) / DAYS_A_YEAR)
    found: NDArray[np.float64] = np.where(born == NO_DAY, students["age_years"], from_birth)
    return found
