"""R19: a critical item that was left blank while the rest of the sheet is high."""

from collections.abc import Iterator

import numpy as np

from data_schemas.calendar import day_to_date
from data_schemas.codes import Tier
from data_schemas.instruments import BLANK as BLANK_ANSWER
from data_schemas.instruments import CRITICAL_STATUSES, Words
from data_schemas.instruments.scores import UNKNOWN
from models.assessment import AnswerTime, Floor
from models.floors.floor import BLANK, late, make_floor
from models.policy import Policy
from models.records import Records
from models.sheets import Bools, Sheets
from models.told_twice import told_by_answers

BLANK_RULE, BLANK_TIER = "R19", Tier.WATCH


def blank_floors(records: Records, as_of: int, policy: Policy) -> Iterator[tuple[int, Floor]]:
    """R19 of every questionnaire with critical items, by student's place. Below that a blank critical item opens no
    floor, and is asked all the same (`models.retest`)."""
    if not policy.floors.R19:
        return
    for sheets in records.sheets.values():
        known = sheets.known(as_of)
        for row in np.flatnonzero(known & left_blank(sheets, known)):
            came, old = int(sheets.received[row]), late(sheets, row, as_of)
            yield (
                int(sheets.student[row]),
                make_floor(
                    BLANK_RULE,
                    BLANK_TIER,
                    f"{sheets.instrument.code}:blank",
                    int(sheets.day[row]),
                    came,
                    BLANK,
                    _text(sheets, int(row)),
                    answer=AnswerTime.ASK,
                    history=old,
                    received_at=sheets.received_at(int(row)),
                    record=sheets.record(int(row)),
                ),
            )


def left_blank(sheets: Sheets, known: Bools) -> Bools:
    """Which sheets R19 meets, by those that are `known`: none whose answers came beside its figures."""
    unknown: Bools = (sheets.scores.critical == CRITICAL_STATUSES.index(UNKNOWN)) & _rest_is_high(sheets)
    return unknown & ~told_by_answers(sheets, known)


def _rest_is_high(sheets: Sheets) -> Bools:
    """Whether the answered items reach what the definition calls high: its own figure, or else its lowest floor. PHQ-9
    has its floor at 10, the band of moderate (Kroenke et al. 2001). Of the total counts what is answered, so that a
    blank is worth nothing."""
    instrument, scores = sheets.instrument, sheets.scores
    figures = scores.proven.copy()
    figures[:, instrument.place("total")] = scores.least
    figures = np.nan_to_num(figures, nan=-np.inf)
    found = np.zeros(len(sheets.day), dtype=bool)
    for high in instrument.high:
        found |= figures[:, instrument.place(high.score)] >= high.at_least
    if instrument.high:
        return found
    for floor in instrument.floors:
        for when in floor.when:
            places = [instrument.place(code) for code in when.scores]
            found |= (figures[:, places] >= when.at_least).sum(axis=1) >= when.how_many
    return found


def _text(sheets: Sheets, row: int) -> Words:
    instrument, scores = sheets.instrument, sheets.scores
    blank = [one for one in instrument.critical if scores.answers[row, one.item - 1] == BLANK_ANSWER]
    on, label = day_to_date(int(sheets.day[row])).isoformat(), instrument.label
    zh, en = "、".join(one.zh for one in blank), ", ".join(one.en for one in blank)
    least, mean = f"{scores.least[row]:.4g}", instrument.total.kind == "mean"
    if (scores.answers[row] == BLANK_ANSWER).all():
        return Words(
            zh=f"{label.zh} 只有{'均分' if mean else '总分'} {least} 分（{on}），{zh}的作答未知，需当面询问",
            en=f"{label.en} came as figures alone, {least} ({on}), and {en} is not known; to be asked in person",
        )
    return Words(
        zh=f"{label.zh} {zh}未作答，其余各题{'均分' if mean else '合计'} {least} 分（{on}），需当面询问",
        en=f"{label.en} {en} left blank, the others reach {least} ({on}); to be asked in person",
    )
