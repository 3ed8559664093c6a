"""R03 to R09 and R14: single answers that a person must look at, on any questionnaire but PHQ-9.

Which answer opens which tier stands in the questionnaire's definition. Answers of one sheet on one topic are one piece
of evidence: the gravest opens the floor, and its sentence names those that do.
"""

from collections.abc import Iterator

import numpy as np

from data_schemas.calendar import day_to_date
from data_schemas.codes import Tier
from data_schemas.instruments import Critical, Instrument, Words
from data_schemas.instruments.parts import Level
from models.assessment import AnswerTime, Floor
from models.floors.floor import (
    ANSWER,
    ANSWER_CRISIS,
    HARM_TO_OTHERS,
    INTENT,
    LOW_LEVEL,
    MODERATE_LEVEL,
    YES_OR_NO,
    late,
    make_floor,
    promptly,
)
from models.floors.item9 import PHQ9
from models.policy import Policy
from models.records import Records
from models.sheets import Sheets

SEVERITY = {"R03": INTENT, "R04": MODERATE_LEVEL, "R05": LOW_LEVEL, "R06": YES_OR_NO}
# A wish to be dead or thoughts alone (C-SSRS) are spoken about by the next school day.
ANSWERED = {"R05": AnswerTime.NEXT_DAY}


def answer_floors(records: Records, as_of: int, policy: Policy) -> Iterator[tuple[int, Floor]]:
    """The floors of every critical answer, by student's place."""
    for code, sheets in records.sheets.items():
        if code != PHQ9:
            for topic in sorted({critical.topic for critical in sheets.instrument.critical}):
                mine = [critical for critical in sheets.instrument.critical if critical.topic == topic]
                yield from _of_topic(sheets, mine, as_of, policy)


def _of_topic(sheets: Sheets, items: list[Critical], as_of: int, policy: Policy) -> Iterator[tuple[int, Floor]]:
    instrument, answers = sheets.instrument, sheets.scores.answers
    positive = np.zeros(len(answers), dtype=bool)
    for critical in items:
        positive |= answers[:, critical.item - 1] >= critical.at_least
    for row in np.flatnonzero(positive & sheets.known(as_of)):
        given = [(critical, int(answers[row, critical.item - 1])) for critical in items]
        met = [
            (critical, answer, level)
            for critical, answer in given
            for level in reached(critical, answer)
            if is_on(level.rule or own_rule(instrument), policy)
        ]
        if not met:
            continue
        gravest = max(
            (level for _, _, level in met), key=lambda one: (Tier.of(one.tier).ord, severity_of(one, items[0]))
        )
        rule, tier = gravest.rule or own_rule(instrument), Tier.of(gravest.tier)
        named = [
            (item, answer) for item, answer, level in met if (level.rule, level.tier) == (gravest.rule, gravest.tier)
        ]
        day, came = int(sheets.day[row]), int(sheets.received[row])
        severity, old = severity_of(gravest, items[0]), late(sheets, row, as_of)
        said = _text(instrument, named, day)
        floor = make_floor(
            rule,
            tier,
            instrument.code,
            day,
            came,
            severity,
            said,
            answer=ANSWERED.get(rule, promptly(tier)),
            danger=tier is Tier.CRISIS and items[0].topic == "suicidality",
            history=old,
            received_at=sheets.received_at(int(row)),
            record=sheets.record(int(row)),
        )
        yield int(sheets.student[row]), floor


def reached(critical: Critical, answer: int) -> list[Level]:
    """The levels of a critical item that an answer reaches."""
    return [level for level in critical.levels if answer >= level.at_least]


def severity_of(level: Level, critical: Critical) -> int:
    """Where this evidence stands among others of its tier."""
    if critical.topic == "harm_to_others":
        return HARM_TO_OTHERS
    return SEVERITY.get(level.rule or "", ANSWER_CRISIS if level.tier == Tier.CRISIS.code else ANSWER)


def own_rule(instrument: Instrument) -> str:
    """The rule of a questionnaire's item that belongs to no numbered one."""
    return f"{instrument.code}-answer"


def is_on(rule: str, policy: Policy) -> bool:
    """Whether the policy has the rule switched on."""
    if rule in type(policy.floors).model_fields:
        return bool(getattr(policy.floors, rule))
    return policy.floors.instruments and rule not in policy.floors.off


def _text(instrument: Instrument, met: list[tuple[Critical, int]], day: int) -> Words:
    on, label, plain = day_to_date(day).isoformat(), instrument.label, instrument.span == 1
    zh = "、".join(critical.zh if plain else f"{critical.zh}={answer}" for critical, answer in met)
    en = ", ".join(critical.en if plain else f"{critical.en} = {answer}" for critical, answer in met)
    answered = ("回答“是”", " answered yes") if plain else ("", "")
    return Words(zh=f"{label.zh} {zh}{answered[0]}（{on}）", en=f"{label.en} {en}{answered[1]} ({on})")
