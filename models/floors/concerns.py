"""R10 to R15, R18 and R20: what a person reported."""

import hashlib
from collections.abc import Iterator

import numpy as np

from data_schemas.calendar import day_to_date
from data_schemas.codes import Answer, Concern, Source, Tier
from data_schemas.instruments import Words
from models.assessment import AnswerTime, Floor
from models.columns import NO_DAY
from models.floors.floor import (
    BULLYING,
    HARM_TO_OTHERS,
    INTENT,
    MANUAL,
    MEDICAL,
    PROTECTION,
    SELF_HARM,
    SELF_HARM_SERIOUS,
    make_floor,
    promptly,
)
from models.policy import Policy
from models.records import Records, Rows, rows_of
from models.sheets import DIGITS

# Rule, tier and severity of each kind. An exposure (R18) is no sign of the student's own, so it has no severity:
# somebody is called at once, and each of those who were close is talked with as the tier says.
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
    Concern.MEDICAL_EVALUATION: ("R15", Tier.PRIORITY, MEDICAL),
    Concern.PEER_SUICIDE: ("R18", Tier.WATCH, 0),
    Concern.MANUAL: ("R20", Tier.WATCH, MANUAL),
}
# What rings at once at every tier; a guardian is told at once of R15, and R13 is stopped at once (未保法 39).
RINGS = {"R10": AnswerTime.MINUTES, "R13": AnswerTime.MINUTES, "R15": AnswerTime.MINUTES, "R18": AnswerTime.RESPOND}
SUICIDAL = (
    Concern.SELF_HARM,
    Concern.SELF_HARM_SERIOUS,
    Concern.SUICIDE_ATTEMPT,
    Concern.SUICIDE_INTENT,
    Concern.SUICIDE_MEANS,
)
PROTECTED = tuple(kind for kind, (rule, _, _) in CONCERN_RULES.items() if rule == "R12")
KINDS = tuple(Concern)
TELL_GUARDIANS = Words(
    zh="请当即告知监护人，建议到医疗机构评估（精神卫生法第23条、预防未成年人犯罪法第19条）",
    en="tell the guardians at once and advise an evaluation at a medical institution (Mental Health Law art. 23, "
    "Law on Prevention of Juvenile Delinquency art. 19)",
)
# Where a guardian may be the one suspected, the duty to report goes first.
NOT_YET = Words(
    zh="建议到医疗机构评估；另有疑似侵害的报告，先按强制报告程序处理，再定由谁、如何告知监护人",
    en="advise an evaluation at a medical institution; harm at home is suspected too, so report that first and decide "
    "who tells the guardians, and how",
)


def known_concerns(records: Records, as_of: int) -> Rows:
    """What had been reported by the end of the day; `known_on` is the day on which it came in."""
    concerns, _ = rows_of(records, "concerns")
    reported, recorded, said = concerns["reported_on"], concerns["recorded_on"], concerns["value"]
    received = np.where(recorded == NO_DAY, reported, recorded)
    heard = (received <= as_of) & (said != Answer.NO.place) & (said != Answer.UNKNOWN.place)
    dated = Rows(concerns.student, {**concerns.columns, "known_on": np.maximum(received, reported)})
    return dated.where(heard)


def concern_floors(records: Records, concerns: Rows, as_of: int, policy: Policy) -> Iterator[tuple[int, Floor]]:
    """The floors of every report that the policy takes as evidence, by student's place."""
    suicidal = _suicidal_since(records, concerns, as_of)
    protected = set(concerns.student[np.isin(concerns["kind"], [kind.place for kind in PROTECTED])].tolist())
    windows = policy.floor_windows
    fresh = {Concern.SELF_HARM: windows.self_harm_days, Concern.PEER_SUICIDE: windows.peer_event_days}
    for row, place in enumerate(concerns["kind"].tolist()):
        kind = KINDS[place]
        if kind not in CONCERN_RULES or policy.concerns[kind.code] != "evidence":
            continue
        rule, tier, severity = CONCERN_RULES[kind]
        student = int(concerns.student[row])
        day, known = int(concerns["reported_on"][row]), int(concerns["known_on"][row])
        if not getattr(policy.floors, rule) or (kind in fresh and known - day > fresh[kind]):
            continue
        key, said, own = None, report_words(concerns, row), rule == "R20"
        if rule == "R13" and student in suicidal:
            # Known when both are: who spoke about the one before has not heard of the other.
            key, tier, severity, known = "R13-suicidality", Tier.CRISIS, PROTECTION, max(known, suicidal[student])
        if rule == "R15":
            duty = NOT_YET if student in protected else TELL_GUARDIANS
            said = Words(zh=f"{said.zh}：{duty.zh}", en=f"{said.en}: {duty.en}")
        if own and concerns["tier"][row] >= 0:
            tier = max(tier, list(Tier)[concerns["tier"][row]], key=lambda one: one.ord)
        by_tier = own and tier is not Tier.CRISIS
        floor = make_floor(
            rule,
            tier,
            f"concern:{kind.code}",
            day,
            known,
            severity,
            said,
            answer=AnswerTime.TIER if by_tier else RINGS.get(rule, promptly(tier)),
            danger=kind in SUICIDAL and tier is Tier.CRISIS,
            own_concern=own,
            protection=rule == "R12",
            key=key,
            record=source_of(concerns, row),
        )
        yield student, floor


def source_of(concerns: Rows, row: int) -> str:
    """Who reported it, and a short digest of the report's own id where it has one: by both a report is told from
    another of its kind and day. Empty where nobody says."""
    source, event = concerns["source"][row], concerns["source_event_id"][row]
    by = list(Source)[source].code if source >= 0 else ""
    return by if event is None else f"{by}#{hashlib.sha256(event.encode()).hexdigest()[:DIGITS]}"


def report_words(concerns: Rows, row: int) -> Words:
    """What was reported, by whom and when."""
    kind, source = KINDS[concerns["kind"][row]], concerns["source"][row]
    by = list(Source)[source] if source >= 0 else None
    day = day_to_date(concerns["reported_on"][row]).isoformat()
    zh = f"{kind.zh}（{by.zh}，{day}）" if by else f"{kind.zh}（{day}）"
    en = f"{kind.en} ({by.en}, {day})" if by else f"{kind.en} ({day})"
    return Words(zh=zh, en=en)


def _suicidal_since(records: Records, concerns: Rows, as_of: int) -> dict[int, int]:
    """Of whom suicidality is on record, by a report or an answer, and the day on which it was first known."""
    reported = np.isin(concerns["kind"], [kind.place for kind in SUICIDAL])
    found = [(concerns.student[reported], concerns["known_on"][reported])]
    for sheets in records.sheets.values():
        known = sheets.known(as_of)
        for critical in sheets.instrument.critical:
            if critical.topic == "suicidality":
                here = known & (sheets.scores.answers[:, critical.item - 1] >= critical.at_least)
                found.append((sheets.student[here], np.maximum(sheets.received, sheets.day)[here]))
    since: dict[int, int] = {}
    for students, days in found:
        for student, day in zip(students.tolist(), days.tolist(), strict=True):
            since[student] = min(day, since.get(student, day))
    return since
