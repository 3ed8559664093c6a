"""A copy, an explanation, an erasure for one person (PIPL arts. 24, 44–48). How it was checked who asks is put in the
trail; what cannot be given is refused with its reason."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from data_schemas.school_days import Calendars
from models.policy import Policy
from models.triage import ZONE, Present, present_of
from runxin.errors import Kind, UserError, refused, usage
from runxin.settings import Settings
from serving.cases.store import case_of
from serving.cases.workflow import CaseState
from serving.extract import Pseudonyms, kept_key
from serving.rights.datasets import clear_files
from serving.rights.store import everything_of, stored_value
from serving.store import AuditEvent, Store, Student, erase_record, facts_of, find_student, write_audit
from serving.store.corrections import FIELDS, keep_correction, typed
from serving.today.cells import tier_name

IDENTITIES = ("in_person", "document", "school_register")  # how it was checked who asks
ASKING = ("student", "guardian")
PURPOSE = "rights_request"
NOT_GIVEN = ("working notes of counselors and drafts", "keys and hashes of the program")


def export_student(
    store: Store, policy: Policy, student_id: str, asked_by: str, identity: str, now: datetime, actor: str
) -> dict[str, Any]:
    """Everything stored of a student, by table. A guardian is not given it while the protection lock holds. Raises
    `UserError`: usage, not found, refused (which is put in the trail)."""
    student, present = _known(store, policy, student_id, asked_by, identity, now)
    _check_lock(store, present, student, asked_by, identity, now, actor)
    _tell(store, "student.exported", student_id, asked_by, identity, now, actor)
    rows = everything_of(store, student_id, protected=asked_by == "guardian")
    return {"student_id": student_id, "exported_at": now.isoformat(), "not_given": list(NOT_GIVEN), "tables": rows}


def explain_student(
    store: Store, policy: Policy, student_id: str, asked_by: str, identity: str, now: datetime, actor: str
) -> dict[str, Any]:
    """What is so of a student and why, in plain words, Chinese and English."""
    student, present = _known(store, policy, student_id, asked_by, identity, now)
    _check_lock(store, present, student, asked_by, identity, now, actor)
    _tell(store, "student.explained", student_id, asked_by, identity, now, actor)
    said = present.facts.assessment
    reasons = [] if said is None else [one.text for one in said.reasons if one.contribution > 0]
    why = [*(floor.text for floor in present.floors if not floor.protection), *reasons]
    return {
        "student_id": student_id,
        "tier": {lang: tier_name(present.tier, present.confirmed, lang) for lang in ("zh", "en")},
        "set_by": present.source,
        "confirmed_by_a_person": present.confirmed,
        "why": [{"zh": words.zh, "en": words.en} for words in why],
        "rights": {
            "zh": "筛查结果不是诊断，由心理教师确认后才作数。"
            "您可以要求人工处理、不使用模型评分，不会因此受到不利对待。",
            "en": "A screening result is no diagnosis and counts only once a counselor has confirmed it. You may ask "
            "to be looked after by a person without any model score; nothing is held against you for it.",
        },
    }


@dataclass(frozen=True)
class Erased:
    """How many assessments went, which files were written anew without the student, and in which the id stands yet."""

    assessments: int
    written: list[Path]
    left: list[Path]


def erase_student(
    store: Store,
    policy: Policy,
    student_id: str,
    asked_by: str,
    identity: str,
    now: datetime,
    actor: str,
    settings: Settings,
) -> Erased:
    """Remove everything of a student: from the store, from files under `RUNXIN_HOME`, and from what is learned from
    later, whatever folder it is read from. Refused while safety evidence is open or somebody works on the case:
    nobody's danger is erased before somebody has assessed it."""
    _, present = _known(store, policy, student_id, asked_by, identity, now)
    case = case_of(store, student_id)
    if present.open or (case.events and case.state is not CaseState.CLOSED):
        _refuse(store, student_id, asked_by, identity, now, actor)
        if present.open:
            raise refused("safety evidence is open: it is assessed first", fix="record the talk, then erase")
        raise refused("somebody works on this case: it is closed first", fix="close the case, then erase")
    ids = [student_id]
    if settings.extract_key.is_file():
        ids.append(Pseudonyms(kept_key(settings.extract_key)).of("student", student_id))
    count = erase_record(store, student_id, now, actor, ids[1:])
    written, left = clear_files(settings.home, ids)
    return Erased(count, written, left)


def correct_student(
    store: Store,
    policy: Policy,
    student_id: str,
    asked_by: str,
    identity: str,
    now: datetime,
    actor: str,
    field: str,
    value: str,
) -> None:
    """Add a correction, which goes before what the school's files say: nothing of before is written over, and what was
    assessed with it stays a record of that day. Raises `UserError` (usage) for a field or a value that is none, and
    where the record says so already."""
    student, _ = _known(store, policy, student_id, asked_by, identity, now)
    if field not in FIELDS:
        raise usage(f"{field!r} is not corrected here", fix=f"one of: {', '.join(FIELDS)}; else in the source system")
    typed(field, value)
    was = stored_value(store, student, field)
    if was == value:
        raise usage("the record says so already")
    event = AuditEvent(now, actor, "student.corrected", PURPOSE, student_id, f"for={asked_by} identity={identity}")
    about = (student_id, student.school_id, field, value, was)
    keep_correction(store, *about, (asked_by, identity), now, actor, event)


def _known(
    store: Store, policy: Policy, student_id: str, asked_by: str, identity: str, now: datetime
) -> tuple[Student, Present]:
    if asked_by not in ASKING or identity not in IDENTITIES:
        fix = f"who asks: {', '.join(ASKING)}; how it was checked: {', '.join(IDENTITIES)}"
        raise usage("say who asks and how it was checked who they are", fix=fix)
    student = find_student(store, student_id)
    if student is None:
        raise UserError(Kind.NOT_FOUND, "there is no such student")
    facts = facts_of(store, [student_id], now.astimezone(ZONE).date())[student_id]
    return student, present_of([facts], policy, Calendars().of(student.school_id))[0]


def _check_lock(
    store: Store, present: Present, student: Student, asked_by: str, identity: str, now: datetime, actor: str
) -> None:
    if asked_by == "guardian" and present.protection:
        _refuse(store, student.student_id, asked_by, identity, now, actor)
        raise refused(
            "the protection lock holds: nothing is given to guardians before a person has decided",
            fix="speak with the student and the school's head first; the law (反家庭暴力法 art. 14) goes before",
        )


def _refuse(store: Store, student_id: str, asked_by: str, identity: str, now: datetime, actor: str) -> None:
    _tell(store, "right.refused", student_id, asked_by, identity, now, actor)


def _tell(store: Store, action: str, student_id: str, asked_by: str, identity: str, now: datetime, actor: str) -> None:
    write_audit(store, AuditEvent(now, actor, action, PURPOSE, student_id, f"for={asked_by} identity={identity}"))
