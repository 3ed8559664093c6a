"""What a plan asks for, and what the protection lock hides of it.

The safety plan has the parts of Stanley & Brown 2012 (Cogn Behav Pract 19:256-264). A care plan names the 帮扶小组 and
is looked at again within a month.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from data_schemas.codes import Code
from runxin.errors import Kind, UserError

LONGEST = 1000  # characters of a field
LATEST_REVIEW = timedelta(days=31)
# A line of a plan that speaks of guardians is not shown under the lock, whoever wrote it and when.
GUARDIANS = re.compile(
    r"家长|监护人|父母|父亲|母亲|爸|妈|家访|家庭|guardian|parent|father|mother|\bmum\b|\bdad\b|famil", re.I
)


class PlanKind(Code):
    CARE = ("care", "一人一策", "care plan")
    SAFETY = ("safety", "安全计划", "safety plan")


@dataclass(frozen=True)
class PlanField:
    """A field by its name. A `guardian` one is about guardians and is not there under the lock."""

    name: str
    required: bool = False
    guardian: bool = False
    is_date: bool = False


FIELDS: Mapping[str, tuple[PlanField, ...]] = {
    PlanKind.CARE.code: (
        PlanField("goal", required=True),
        PlanField("people", required=True),
        PlanField("steps", required=True),
        PlanField("family", guardian=True),
        PlanField("begins_on", required=True, is_date=True),
        PlanField("review_on", required=True, is_date=True),
    ),
    PlanKind.SAFETY.code: (
        PlanField("signs", required=True),
        PlanField("coping"),
        PlanField("company"),
        PlanField("help", required=True),
        PlanField("professionals", required=True),
        PlanField("surroundings", guardian=True),
        PlanField("family", guardian=True),
        PlanField("reasons"),
        PlanField("review_on", required=True, is_date=True),
    ),
}


class PlanFault(UserError):
    """What does not fit in a plan; `key` names the words that say so on the page."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(Kind.BAD_DATA, message)
        self.key = key


def fields_of(kind: str, locked: bool) -> tuple[PlanField, ...]:
    """The fields that may be shown and filled in."""
    return tuple(one for one in FIELDS[kind] if not (locked and one.guardian))


def checked(kind: str, given: Mapping[str, str], locked: bool, today: date) -> dict[str, str]:
    """What was typed, without what is blank. Raises `PlanFault` where something is missing or does not fit."""
    found = {one.name: given.get(one.name, "").strip() for one in fields_of(kind, locked)}
    for field in fields_of(kind, locked):
        text = found[field.name]
        if field.required and not text:
            raise PlanFault("plan_fault_missing", f"{field.name} is missing")
        if len(text) > LONGEST:
            raise PlanFault("plan_fault_long", f"a field has at most {LONGEST} characters")
        if field.is_date and text and _day(text) is None:
            raise PlanFault("plan_fault_day", f"{text!r} is no day")
    begins, review = _day(found.get("begins_on", "")) or today, _day(found["review_on"])
    if review is not None and not begins <= review <= max(begins, today) + LATEST_REVIEW:
        raise PlanFault("plan_fault_review", "the review lies within a month of the beginning")
    if locked and any(GUARDIANS.search(text) for text in found.values()):
        raise PlanFault("plan_fault_lock", "protection lock: no step with guardians stands in a plan")
    return {name: text for name, text in found.items() if text}


def shown(kind: str, fields: Mapping[str, str], locked: bool) -> dict[str, str]:
    """What a version says, without guardians where the lock is on."""
    found = {one.name: fields[one.name] for one in fields_of(kind, locked) if one.name in fields}
    if not locked:
        return found
    return {
        name: "\n".join(line for line in text.splitlines() if not GUARDIANS.search(line))
        for name, text in found.items()
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
