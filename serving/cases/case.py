"""Where a case stands, computed from its events; what is still missing before it may be closed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from data_schemas.codes import Code, Tier
from models.triage import HALF_YEAR, SECOND_PERSON, Present, human_level
from serving.access import User, may
from serving.cases.workflow import BY_MOVE, MOVES, CaseMove, CaseState, Need, Who
from serving.store.case_events import CaseEvent


class Helper(Code):
    """To whom a case is referred: 医教, 警教, 社教协同."""

    MEDICAL = ("medical", "医疗机构", "medical institution")
    POLICE = ("police", "公安", "police")
    SOCIAL = ("social", "社会工作与民政", "social work and civil affairs")
    CENTRE = ("centre", "未成年人成长指导中心", "guidance centre for minors")


class Agreed(Code):
    """Who agreed that data go to whom the case is referred to (PIPL art. 23: for each recipient; art. 31: of who is
    younger than 14 a guardian)."""

    GUARDIAN = ("guardian", "监护人同意", "a guardian agreed")
    STUDENT = ("student", "学生本人同意（满14周岁）", "the student agreed (14 or older)")
    BOTH = ("both", "监护人和学生本人都同意", "a guardian and the student agreed")


class Told(Code):
    """What may be told with a referral. Beyond the first three a supervisor approves."""

    IDENTITY = ("identity", "姓名与班级", "name and class")
    REACH = ("reach", "联系方式", "how to reach the family")
    REASON = ("reason", "转介原因（一句话）", "the reason, in a sentence")
    EVIDENCE = ("evidence", "安全证据", "safety evidence")
    TOTALS = ("totals", "问卷总分与分段", "totals of questionnaires")
    TALKS = ("talks", "访谈记录", "records of talks")


PLAIN = (Told.IDENTITY.code, Told.REACH.code, Told.REASON.code)


@dataclass(frozen=True)
class CaseReferral:
    """A referral. `status` is "awaits_approval", "refused", "sent", "accepted", "declined" or "returned"."""

    event: CaseEvent
    status: str
    answered_by: str | None = None
    answered_at: datetime | None = None

    @property
    def waits(self) -> bool:
        return self.status in ("awaits_approval", "sent", "accepted")


@dataclass(frozen=True)
class CaseNow:
    """One student's case. `holder` has it, `since` is when it came to its state; `offer` is a transfer that nobody has
    answered; `approval` of closing is "asked", "approved" or "refused", None where nobody asked since it was opened."""

    student_id: str
    state: CaseState
    holder: str | None
    since: datetime | None
    offer: CaseEvent | None
    referrals: tuple[CaseReferral, ...]
    approval: str | None
    asked: CaseEvent | None
    reviewed_on: datetime | None
    events: tuple[CaseEvent, ...]

    @property
    def last(self) -> int:
        """The newest event, by which two people at one case are told apart."""
        return self.events[-1].event_id if self.events else 0

    @property
    def to_approve(self) -> CaseEvent | None:
        """What waits for a supervisor: a referral that tells more, or closing."""
        waiting = [one.event for one in self.referrals if one.status == "awaits_approval"]
        if self.approval == "asked" and self.asked is not None:
            waiting.append(self.asked)
        return waiting[0] if waiting else None

    @property
    def referral(self) -> CaseReferral | None:
        """The referral that waits for an answer or for the return."""
        return next((one for one in reversed(self.referrals) if one.waits and one.status != "awaits_approval"), None)


def case_from(student_id: str, events: Sequence[CaseEvent], evidence_at: datetime | None = None) -> CaseNow:
    """A case by its events in order. What came in after it was closed (`evidence_at`, the newest: evidence, an event, a
    correction, danger that somebody found) makes it new again; nothing else does, and no time. To close
    what came in after an approval another one is needed."""
    state, holder, since = CaseState.NEW, None, None
    offer, asked, approval, decided_at, reviewed = None, None, None, None, None
    referrals: dict[int, CaseReferral] = {}
    for event in events:
        move = BY_MOVE[event.move]
        if move.target is not None:
            state, since = move.target, event.done_at
        if event.move in ("acknowledge", "contact") and holder is None:
            holder = event.done_by
        elif event.move == "assign":
            holder = event.person
        elif event.move == "accept":
            holder, offer = event.done_by, None
        elif event.move == "offer":
            offer = event
        elif event.move in ("decline", "take_back_offer"):
            offer = None
        elif event.move == "refer":
            referrals[event.event_id] = CaseReferral(event, "awaits_approval" if _asks(event) else "sent")
        elif event.move in ("answered", "returned") and event.answers in referrals:
            said = "returned" if event.move == "returned" else str(event.details.get("answer", "accepted"))
            whom = event.details.get("by") or referrals[event.answers].answered_by
            referrals[event.answers] = CaseReferral(referrals[event.answers].event, said, whom, event.done_at)
        elif event.move in ("approve", "refuse"):
            if event.answers in referrals:
                status = "sent" if event.move == "approve" else "refused"
                referrals[event.answers] = CaseReferral(referrals[event.answers].event, status)
            else:
                approval, decided_at = "approved" if event.move == "approve" else "refused", event.done_at
        elif event.move == "ask_approval":
            asked, approval = event, "asked"
        elif event.move == "review":
            reviewed = event.done_at
        elif event.move == "close":
            offer, asked, approval = None, None, None
    if approval == "approved" and evidence_at is not None and decided_at is not None and evidence_at > decided_at:
        asked, approval = None, None
    if state is CaseState.CLOSED and evidence_at is not None and since is not None and evidence_at > since:
        state, since, holder = CaseState.NEW, evidence_at, holder
    every = tuple(referrals.values())
    return CaseNow(student_id, state, holder, since, offer, every, approval, asked, reviewed, tuple(events))


def _asks(event: CaseEvent) -> bool:
    """Whether a referral waits for approval: it tells more than the least, and nobody is in danger."""
    told = event.details.get("told", [])
    return any(one not in PLAIN for one in told) and not event.details.get("danger", False)


def needs_to_close(case: CaseNow, now: Present, today: date) -> tuple[Need, ...]:
    """What is still missing before the case may be closed."""
    return tuple(_needs(case, now, today))


def _needs(case: CaseNow, now: Present, today: date) -> Iterator[Need]:
    if now.seen_on is None:
        yield Need.TALK
    if now.open or now.leads:
        yield Need.EVIDENCE
    if now.lacks == SECOND_PERSON or now.in_review:
        yield Need.SECOND_PERSON
    if human_level(now.words) > Tier.WATCH.ord:
        yield Need.VIEW
    if any(one.waits for one in case.referrals):
        yield Need.ANSWER
    if case.offer is not None:
        yield Need.OFFER
    if now.tries.failed:
        yield Need.CONTACT
    if now.confirmed_on is not None:
        if today < now.confirmed_on + HALF_YEAR:
            yield Need.HALF_YEAR
        if case.approval != "approved":
            yield Need.APPROVAL


@dataclass(frozen=True)
class OpenMove:
    """A move that somebody may make now; `lacking` says what is missing before it can be."""

    move: CaseMove
    lacking: tuple[Need, ...] = ()


def open_moves(case: CaseNow, user: User, school_id: str, needs: Sequence[Need]) -> list[OpenMove]:
    """What a person may do with a case, read from the table: the state, the role, and whose turn it is."""
    return [
        OpenMove(move, tuple(needs) if move.closing else ())
        for move in MOVES
        if case.state in move.sources
        and may(user, move.action, _where(move, case, user, school_id))
        and _turn(move, case, user)
        and (move.where is None or move.where in needs)
    ]


def _where(move: CaseMove, case: CaseNow, user: User, school_id: str) -> str:
    """The school at which a right is asked for: whom a case of another school is offered to answers at the own."""
    if move.who is Who.OFFERED and case.offer is not None and case.offer.to_school is not None:
        return case.offer.to_school
    return school_id


def _turn(move: CaseMove, case: CaseNow, user: User) -> bool:
    waiting: dict[str, Any] = {"offer": case.offer, "referral": case.referral, "approval": case.to_approve}
    if move.pending is not None:
        wanted, what = not move.pending.startswith("no "), move.pending.removeprefix("no ")
        there = case.approval in ("asked", "approved") if what == "approval" and not wanted else waiting[what]
        if bool(there) is not wanted:
            return False
    if move.who in (Who.TALK, Who.RUNG):
        return False
    if move.who is Who.OFFERED:
        offer = case.offer
        return (
            offer is not None
            and user.username != offer.done_by
            and (offer.person == user.username or (offer.person is None and offer.to_school in user.schools))
        )
    if move.who is Who.OFFERING:
        return case.offer is not None and case.offer.done_by == user.username
    if move.who is Who.ANOTHER:
        return case.to_approve is not None and case.to_approve.done_by != user.username
    return True
