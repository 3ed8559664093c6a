"""Whom the school has reached: an attempt that reached nobody is work done and no contact."""

import numpy as np

from models.columns import NO_DAY
from models.records import Records, Rows, rows_of


def known_contacts(records: Records, as_of: int) -> Rows:
    """The contacts with a student or a guardian that had been made and recorded by the end of the day. A row that does
    not say who was reached is none."""
    rows, _ = rows_of(records, "contacts")
    on = rows["contacted_on"]
    known = np.where(rows["recorded_on"] == NO_DAY, on, rows["recorded_on"])
    return rows.where((known <= as_of) & (on <= as_of) & (rows["whom"] >= 0))
