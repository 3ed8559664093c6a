"""What every rule makes a floor with: its key, its severity, and how late its sheet came."""

from typing import Any

import numpy as np

from data_schemas.calendar import day_to_date
from data_schemas.codes import Tier
from data_schemas.instruments import Words
from models.assessment import Floor
from models.sheets import Sheets

# Order of evidence within a tier: intent, plan or attempt; protection; answers by how much they say; reports; blanks.
INTENT, SELF_HARM_SERIOUS, PROTECTION = 100, 95, 90
ITEM9 = {3: 80, 2: 70, 1: 40}
ANSWER_CRISIS, ITEM9_MODIFIED, SELF_HARM, BULLYING, HARM_TO_OTHERS = 75, 60, 55, 50, 48
MODERATE_LEVEL, LOW_LEVEL, ANSWER, YES_OR_NO = 65, 45, 42, 35
MANUAL, BLANK = 30, 20


def late(sheets: Sheets, row: np.integer[Any], as_of: int) -> bool:
    """Whether a sheet was older than its recall window when it arrived; without a receipt it arrives now."""
    received = int(sheets.received[row]) if sheets.receipt_known[row] else as_of
    return received - int(sheets.day[row]) > sheets.instrument.recall.days


def make_floor(
    rule: str,
    tier: Tier,
    kind: str,
    day: int,
    known: int,
    severity: int,
    text: Words,
    protection: bool = False,
    history: bool = False,
) -> Floor:
    """A floor with the stable key of its evidence: rule, kind, day."""
    on = day_to_date(day)
    known_on = day_to_date(max(day, known))
    return Floor(rule, tier, f"{rule}:{kind}:{on.isoformat()}", on, known_on, severity, text, history, protection)
