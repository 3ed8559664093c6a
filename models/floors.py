"""Safety floors as open evidence: rules that run without the model, MLflow or the network.

A floor hangs on one piece of evidence and stays open until a named person has recorded an assessment of it: an
interview on or after the day it became known, by two people where the floor is 危机. No time, score or missing value
closes it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from data_schemas.calendar import date_to_day, day_to_date
from data_schemas.codes import Concern, Source, Tier
from data_schemas.instruments import Instrument, Words
from models.assessment import Floor
from models.columns import NO_DAY
from models.features import rows_of
from models.policy import Policy
from models.records import ALWAYS, Records, Rows, Sheets

# Order of evidence within a tier: intent, plan or attempt; protection; item 9 by frequency; reports; blanks.
INTENT, SELF_HARM_SERIOUS, PROTECTION, ITEM9 = 100, 95, 90, {3: 80, 2: 70, 1: 40}
ITEM9_MODIFIED, SELF_HARM, BULLYING, MANUAL, BLANK = 60, 55, 50, 30, 20
PHQ9, ITEM = "phq9", 9
BLANK_TOTAL = 10  # the other PHQ-9 items reach the band of moderate (Kroenke et al. 2001)


@dataclass(frozen=True)
class Assessed:
    """Per student, the day of the newest interview by a named person, by two, and the level (0–3) that holds: what
    the newest one found, but 危机 until two people have found less together."""

    day: np.ndarray
    by_two: np.ndarray
    level: np.ndarray


def assessed(records: Records, as_of: int) -> Assessed:
    """Interviews recorded by the day `as_of`; an interview without an interviewer's id closes nothing."""
    outcomes, _ = rows_of(records, "outcomes")
    n = len(records)
    day, by_two, level = np.full(n, NO_DAY), np.full(n, NO_DAY), np.full(n, -1)
    named = np.array([who is not None for who in outcomes["interviewer"]], dtype=bool)
    second = np.array([who is not None for who in outcomes["second_interviewer"]], dtype=bool)
    observed, recorded = outcomes["observed_on"], outcomes["recorded_on"]
    known = np.where(recorded == NO_DAY, observed, recorded)
    interviews = (outcomes["kind"] == "interview") & named & (known <= as_of) & (observed <= as_of)
    np.maximum.at(day, outcomes.student[interviews], observed[interviews])
    np.maximum.at(by_two, outcomes.student[interviews & second], observed[interviews & second])
    newest = interviews & (observed == day[outcomes.student])
    np.maximum.at(level, outcomes.student[newest], outcomes["level"][newest].astype(np.int64))
    danger = np.full(n, NO_DAY)
    found = interviews & (outcomes["level"] == Tier.CRISIS.ord)
    np.maximum.at(danger, outcomes.student[found], observed[found])
    level = np.where((danger != NO_DAY) & (by_two <= danger), Tier.CRISIS.ord, level)
    return Assessed(day, by_two, level)


def open_floors(records: Records, as_of: int, policy: Policy, done: Assessed) -> list[list[Floor]]:
    """Every open floor of every student at the end of day `as_of`, worst first."""
    found: list[dict[str, Floor]] = [{} for _ in range(len(records))]
    for student, floor in _evidence(records, as_of, policy):
        closed_on = done.by_two[student] if floor.tier is Tier.CRISIS else done.day[student]
        held = found[student].get(floor.evidence)
        if closed_on < date_to_day(floor.known_on) and (held is None or _weight(held) < _weight(floor)):
            found[student][floor.evidence] = floor
    return [
        sorted(floors.values(), key=lambda floor: (-floor.tier.ord, -floor.severity, floor.evidence))
        for floors in found
    ]


def _weight(floor: Floor) -> tuple[int, int, bool, str]:
    """Which of two rows says more about one piece of evidence, whatever their order."""
    return floor.tier.ord, floor.severity, not floor.history, floor.text.zh


def _evidence(records: Records, as_of: int, policy: Policy) -> Iterator[tuple[int, Floor]]:
    concerns = _known_concerns(records, as_of)
    yield from _concern_floors(records, concerns, as_of, policy)
    if PHQ9 in records.sheets:
        yield from _item9_floors(records, concerns, as_of, policy)
    if policy.floors.instruments:
        for sheets in records.sheets.values():
            yield from _total_floors(sheets, as_of)


def _known_concerns(records: Records, as_of: int) -> Rows:
    concerns, _ = rows_of(records, "concerns")
    reported = concerns["reported_on"]
    received = np.where(concerns["recorded_on"] == NO_DAY, reported, concerns["recorded_on"])
    said = concerns["value"]
    return concerns.where((received <= as_of) & (said != "no") & (said != "unknown"))


