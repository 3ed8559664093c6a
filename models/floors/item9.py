"""R01, R02 and R19: item 9 of PHQ-9."""

from collections.abc import Iterator

import numpy as np

from data_schemas.calendar import day_to_date
from data_schemas.codes import Answer, Concern, FamilyFlag, LeaveType, Tier
from data_schemas.instruments import BLANK as BLANK_ANSWER
from data_schemas.instruments import Words
from models.assessment import Floor
from models.columns import NO_DAY
from models.floors.making import BLANK, ITEM9, ITEM9_MODIFIED, late, make_floor
from models.policy import Policy
from models.records import ALWAYS, Records, Rows, rows_of

PHQ9, ITEM = "phq9", 9
BLANK_TOTAL = 10  # the other PHQ-9 items reach the band of moderate (Kroenke et al. 2001)


def item9_floors(records: Records, concerns: Rows, as_of: int, policy: Policy) -> Iterator[tuple[int, Floor]]:
    """R01, R02 and R19 of PHQ-9: any answer above 0 on item 9 calls for a conversation the same school day."""
    if PHQ9 not in records.sheets:
        return
    sheets = records.sheets[PHQ9]
    modified = _modified(records, concerns, as_of, policy)
    known = sheets.known(as_of)
    item9 = sheets.scores.answers[:, ITEM - 1]
    others = sheets.scores.least - np.maximum(item9, 0)
    blank = known & (item9 == BLANK_ANSWER) & (others >= BLANK_TOTAL)
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
        came, old = int(sheets.received[row]), late(sheets, row, as_of)
        yield student, make_floor(rule, tier, f"phq9:{answer}", day, came, severity, text, history=old)
    if policy.floors.R19:
        for row in np.flatnonzero(blank):
            student, day = int(sheets.student[row]), int(sheets.day[row])
            on = day_to_date(day).isoformat()
            text = Words(
                zh=f"PHQ-9 第9题未作答，其余各题合计 {others[row]:g} 分（{on}），需当面询问",
                en=f"PHQ-9 item 9 left blank, the others reach {others[row]:g} ({on}); to be asked in person",
            )
            came, old = int(sheets.received[row]), late(sheets, row, as_of)
            yield student, make_floor("R19", Tier.WATCH, "phq9:blank", day, came, BLANK, text, history=old)


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

    attempts = concerns["kind"] == Concern.SUICIDE_ATTEMPT.place
    add(concerns, attempts, np.full(len(attempts), ALWAYS), Words(zh="曾有自杀未遂", en="an earlier attempt"))
    family, _ = rows_of(records, "family")
    known = np.where(family["recorded_on"] == NO_DAY, family["valid_from"], family["recorded_on"]) <= as_of
    bereaved = (family["flag"] == FamilyFlag.BEREAVED_RECENT.place) & (family["value"] == Answer.YES.place)
    bereaved &= known & (family["valid_from"] <= as_of)
    until = np.where(family["valid_to"] == NO_DAY, ALWAYS, family["valid_to"])
    add(family, bereaved, until, Words(zh="近期丧亲", en="recent bereavement"))
    leaves, _ = rows_of(records, "leaves")
    suspended = (
        (leaves["type"] == LeaveType.SUSPENSION.place)
        & (leaves["recorded_on"] <= as_of)
        & (leaves["start_on"] <= as_of)
    )
    until = leaves["end_on"] + policy.floor_windows.suspension_days - 1
    add(leaves, suspended, until, Words(zh="近期休学", en="recent suspension"))
    return found
