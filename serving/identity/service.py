"""Settling who somebody is: allowed at both files' schools first, then kept with its event, all or nothing."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.triage import Present, Standing
from runxin.errors import Kind, UserError, refused
from serving.access import Action, User, check_may, may, may_somewhere
from serving.identity import store as kept_by
from serving.platform.state import State
from serving.store import AuditEvent, Student, find_student, write_audit
from serving.store.identity import NEW, ONE, SAME, TWO, IdentityDecision

LONGEST_REASON = 500  # characters


class IdentityFault(UserError):
    """What does not fit in a decision; `key` names the words that say so on the page."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(Kind.BAD_DATA, message)
        self.key = key


@dataclass(frozen=True)
class FiledRow:
    """Something that stands in a file and may be another person's: `mark` names it in the form."""

    mark: str
    kind: str
    at: datetime
    text_zh: str
    text_en: str


@dataclass(frozen=True)
class IdentityPart:
    """What a student's page shows of who it is. `kinds` are the decisions that may be made, `asked` whom the address
    asks about, with how much is open that would go along; `rows` may be parted from the file."""

    student_id: str
    stranger: bool
    kinds: tuple[str, ...]
    decisions: tuple[IdentityDecision, ...]
    asked: Student | None
    asked_unknown: bool
    goes_along: tuple[Standing, ...]
    rows: tuple[FiledRow, ...]


def identity_part(state: State, user: User, student: Student, now: Present, asked_id: str | None) -> IdentityPart:
    """Who a student is, for the page, which the user may see. Whom the address asks about is read, with its event."""
    may_settle = may(user, Action.SETTLE_IDENTITY, student.school_id)
    asked = None
    if asked_id and may_settle:
        asked = _allowed(state, user, asked_id)
        if asked is not None:
            event = AuditEvent(state.clock(), user.username, "student.compared", "follow_up", asked.student_id)
            write_audit(state.store, event)
    kinds: tuple[str, ...] = (SAME, NEW) if now.facts.stranger else (ONE, TWO)
    return IdentityPart(
        student.student_id,
        now.facts.stranger,
        kinds if may_settle else (),
        tuple(kept_by.read_decisions(state.store, student.student_id)),
        asked,
        bool(asked_id) and asked is None,
        (*now.open, *now.leads),
        tuple(FiledRow(*row) for row in kept_by.rows_of_file(state.store, student.student_id)) if may_settle else (),
    )


def _allowed(state: State, user: User, student_id: str) -> Student | None:
    """The student on a roster of one of the user's schools; None for anybody else, known or not."""
    student = find_student(state.store, student_id, names_allowed=True)
    if student is None or student.stage == "unknown" or not may(user, Action.SETTLE_IDENTITY, student.school_id):
        return None
    return student if may(user, Action.SEE_NAMES, student.school_id) else None


def settle(
    state: State, user: User, student_id: str, kind: str, other_id: str, marks: Collection[str], reason: str
) -> str:
    """Decide who a file is of; the student's id under which it stands now.

    Raises `UserError` (refused, not found) and `IdentityFault` where something is missing or does not fit.
    """
    student, now = find_student(state.store, student_id), state.clock()
    check_may(user, Action.SETTLE_IDENTITY, None if student is None else student.school_id)
    if student is None:
        raise UserError(Kind.NOT_FOUND, "there is no such student")
    if kind not in (SAME, NEW, ONE, TWO):
        raise IdentityFault("identity_fault_kind", "say what was found out")
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise IdentityFault("identity_fault_reason", "say how it was found out, in a few words")
    chosen: Mapping[str, Sequence[Any]] | None = None
    target: str | None = None
    if kind in (SAME, ONE):
        other = _allowed(state, user, other_id.strip())
        if other is None or other.student_id == student_id:
            raise IdentityFault("identity_fault_other", "there is no such student at your schools")
        target = other.student_id
    elif kind == TWO:
        chosen = kept_by.chosen_rows(state.store, student_id, marks)
        if not any(chosen.values()):
            raise IdentityFault("identity_fault_rows", "tick what is of the other person")
        target = kept_by.find_next_person(state.store, student_id, student.school_id)
    decision = IdentityDecision(
        secrets.token_urlsafe(12), kind, student_id, target, student.school_id, reason.strip(), None, now, user.username
    )
    events = [AuditEvent(now, user.username, f"identity.{kind}", "follow_up", student_id)]
    if target is not None:
        events.append(AuditEvent(now, user.username, f"identity.{kind}", "follow_up", target))
    if not kept_by.keep(state.store, decision, chosen, events):
        raise IdentityFault("identity_fault_done", "somebody has settled this already")
    return target if kind in (SAME, ONE) and target is not None else student_id


def take_back(state: State, user: User, decision_id: str) -> str:
    """Take a decision back: everything goes back to where it stood. Returns the file that it was about. Raises
    `UserError` (refused) where a later decision stands on it."""
    decision, now = kept_by.find_decision(state.store, decision_id), state.clock()
    if decision is None:
        if not may_somewhere(user, Action.SETTLE_IDENTITY):
            check_may(user, Action.SETTLE_IDENTITY)
        raise UserError(Kind.NOT_FOUND, "there is no such decision")
    check_may(user, Action.SETTLE_IDENTITY, decision.school_id)
    # What was put into the file of a student of another school is that school's to give back.
    other = None if decision.other_id is None else find_student(state.store, decision.other_id)
    if other is not None:
        check_may(user, Action.SETTLE_IDENTITY, other.school_id)
    undo = IdentityDecision(
        secrets.token_urlsafe(12),
        decision.kind,
        decision.student_id,
        decision.other_id,
        decision.school_id,
        None,
        decision_id,
        now,
        user.username,
    )
    files = [decision.student_id, *([decision.other_id] if decision.other_id is not None else [])]
    events = [AuditEvent(now, user.username, "identity.undone", "follow_up", one) for one in files]
    if not kept_by.undo(state.store, decision, undo, events):
        raise refused("a later decision stands on this one, or it was taken back", fix="take back the later one first")
    return decision.student_id
