"""What goes wrong in an office: sheets under an id that is on no roster, and sheets on paper that come in weeks late.

Rows are added to the sheets of a questionnaire; those that stand there stay as they are. All figures are assumptions.
"""

import numpy as np
import pandas as pd

from data_schemas.instruments import Instrument
from data_schemas.synthetic.period import Period

STUDENTS_A_MISTAKE = 400  # one mistyped and one late sheet for so many students who answered, one at least
LATE_DAYS = 45  # beyond the recall window of every questionnaire of the city


def with_mistakes(
    rng: np.random.Generator, sheets: pd.DataFrame, instrument: Instrument, known: "pd.Series[str]", period: Period
) -> pd.DataFrame:
    """The sheets with mistyped and with late ones, each answered as another sheet was; the first of each kind has its
    first critical item positive."""
    count = max(1, sheets["student_id"].nunique() // STUDENTS_A_MISTAKE)
    drawn = sheets.iloc[rng.choice(len(sheets), size=2 * count, replace=False)].reset_index(drop=True)
    drawn = drawn.assign(source_event_id=[f"paper-{instrument.code}-{place}" for place in range(2 * count)])
    for critical in instrument.critical[:1]:
        drawn.loc[[0, count], f"item_{critical.item}"] = critical.at_least
    mistyped, late = drawn.iloc[:count].copy(), drawn.iloc[count:].copy()
    mistyped["student_id"] = [_mistyped(one, set(known)) for one in mistyped["student_id"]]
    as_of = pd.Timestamp(period.as_of)
    late["administered_on"] = as_of - pd.Timedelta(days=LATE_DAYS)
    for column in ("submitted_at", "received_at"):
        if column in late.columns:
            late[column] = pd.NaT
    late["received_at"] = as_of - pd.Timedelta(hours=15)  # the morning of the day before
    return pd.concat([sheets, mistyped, late], ignore_index=True)


def _mistyped(student_id: str, known: set[str]) -> str:
    """The id with its last two characters the other way round, or with one more, whichever nobody has."""
    turned = student_id[:-2] + student_id[:-3:-1]
    return turned if turned not in known else f"{student_id}0"
