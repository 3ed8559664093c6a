"""R01 and R02: item 9 of PHQ-9."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from data_schemas.calendar import day_to_date
from data_schemas.codes import Answer, Concern, FamilyFlag, LeaveType, Tier
from data_schemas.instruments import Words
from models.assessment import Floor
from models.columns import NO_DAY
from models.floors.floor import ITEM9, ITEM9_MODIFIED, late, make_floor, promptly
from models.policy import Policy
from models.records import ALWAYS, Records, Rows, rows_of
from models.suspensions import not_withdrawn

PHQ9, ITEM = "phq9", 9


@dataclass(frozen=True)
class _Modifier:
    """What makes item 9 = 1 weigh more on sheets of the days `since` to `until`, and when it became known."""

    since: int
    until: int
    known: int
    words: Words


def item9_floors(records: Records, concerns: Rows, as_of: int, policy: Policy) -> Iterator[tuple[int, Floor]]:
    """R01 and R02 of PHQ-9: any answer above 0 on item 9 calls for a conversation the same school day."""
    if PHQ9 not in records.sheets:
        return
    sheets = records.sheets[PHQ9]
    modified = _modified(records, concerns, as_of, policy)
    item9 = sheets.scores.answers[:, ITEM - 1]
    for row in np.flatnonzero(sheets.known(as_of) & (item9 >= 1)):
        student, day, answer = int(sheets.student[row]), int(sheets.day[row]), int(item9[row])
        came = int(sheets.received[row])
        because = None
        if answer == 1:
            holding = [one for one in modified.get(student, ()) if one.since <= day <= one.until]
            holding += _by_total(float(sheets.scores.scaled[row]), day, policy)
            # Of several the one that was known first: the sheet has weighed so much since then.
            because = min(holding, key=lambda one: max(one.known, came), default=None)
        rule = "R02" if (answer >= 2 or because is not None) and policy.floors.R02 else "R01"
        if not getattr(policy.floors, rule):
            continue
        tier, known = Tier.CRISIS if rule == "R02" else Tier.PRIORITY, came
        on = day_to_date(day).isoformat()
        zh, en, severity = f"PHQ-9 第9题={answer}", f"PHQ-9 item 9 = {answer}", ITEM9[answer]
        if because is not None:
            zh, en = f"{zh}，{because.words.zh}", f"{en}, {because.words.en}"
            if rule == "R02":
                severity, known = ITEM9_MODIFIED, max(because.known, came)
        floor = make_floor(
            rule,
            tier,
            f"phq9:{answer}",
            day,
            known,
            severity,
            Words(zh=f"{zh}（{on}）", en=f"{en} ({on})"),
            answer=promptly(tier),
            danger=rule == "R02",
            history=late(sheets, row, as_of),
            received_at=sheets.received_at(int(row)),
            record=sheets.record(int(row)),
        )
        yield student, floor


def _by_total(total: float, day: int, policy: Policy) -> list[_Modifier]:
    if total < policy.floor_windows.modifier_total:
        return []
    return [_Modifier(day, day, NO_DAY, Words(zh=f"总分 {total:g}", en=f"total {total:g}"))]


def _modified(records: Records, concerns: Rows, as_of: int, policy: Policy) -> dict[int, list[_Modifier]]:
    """By student, what makes item 9 = 1 weigh more: an earlier attempt, a bereavement, a suspension. Held against the
    sheet's day and not today's, so that no time closes it, and what began after the sheet says nothing of it. An
    attempt holds whenever it is learned of: the report names the day of the report, not that of the attempt."""
    found: dict[int, list[_Modifier]] = {}

    def add(
        rows: Rows, since: np.ndarray, until: np.ndarray, known: np.ndarray, mask: np.ndarray, words: Words
    ) -> None:
        columns = (rows.student[mask], since[mask], until[mask], known[mask])
        for student, first, last, day in zip(*(column.tolist() for column in columns), strict=True):
            found.setdefault(student, []).append(_Modifier(first, last, day, words))

    attempts = concerns["kind"] == Concern.SUICIDE_ATTEMPT.place
    never, ever = np.full(len(attempts), NO_DAY), np.full(len(attempts), ALWAYS)
    told = np.where(concerns["recorded_on"] == NO_DAY, concerns["reported_on"], concerns["recorded_on"])
    told = np.maximum(told, concerns["reported_on"])
    add(concerns, never, ever, told, attempts, Words(zh="曾有自杀未遂", en="an earlier attempt"))
    family, _ = rows_of(records, "family")
    since = family["valid_from"]
    known = np.where(family["recorded_on"] == NO_DAY, since, family["recorded_on"])
    bereaved = (family["flag"] == FamilyFlag.BEREAVED_RECENT.place) & (family["value"] == Answer.YES.place)
    bereaved &= (known <= as_of) & (since <= as_of)
    until = np.where(family["valid_to"] == NO_DAY, ALWAYS, family["valid_to"])
    add(family, since, until, known, bereaved, Words(zh="近期丧亲", en="recent bereavement"))
    leaves = not_withdrawn(rows_of(records, "leaves")[0], as_of)
    since, known = leaves["start_on"], leaves["recorded_on"]
    suspended = (leaves["type"] == LeaveType.SUSPENSION.place) & (since <= as_of)
    until = leaves["end_on"] + policy.floor_windows.suspension_days - 1
    add(leaves, since, until, known, suspended, Words(zh="近期休学", en="recent suspension"))
    return found
