"""R10 to R14 and R20: what a person reported."""

from collections.abc import Iterator

import numpy as np

from data_schemas.calendar import day_to_date
from data_schemas.codes import Answer, Concern, Source, Tier
from data_schemas.instruments import Words
from models.assessment import Floor
from models.columns import NO_DAY
from models.floors.making import (
    BULLYING,
    HARM_TO_OTHERS,
    INTENT,
    MANUAL,
    PROTECTION,
    SELF_HARM,
    SELF_HARM_SERIOUS,
    make_floor,
)
from models.policy import Policy
from models.records import Records, Rows, rows_of


def known_concerns(records: Records, as_of: int) -> Rows:
    concerns, _ = rows_of(records, "concerns")
    reported = concerns["reported_on"]
    received = np.where(concerns["recorded_on"] == NO_DAY, reported, concerns["recorded_on"])
    said = concerns["value"]
    return concerns.where((received <= as_of) & (said != Answer.NO.place) & (said != Answer.UNKNOWN.place))


CONCERN_RULES: dict[Concern, tuple[str, Tier, int]] = {
    Concern.SELF_HARM: ("R10", Tier.PRIORITY, SELF_HARM),
    Concern.SELF_HARM_SERIOUS: ("R10", Tier.CRISIS, SELF_HARM_SERIOUS),
    Concern.SUICIDE_ATTEMPT: ("R10", Tier.CRISIS, SELF_HARM_SERIOUS),
    Concern.SUICIDE_INTENT: ("R11", Tier.CRISIS, INTENT),
    Concern.SUICIDE_MEANS: ("R11", Tier.CRISIS, INTENT),
    Concern.ABUSE_SUSPECTED: ("R12", Tier.CRISIS, PROTECTION),
    Concern.DOMESTIC_VIOLENCE_SUSPECTED: ("R12", Tier.CRISIS, PROTECTION),
    Concern.NEGLECT_SUSPECTED: ("R12", Tier.CRISIS, PROTECTION),
    Concern.SEXUAL_HARM_SUSPECTED: ("R12", Tier.CRISIS, PROTECTION),
    Concern.BULLYING_SERIOUS: ("R13", Tier.PRIORITY, BULLYING),
    Concern.THREAT_TO_OTHERS: ("R14", Tier.PRIORITY, HARM_TO_OTHERS),
    Concern.THREAT_TO_OTHERS_CONCRETE: ("R14", Tier.CRISIS, PROTECTION),
    Concern.MANUAL: ("R20", Tier.WATCH, MANUAL),
}


def concern_floors(records: Records, concerns: Rows, as_of: int, policy: Policy) -> Iterator[tuple[int, Floor]]:
    suicidal = _suicidality(records, concerns, as_of)
    kinds = list(Concern)
    for row, place in enumerate(concerns["kind"].tolist()):
        kind = kinds[place]
        if kind not in CONCERN_RULES:
            continue
        rule, tier, severity = CONCERN_RULES[kind]
        day, student = int(concerns["reported_on"][row]), int(concerns.student[row])
        window = policy.floor_windows.self_harm_days
        if not getattr(policy.floors, rule) or (kind is Concern.SELF_HARM and _received(concerns, row) - day > window):
            continue
        if rule == "R13" and student in suicidal:
            tier, severity = Tier.CRISIS, PROTECTION
        if rule == "R20" and concerns["tier"][row] >= 0:
            tier = max(tier, list(Tier)[concerns["tier"][row]], key=lambda t: t.ord)
        known, said = _received(concerns, row), _said(concerns, row)
        yield (
            student,
            make_floor(rule, tier, f"concern:{kind.code}", day, known, severity, said, protection=rule == "R12"),
        )


def _received(concerns: Rows, row: int) -> int:
    recorded = int(concerns["recorded_on"][row])
    return int(concerns["reported_on"][row]) if recorded == NO_DAY else recorded


def _said(concerns: Rows, row: int) -> Words:
    kind, source = list(Concern)[concerns["kind"][row]], concerns["source"][row]
    by = list(Source)[source] if source >= 0 else None
    day = day_to_date(concerns["reported_on"][row]).isoformat()
    zh = f"{kind.zh}（{by.zh}，{day}）" if by else f"{kind.zh}（{day}）"
    en = f"{kind.en} ({by.en}, {day})" if by else f"{kind.en} ({day})"
    return Words(zh=zh, en=en)


SUICIDAL = tuple(
    kind.place
    for kind in (
        Concern.SELF_HARM,
        Concern.SELF_HARM_SERIOUS,
        Concern.SUICIDE_ATTEMPT,
        Concern.SUICIDE_INTENT,
        Concern.SUICIDE_MEANS,
    )
)


def _suicidality(records: Records, concerns: Rows, as_of: int) -> set[int]:
    reported = set(concerns.student[np.isin(concerns["kind"], SUICIDAL)].tolist())
    for sheets in records.sheets.values():
        known = sheets.known(as_of)
        for critical in sheets.instrument.critical:
            if critical.topic == "suicidality":
                positive = known & (sheets.scores.answers[:, critical.item - 1] >= critical.at_least)
                reported |= set(sheets.student[positive].tolist())
    return reported