CONCERN_RULES: dict[str, tuple[str, Tier, int]] = {
    Concern.SELF_HARM.code: ("R10", Tier.PRIORITY, SELF_HARM),
    Concern.SELF_HARM_SERIOUS.code: ("R10", Tier.CRISIS, SELF_HARM_SERIOUS),
    Concern.SUICIDE_ATTEMPT.code: ("R10", Tier.CRISIS, SELF_HARM_SERIOUS),
    Concern.SUICIDE_INTENT.code: ("R11", Tier.CRISIS, INTENT),
    Concern.SUICIDE_MEANS.code: ("R11", Tier.CRISIS, INTENT),
    Concern.ABUSE_SUSPECTED.code: ("R12", Tier.CRISIS, PROTECTION),
    Concern.DOMESTIC_VIOLENCE_SUSPECTED.code: ("R12", Tier.CRISIS, PROTECTION),
    Concern.NEGLECT_SUSPECTED.code: ("R12", Tier.CRISIS, PROTECTION),
    Concern.SEXUAL_HARM_SUSPECTED.code: ("R12", Tier.CRISIS, PROTECTION),
    Concern.BULLYING_SERIOUS.code: ("R13", Tier.PRIORITY, BULLYING),
    Concern.MANUAL.code: ("R20", Tier.WATCH, MANUAL),
}


def _concern_floors(records: Records, concerns: Rows, as_of: int, policy: Policy) -> Iterator[tuple[int, Floor]]:
    suicidal = _suicidality(records, concerns, as_of)
    for row, kind in enumerate(concerns["kind"]):
        if kind not in CONCERN_RULES:
            continue
        rule, tier, severity = CONCERN_RULES[kind]
        day, student = int(concerns["reported_on"][row]), int(concerns.student[row])
        window = policy.floor_windows.self_harm_days
        if not getattr(policy.floors, rule) or (
            kind == Concern.SELF_HARM.code and _received(concerns, row) - day > window
        ):
            continue
        if rule == "R13" and student in suicidal:
            tier, severity = Tier.CRISIS, PROTECTION
        if rule == "R20" and concerns["tier"][row] is not None:
            tier = max(tier, Tier.of(concerns["tier"][row]), key=lambda t: t.ord)
        known, said = _received(concerns, row), _said(concerns, row)
        yield student, _floor(rule, tier, f"concern:{kind}", day, known, severity, said, protection=rule == "R12")


def _received(concerns: Rows, row: int) -> int:
    recorded = int(concerns["recorded_on"][row])
    return int(concerns["reported_on"][row]) if recorded == NO_DAY else recorded


def _said(concerns: Rows, row: int) -> Words:
    kind, source = Concern.of(concerns["kind"][row]), concerns["source"][row]
    by = Source.of(source) if source is not None else None
    day = day_to_date(concerns["reported_on"][row]).isoformat()
    zh = f"{kind.zh}（{by.zh}，{day}）" if by else f"{kind.zh}（{day}）"
    en = f"{kind.en} ({by.en}, {day})" if by else f"{kind.en} ({day})"
    return Words(zh=zh, en=en)


