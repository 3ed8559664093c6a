"""Whom the school reached after an absence without leave; all figures are assumptions."""

import numpy as np
import pandas as pd

from data_schemas.codes import Contacted
from data_schemas.synthetic.period import Period, dates, words
from data_schemas.synthetic.structure import Roster

CALLED = 0.7  # of absences without leave
WHOM = ((Contacted.GUARDIAN, 0.55), (Contacted.STUDENT, 0.2), (Contacted.BOTH, 0.15), (None, 0.1))  # None: an attempt


def contacts_table(rng: np.random.Generator, roster: Roster, leaves: pd.DataFrame, period: Period) -> pd.DataFrame:
    """The table `contacts` after the rows of `leaves.draw_leaves`: mostly on the day, some a school day or two
    later."""
    absent = leaves[leaves["type"] == "unexcused"]
    absent = absent[rng.random(len(absent)) < CALLED]
    day = period.after(absent["start"].to_numpy(), rng.choice([0, 1, 2], len(absent), p=[0.7, 0.2, 0.1]))
    codes = np.array([whom.code if whom else None for whom, _ in WHOM], dtype=object)
    whom = codes[rng.choice(len(codes), len(absent), p=[share for _, share in WHOM])]
    recorded = day + rng.choice([0, 1], len(absent), p=[0.85, 0.15])
    rows = pd.DataFrame({"student": absent["student"].to_numpy(), "day": day, "whom": whom, "recorded": recorded})
    rows = rows[rows["recorded"] <= period.last].sort_values(["recorded", "student", "day"], ignore_index=True)
    return pd.DataFrame(
        {
            "student_id": words(roster.ids, rows["student"].to_numpy()),
            "contacted_on": dates(rows["day"].to_numpy()),
            "whom": rows["whom"],
            "recorded_on": dates(rows["recorded"].to_numpy()),
        }
    )
