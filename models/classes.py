"""Which class each student is in, as a number."""

import pandas as pd

from models.columns import Columns
from models.sheets import Ints


def classes_of(students: Columns) -> Ints:
    """A number for the class of each student (n,), -1 where it is not known. Schools may name classes alike."""
    school: Ints = pd.factorize(students["school_id"])[0].astype("int64")
    room = pd.factorize(students["class_id"], use_na_sentinel=True)[0].astype("int64")
    number: Ints = pd.factorize(school * (int(room.max(initial=0)) + 1) + room)[0].astype("int64")
    number[room < 0] = -1
    return number