SUICIDAL = tuple(
    kind.code
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
    if PHQ9 in records.sheets:
        sheets = records.sheets[PHQ9]
        positive = (sheets.received <= as_of) & (sheets.day <= as_of) & (sheets.scores.critical == 2)
        reported |= set(sheets.student[positive].tolist())
    return reported


def _item9_floors(records: Records, concerns: Rows, as_of: int, policy: Policy) -> Iterator[tuple[int, Floor]]:
    """R01, R02 and R19 of PHQ-9: any answer above 0 on item 9 calls for a conversation the same school day."""
    sheets = records.sheets[PHQ9]
    modified = _modified(records, concerns, as_of, policy)
    known = (sheets.received <= as_of) & (sheets.day <= as_of)
    item9 = sheets.answers[:, ITEM - 1]
    others = sheets.scores.least - np.nan_to_num(item9, nan=0.0)
    blank = known & np.isnan(item9) & (others >= BLANK_TOTAL)
    for row in np.flatnonzero(known & (item9 >= 1)):
        student, day, answer = int(sheets.student[row]), int(sheets.day[row]), int(item9[row])
        holding = (words for until, words in modified.get(student, ()) if until >= day)
        because = next(holding, None) or _by_total(float(sheets.scores.scaled[row]), policy)
        urgent = answer >= 2 or because is not None
        rule = "R02" if urgent and policy.floors.R02 else "R01"
        if not getattr(policy.floors, rule):
            continue
        tier = Tier.CRISIS if rule == "R02" else Tier.PRIORITY
        severity = ITEM9_MODIFIED if rule == "R02" and answer == 1 else ITEM9[answer]
        on = day_to_date(day).isoformat()
        zh, en = f"PHQ-9 第9题={answer}", f"PHQ-9 item 9 = {answer}"
        if because is not None and answer == 1:
            zh, en = f"{zh}，{because.zh}", f"{en}, {because.en}"
        text = Words(zh=f"{zh}（{on}）", en=f"{en} ({on})")
        came, late = int(sheets.received[row]), _late(sheets, row, as_of)
        yield student, _floor(rule, tier, f"phq9:{answer}", day, came, severity, text, history=late)
    if policy.floors.R19:
        for row in np.flatnonzero(blank):
            student, day = int(sheets.student[row]), int(sheets.day[row])
            on = day_to_date(day).isoformat()
            text = Words(
                zh=f"PHQ-9 第9题未作答，其余各题合计 {others[row]:g} 分（{on}），需当面询问",
                en=f"PHQ-9 item 9 left blank, the others reach {others[row]:g} ({on}); to be asked in person",
            )
            came, late = int(sheets.received[row]), _late(sheets, row, as_of)
            yield student, _floor("R19", Tier.WATCH, "phq9:blank", day, came, BLANK, text, history=late)


def _by_total(total: float, policy: Policy) -> Words | None:
    if total < policy.floor_windows.modifier_total:
        return None
    return Words(zh=f"总分 {total:g}", en=f"total {total:g}")


def _modified(records: Records, concerns: Rows, as_of: int, policy: Policy) -> dict[int, list[tuple[int, Words]]]:
    """By student, what makes item 9 = 1 weigh more, with the last day of a sheet for which it does: an earlier
    attempt, a bereavement, a suspension. Held against the sheet's day and not today's, so that no time closes it."""
    found: dict[int, list[tuple[int, Words]]] = {}

    def add(rows: Rows, mask: np.ndarray, until: np.ndarray, words: Words) -> None:
        for student, last in zip(rows.student[mask].tolist(), until[mask].tolist(), strict=True):
            found.setdefault(student, []).append((last, words))

    attempts = concerns["kind"] == Concern.SUICIDE_ATTEMPT.code
    add(concerns, attempts, np.full(len(attempts), ALWAYS), Words(zh="曾有自杀未遂", en="an earlier attempt"))
    family, _ = rows_of(records, "family")
    known = np.where(family["recorded_on"] == NO_DAY, family["valid_from"], family["recorded_on"]) <= as_of
    bereaved = (family["flag"] == "bereaved_recent") & (family["value"] == "yes")
    bereaved &= known & (family["valid_from"] <= as_of)
    until = np.where(family["valid_to"] == NO_DAY, ALWAYS, family["valid_to"])
    add(family, bereaved, until, Words(zh="近期丧亲", en="recent bereavement"))
    leaves, _ = rows_of(records, "leaves")
    suspended = (leaves["type"] == "suspension") & (leaves["recorded_on"] <= as_of) & (leaves["start_on"] <= as_of)
    until = leaves["end_on"] + policy.floor_windows.suspension_days - 1
    add(leaves, suspended, until, Words(zh="近期休学", en="recent suspension"))
    return found


def _total_floors(sheets: Sheets, as_of: int) -> Iterator[tuple[int, Floor]]:
    """The floors that a definition names for its total; a sheet without a total counts as it would with the fewest
    blanks at their lowest, and its sentence says what it proves."""
    instrument, scores = sheets.instrument, sheets.scores
    known = (sheets.received <= as_of) & (sheets.day <= as_of)
    ordered = sorted(instrument.floors, key=lambda floor: -floor.at_least)
    taken = np.zeros(len(known), dtype=bool)
    for rule in ordered:
        here = known & (scores.scaled >= rule.at_least) & ~taken
        taken |= here
        for row in np.flatnonzero(here):
            day = int(sheets.day[row])
            valid = bool(scores.valid[row])
            shown = float(scores.total[row] if valid else scores.least[row])
            text = _total_text(instrument, shown, valid, day)
            name = f"{instrument.code}-total-{rule.at_least:g}"
            came, late = int(sheets.received[row]), _late(sheets, row, as_of)
            floor = _floor(name, Tier.of(rule.tier), "total", day, came, 0, text, history=late)
            yield int(sheets.student[row]), floor


def _total_text(instrument: Instrument, total: float, valid: bool, day: int) -> Words:
    on, label = day_to_date(day).isoformat(), instrument.label
    if valid:
        return Words(zh=f"{label.zh} {total:g} 分（{on}）", en=f"{label.en}: {total:g} ({on})")
    return Words(
        zh=f"{label.zh} 至少 {total:g} 分，有漏答（{on}）", en=f"{label.en}: at least {total:g}, blanks left ({on})"
    )


def _late(sheets: Sheets, row: np.integer[Any], as_of: int) -> bool:
    """Whether a sheet was older than its recall window when it arrived; without a receipt it arrives now."""
    received = int(sheets.received[row]) if sheets.receipt_known[row] else as_of
    return received - int(sheets.day[row]) > sheets.instrument.recall_days


def _floor(
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
    on = day_to_date(day)
    known_on = day_to_date(max(day, known))
    return Floor(rule, tier, f"{rule}:{kind}:{on.isoformat()}", on, known_on, severity, text, history, protection)
