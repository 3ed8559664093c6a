"""Consents that were given and withdrawn on one day: nobody can tell from days which came last."""

import numpy as np
import pandas as pd

from data_schemas.enrolment import STUDENT
from data_schemas.rules import Fault

OF_ONE = [STUDENT, "scope"]


def consent_questions(consents: pd.DataFrame) -> list[Fault]:
    """Rows of a consent given on the day on which it, or another one of the student and scope, was withdrawn, unless a
    later one was given. None is invented: it counts as withdrawn until somebody says otherwise."""
    given, of_one = consents["given_on"], [consents[name].astype(object) for name in OF_ONE]
    withdrawn = consents["withdrawn_on"].groupby(of_one).transform("max")
    asked = (given == given.groupby(of_one).transform("max")) & (given == withdrawn)
    what = "given and withdrawn on one day: which came last? It counts as withdrawn"
    fix = "where it was given again, leave out the withdrawal, or write the day on which it was given again"
    return [Fault(np.flatnonzero(asked.fillna(False)), "given_on", what, fix, kept=True)]
