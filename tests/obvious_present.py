"""What is said of one student, from all that is known of them. Numbers in comments are the domain decisions'."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tests.obvious_evidence import LEAD
from tests.obvious_facts import CRISIS, TIERS, Enrolled, Reached, Record, Since
from tests.obvious_people import Who
from tests.obvious_words import Filed, Heard, human_level, may_lower, missing_to_close, somebody_looked

LACKING = ("a named person", "second person", "two people")  # the least first


@dataclass(frozen=True)
class Mine:
    """Everything known of one student at a moment."""

    whose: Who
    now: datetime
    filed: Sequence[Filed]
    holding: Sequence[Heard]  # people's words without those that were corrected
    contacts: Sequence[tuple[Reached, datetime]]  # those that came about, and when they arrived
    # Sheets with item 9 left blank, and whether they stood in the same file of an id as a word when that came in.
    skipped: Sequence[tuple[date, Since, Callable[[Record, datetime], bool]]]
    answered: Sequence[date]  # days of sheets with item 9 answered
    told: bool  # whether anything came that somebody has to find the student of
    enrolled: Sequence[Enrolled]
    doubled: bool
    model: int
    drawn: Sequence[datetime]  # when the lot fell on the student


def said_of(mine: Mine) -> dict[str, Any]:
    """The present state; `queues` are those where the student must stand at least."""
    evidence = [(one, missing_to_close(one, mine.holding)) for one in mine.filed if one.piece.rule != LEAD]
    open_now = [one for one, lacking in evidence if lacking is not None]
    missing: dict[str, str] = {}  # of several pieces of one key, the most
    for one, lacking in evidence:
        if lacking is not None:
            missing[one.piece.key] = max(lacking, missing.get(one.piece.key, lacking), key=LACKING.index)
    waiting = [
        one for one in mine.filed if one.piece.rule == LEAD and not somebody_looked(one, mine.holding, mine.contacts)
    ]
    leads, clocks = (
        _keys(waiting),
        {key: min(one.known for one in open_now if one.piece.key == key) for key in _keys(open_now)},
    )
    # 1, 30: tier = max(model, open evidence, human); the model never opens 危机.
    levels = {
        "human": human_level(mine.holding),
        "floor": max((one.piece.tier for one in open_now), default=0),
        "model": min(mine.model, CRISIS - 1),
    }
    tier = max(levels.values())
    sources = [name for name in ("human", "floor", "model") if levels[name] == tier]
    return {
        "student": mine.whose.student,
        "school": mine.whose.school,
        "known": mine.whose.known,
        "tier": TIERS[tier],
        "source": sources[0] if tier > 0 else "model",
        "sources": frozenset(sources),
        "confirmed": tier > 0 and levels["human"] == tier,
        "open": _keys(open_now),
        "tiers": {one.piece.key: TIERS[one.piece.tier] for one in sorted(open_now, key=lambda one: one.piece.tier)},
        "missing": missing,
        "clocks": clocks,
        "earliest": min((one.known for one in open_now), default=None),
        "leads": leads,
        "asks": _asks(mine),
        "queues": _queues(mine, open_now, leads, tier, levels["human"]),
        "may": _may_stand(mine),
        "protected": any(one.piece.rule == "R12" for one in open_now),
        "suspended": _suspended(mine),
        "blind": _blind(mine, open_now),
    }


def _keys(pieces: Sequence[Filed]) -> list[str]:
    """The keys of pieces, each once."""
    return list(dict.fromkeys(one.piece.key for one in pieces))


def _queues(mine: Mine, open_now: list[Filed], leads: list[str], tier: int, human: int) -> frozenset[str]:
    left = _has_left(mine)
    queues = set()
    if not mine.whose.known:  # 26, 35: a stranger
        if mine.told:
            queues.add("identity")
        if human == CRISIS:  # 37: whoever it is
            queues.add("review")
        return frozenset(queues)
    if (left or mine.doubled) and (open_now or human == CRISIS):  # 35
        queues.add("identity")
    if human == CRISIS:  # 37
        queues.add("review")
    if left:
        return frozenset(queues)
    if any(one.piece.safety and not one.piece.old for one in open_now):  # 4: above the week's line
        queues.add("check")
    if any(one.piece.old for one in open_now):  # 10
        queues.add("history")
    if tier > 0:
        queues.add("list")
    if _asks(mine):  # 7
        queues.add("retest")
    if leads:  # 32
        queues.add("leads")
    if _suspended(mine):  # 34
        queues.add("suspended")
    return frozenset(queues)


def _has_left(mine: Mine) -> bool:
    return bool(mine.enrolled) and all(
        row.left_on is not None and row.left_on < mine.now.date() for row in mine.enrolled
    )


def _may_stand(mine: Mine) -> frozenset[str]:
    """Queues where nobody is amiss: of who has left something came, and who it is of may be asked although nothing is
    open."""
    return frozenset({"identity"}) if _has_left(mine) and mine.told else frozenset()


def _suspended(mine: Mine) -> bool:
    """34: suspended now; an open end is still going on."""
    today = mine.now.date()
    for row in mine.enrolled:
        for start, end in row.suspended:
            if start <= today and (end is None or today <= end):
                return True
    return False


def _asks(mine: Mine) -> list[date]:
    """7: days of sheets whose skipped item 9 is to be asked still: no named talk on a later day than it was known, and
    no sheet of that day or later that has the answer."""
    days = []
    for day, known, in_file_of in mine.skipped:
        if any(later >= day for later in mine.answered):
            continue
        asked = [one for one in mine.holding if may_lower(one.word) and one.word.assessed != ()]
        if not any(one.word.observed_on > known.day and in_file_of(one.word, one.arrived) for one in asked):
            days.append(day)
    return sorted(days)


def _blind(mine: Mine, open_now: list[Filed]) -> bool:
    """36: from the lot until a talk is recorded; open safety evidence ends it at once."""
    for drawn in mine.drawn:
        talked = any(one.word.kind == "interview" and one.arrived >= drawn for one in mine.holding)
        danger = any(one.piece.safety for one in open_now)
        danger = danger or any(one.piece.safety and one.arrived >= drawn for one in mine.filed)
        if not talked and not danger:
            return True
    return False
