"""Age, stage, grade, sex and boarding: unconstrained background, NaN or ½ where unknown."""

import numpy as np
from numpy.typing import NDArray

from data_schemas.codes import Stage
from models.columns import NO_DAY, Columns
from models.features.matrix import Block

DAYS_A_YEAR = 365.25
STAGES = {stage: float(place) for place, stage in enumerate(Stage.codes())}
FEMALE = {"female": 1.0, "male": 0.0}


def context_features(students: Columns, as_of: int) -> Block:
    return Block(
        {
            "age_years": ages_of(students, as_of),
            "stage": np.array([STAGES.get(stage, np.nan) for stage in students["stage"]]),
            "grade": students["grade"].astype(np.float64),
            "female": np.array([FEMALE.get(sex, 0.5) for sex in students["sex"]]),
            "boarding": np.where(np.isnan(students["boarding"]), 0.5, students["boarding"]),
        }
    )


def ages_of(students: Columns, as_of: int) -> NDArray[np.float64]:
    """Years of age on the day, NaN where unknown."""
    born = students["birth_date"]
    from_birth = np.floor((as_of - born) / DAYS_A_YEAR)
    found: NDArray[np.float64] = np.where(born == NO_DAY, students["age_years"], from_birth)
    return found
