"""Cases for those who work on them: allowed by the table of moves first, then kept with its event in the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models.consent import own_from
from models.triage import ZONE, Present, present_of
from models.triage.response import PlanResponse, response_to
from runxin.errors import Kind, UserError, refused
from serving.access import Action, Role, User, check_may, may
from serving.accounts import list_accounts
from serving.cases import store as kept_by
from serving.cases.case import Agreed, CaseNow, Helper, OpenMove, Told, needs_to_close, open_moves
from serving.cases.opening import check_open
from serving.cases.store import case_of as case_of
from serving.cases.store import cases_of as cases_of
from serving.cases.workflow import BY_MOVE, OF_STEP, CaseState, Need, Who
from serving.platform.state import State
from serving.store import AuditEvent, Store, Student, facts_of, find_student, school_names, write_audit
from serving.store.case_events import CaseEvent
from serving.store.talks import Talk

LONGEST_REASON = 500  # characters
ANSWERS = ("accepted", "declined")


class CaseFault(UserError):
    """What does not fit in a move; `key` names the words that say so on the page."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(Kind.BAD_DATA, message)
        self.key = key


@dataclass(frozen=True)
class CasePart:
    """What the student's page shows of a case: where it stands, what is missing before it may be closed, what the
    reader may do, to whom a case may go, and how a plan has helped so far (None where there is none)."""

    case: CaseNow
    needs: tuple[Need, ...]
    moves: tuple[OpenMove, ...]
    colleagues: tuple[str, ...]
    schools: tuple[tuple[str, str], ...]
    response: PlanResponse | None

    def may_do(self, code: str) -> bool:
        return any(one.move.code == code for one in self.moves)


@dataclass(frozen=True)
class CaseLine:
    """A case in a list of what waits for the reader. `offer` and `approval` are for the reader to answer."""

    case: CaseNow
    school_id: str
    readable: bool
    offer: bool
    approval: bool


def _gone_on() -> CaseFault:
    return CaseFault("case_fault_gone_on", "somebody has worked on this case since: look at it again, then do it")


def case_part(state: State, user: User, student: Student, now: Present) -> CasePart:
    """A case for the student's page, which the user may see."""
    case = case_of(state.store, student.student_id)
    needs = needs_to_close(case, now, state.today())
    plan, said = now.facts.case.plan, now.facts.assessment
    return CasePart(
        case,
        needs,
        tuple(open_moves(case, user, student.school_id, needs)),
        tuple(one for one in _recorders(state.store, student.school_id) if one != case.holder),
        tuple((school, name) for school, name in school_names(state.store).items() if school != student.school_id),
        None if plan is None else response_to(plan, () if said is None else said.instruments),
    )


def _recorders(store: Store, school_id: str) -> list[str]:
    """Accounts that may record at a school."""
    users = [User(one.username, Role.of(one.role), one.schools) for one in list_accounts(store)]
    return [user.username for user in users if may(user, Action.RECORD_WORD, school_id)]


def do_move(state: State, user: User, student_id: str, move: str, last_seen: int, given: Mapping[str, Any]) -> None:
    """Make a move. Raises `UserError` (refused) where the table does not let this person make it now, and `CaseFault`
    where something is missing or does not fit, or somebody has moved the case since it was read."""
    student = find_student(state.store, student_id)
    if move not in BY_MOVE or BY_MOVE[move].who is not Who.OFFERED:
        action = BY_MOVE[move].action if move in BY_MOVE else Action.RECORD_WORD
        check_may(user, action, None if student is None else student.school_id)
    if student is None or move not in BY_MOVE:
        raise UserError(Kind.NOT_FOUND, "there is no such student, or no such move")
    if BY_MOVE[move].who is not Who.OFFERED:
        check_open(state, user, student)
    now = state.clock()
    present, case = _present(state, student, now), case_of(state.store, student_id)
    needs = needs_to_close(case, present, state.today())
    found = next((one for one in open_moves(case, user, student.school_id, needs) if one.move.code == move), None)
    if case.last != last_seen:
        raise _gone_on()
    if found is None:
        raise refused(f"this case is {case.state.en}: {BY_MOVE[move].en} is not possible now, or not yours to do")
    if found.lacking:
        raise refused(f"still missing before it may be closed: {', '.join(need.en for need in found.lacking)}")
    event = _event(state, user, student, case, present, move, given, now)
    audited = AuditEvent(now, user.username, f"case.{move}", "follow_up", student_id, event.person or event.to_school)
    if not kept_by.keep_event(state.store, event, last_seen, audited):
        raise _gone_on()


