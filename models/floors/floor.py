"""What every rule makes a floor with: its key, its severity, its answer time, and how late its sheet came."""

from datetime import datetime
from typing import Any

import numpy as np

from data_schemas.calendar import day_to_date
from data_schemas.codes import Tier
from data_schemas.instruments import Words
from models.assessment import AnswerTime, Floor
from models.sheets import Sheets

# Order of evidence within a tier: intent, plan or attempt; protection; answers by how much they say; reports; blanks.
INTENT, SELF_HARM_SERIOUS, PROTECTION = 100, 95, 90
ITEM9 = {3: 80, 2: 70, 1: 40}
ANSWER_CRISIS, ITEM9_MODIFIED, SELF_HARM, BULLYING, HARM_TO_OTHERS = 75, 60, 55, 50, 48
MODERATE_LEVEL, MEDICAL, LOW_LEVEL, ANSWER, YES_OR_NO = 65, 46, 45, 42, 35
MANUAL, BLANK = 30, 20


def promptly(tier: Tier) -> AnswerTime:
    """How soon safety evidence is answered unless its rule says otherwise: 危机 in minutes, other the same school
    day."""
    return AnswerTime.MINUTES if tier is Tier.CRISIS else AnswerTime.SAME_DAY


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
    *,
    answer: AnswerTime,
    danger: bool = False,
    own_concern: bool = False,
    protection: bool = False,
    lead: bool = False,
    history: bool = False,
    received_at: datetime | None = None,
    key: str | None = None,
    record: str | None = None,
) -> Floor:
    """A floor with the stable key of its evidence: rule, kind, day; `key` stands in the rule's place where one rule has
    two pieces of evidence on one report. `record` is what it rests on, beside the key.

    Every rule says in what time it is answered; an old sheet is cleared without a clock of its own. `received_at`
    counts where nothing that came on a later day was needed to know it.
    """
    on, known_on = day_to_date(day), day_to_date(max(day, known))
    return Floor(
        id=rule,
        tier=tier,
        evidence=f"{key or rule}:{kind}:{on.isoformat()}",
        evidence_on=on,
        known_on=known_on,
        severity=severity,
        text=text,
        history=history,
        protection=protection,
        answer=AnswerTime.TIER if history else answer,
        danger=danger,
        own_concern=own_concern,
        lead=lead,
        received_at=received_at if received_at is not None and received_at.date() == known_on else None,
        record=record,
    )