def _event(
    state: State,
    user: User,
    student: Student,
    case: CaseNow,
    now: Present,
    move: str,
    given: Mapping[str, Any],
    at: datetime,
) -> CaseEvent:
    details: dict[str, Any] = {}
    person = to_school = answers = None
    if reason := str(given.get("reason") or "").strip():
        if len(reason) > LONGEST_REASON:
            raise CaseFault("case_fault_long", f"a reason has at most {LONGEST_REASON} characters")
        details["reason"] = reason
    if move in ("assign", "offer"):
        person, to_school = given.get("person") or None, given.get("to_school") or None
        _check_whom(state, student, move, person, to_school)
    elif move == "refer":
        details |= _referral(given, now, student, at.astimezone(ZONE).date())
    elif move == "plan":
        details["baseline"] = baseline(now)
    elif move in ("answered", "returned") and case.referral is not None:
        answers = case.referral.event.event_id
        details |= {"answer": given["answer"]} if given.get("answer") in ANSWERS else {}
        details |= {"by": str(given["by"])[:80]} if given.get("by") else {}
        if move == "answered" and "answer" not in details:
            raise CaseFault("case_fault_answer", "say whether they accepted or declined")
    elif move in ("approve", "refuse") and case.to_approve is not None:
        answers = case.to_approve.event_id
    elif move in ("accept", "decline", "take_back_offer") and case.offer is not None:
        answers = case.offer.event_id
    if move in ("decline", "refuse", "reopen") and "reason" not in details:
        raise CaseFault("case_fault_reason", "give a reason in a few words")
    who = (student.student_id, student.school_id, move, at, user.username)
    return CaseEvent(*who, person, to_school, answers, None, details)


def _check_whom(state: State, student: Student, move: str, person: str | None, to_school: str | None) -> None:
    if (person is None) is (to_school is None) or (move == "assign" and person is None):
        raise CaseFault("case_fault_whom", "name a person, or for a transfer a school instead")
    if person is not None and person not in _recorders(state.store, student.school_id):
        raise CaseFault("case_fault_person", "this account may not record at the student's school")
    if to_school is not None and to_school not in school_names(state.store):
        raise CaseFault("case_fault_whom", "there is no such school")


def _referral(given: Mapping[str, Any], now: Present, student: Student, today: date) -> dict[str, Any]:
    """To whom, what is told, and who agreed to it. In danger, to the police, and where somebody at home may have harmed
    the student nobody is asked first (未成年人保护法 11, 精神卫生法 28)."""
    to, told = given.get("to"), [one for one in given.get("told", ()) if one in Told.codes()]
    if to not in Helper.codes():
        raise CaseFault("case_fault_to", "say to whom: medical institution, police or social work")
    if not told:
        raise CaseFault("case_fault_told", "say what may be told")
    if now.protection and Told.REACH.code in told and to != Helper.POLICE.code:
        raise CaseFault("case_fault_lock", "protection lock: how to reach the family is told to the police only")
    said = {"to": to, "told": told, "danger": bool(now.danger or to == Helper.POLICE.code)}
    if said["danger"] or now.protection:
        return said
    agreed = given.get("agreed")
    if agreed not in Agreed.codes():
        raise CaseFault("case_fault_agreed", "data leave the school with consent: say who agreed")
    young = student.birth_date is not None and own_from(student.birth_date) > today
    if young and agreed == Agreed.STUDENT.code:
        raise CaseFault("case_fault_agreed_young", "of who is younger than 14 a guardian agrees")
    return said | {"agreed": agreed}


def baseline(now: Present) -> dict[str, float]:
    """The totals at the beginning of a plan, by questionnaire."""
    said = now.facts.assessment
    sheets = () if said is None else said.instruments
    return {one.code: one.total for one in sheets if one.total is not None and one.valid}


def moves_of_talk(store: Store, talk: Talk, now: Present, today: date) -> list[CaseEvent]:
    """The events that a recorded talk brings about, with which they are taken back: contact, and what was said to come
    next. A case is closed by a talk only where nothing else is missing; then it stays as it was."""
    if not talk.reached:
        return []
    case = case_of(store, talk.student_id)
    who = (talk.student_id, talk.school_id)
    done = (talk.recorded_at, talk.recorded_by)
    found = []
    state = case.state
    if state in BY_MOVE["contact"].sources:
        found.append(CaseEvent(*who, "contact", *done, talk_id=talk.talk_id))
        state = CaseState.IN_CONTACT
    move = OF_STEP.get(talk.step or "")
    if move is not None and state in BY_MOVE[move].sources:
        needs = needs_to_close(case, now, today) if BY_MOVE[move].closing else ()
        if not needs:
            details = {"baseline": baseline(now)} if move == "plan" else {}
            found.append(CaseEvent(*who, move, *done, talk_id=talk.talk_id, details=details))
    return found


def waiting_cases(state: State, user: User) -> list[CaseLine]:
    """Cases that are the user's own, wait for the user's answer, or wait for somebody else at the user's schools."""
    if not any(may(user, Action.SEE_STUDENT, school) for school in user.schools):
        raise refused("only who works with students may see cases")
    ids = kept_by.students_with_cases(state.store, user.schools, user.username)
    now = state.clock()
    found = []
    for case in cases_of(state.store, ids).values():
        school = case.events[-1].school_id if case.events else ""
        codes = {one.move.code for one in open_moves(case, user, school, ())}
        line = CaseLine(case, school, may(user, Action.SEE_STUDENT, school), "accept" in codes, "approve" in codes)
        waits = line.offer or line.approval or case.offer is not None or case.referral is not None
        if waits or (case.holder == user.username and case.state is not CaseState.CLOSED):
            found.append(line)
    write_audit(state.store, AuditEvent(now, user.username, "cases.read", "follow_up", None, str(len(found))))
    return sorted(found, key=lambda one: (not one.offer, not one.approval, one.case.since or now, one.case.student_id))


def _present(state: State, student: Student, now: datetime) -> Present:
    facts = facts_of(state.store, [student.student_id], now.astimezone(ZONE).date())[student.student_id]
    return present_of([facts], state.policy, state.calendars.of(student.school_id))[0]
