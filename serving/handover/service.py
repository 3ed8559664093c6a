"""Handing over many students at once, by the moves of cases: each is offered, and accepted or declined, by itself.

At 转学 the records go along at the same time (D09); files of 重点 and 危机 are handed over within two weeks after a
term has begun (D10), and between stages in the first week (D11). Nothing moves before it is accepted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from data_schemas.calendar import date_to_day, day_to_date
from data_schemas.codes import Tier
from runxin.errors import UserError, refused
from serving.access import Action, Role, User, check_may, may
from serving.accounts import list_accounts
from serving.cases.case import CaseNow
from serving.cases.service import cases_of, do_move, waiting_cases
from serving.cases.workflow import CaseState
from serving.platform.state import State
from serving.store import AuditEvent, homes, school_names, write_audit
from serving.today.entries import Entry
from serving.today.service import open_list

OF_CLASSES, OF_STAGES = timedelta(days=14), timedelta(days=7)  # D10, D11
ANSWERS = ("accept", "decline")


@dataclass(frozen=True)
class HandoverLine:
    """One student to hand over: the line of the list, and the case."""

    entry: Entry
    case: CaseNow

    @property
    def answer(self) -> str:
        """How the newest offer went: "offered", "accepted" or "declined"; empty where there was none."""
        if self.case.offer is not None:
            return "offered"
        moves = [one.move for one in self.case.events if one.move in ("accept", "decline")]
        return {"accept": "accepted", "decline": "declined"}[moves[-1]] if moves else ""


@dataclass(frozen=True)
class HandoverPart:
    """What may be handed over from a school, what waits for the user's answer, to whom it may go, and the days by which
    D10 and D11 are to be done (None outside of their time)."""

    lines: tuple[HandoverLine, ...]
    offered: tuple[CaseNow, ...]
    colleagues: tuple[str, ...]
    schools: tuple[tuple[str, str], ...]
    classes_by: date | None
    stages_by: date | None


@dataclass(frozen=True)
class HandoverDone:
    """How many were done, and of whom it did not work, with what was wrong."""

    done: int
    failed: tuple[tuple[str, str], ...]


def open_handover(state: State, user: User, school_id: str) -> HandoverPart:
    """Who is at 重点 or above, or has a case that is not closed, a blind student without a tier; nobody of whom it is
    not settled yet who it is. Raises `UserError` (refused)."""
    check_may(user, Action.RECORD_WORD, school_id)
    listed = open_list(state, user, school_id)
    entries = (
        {}
        if listed is None
        else {entry.student.student_id: entry for queue in listed.queues.values() for entry in queue}
    )
    entries = {one: entries[one] for one in homes(state.store, sorted(entries))}
    cases = cases_of(state.store, sorted(entries))
    lines = [HandoverLine(entries[one], cases[one]) for one in sorted(entries) if _goes(entries[one], cases[one])]
    lines.sort(key=lambda one: (one.entry.student.class_id or "", one.entry.student.student_id))
    names = school_names(state.store)
    users = [User(one.username, Role.of(one.role), one.schools) for one in list_accounts(state.store)]
    colleagues = tuple(
        one.username for one in users if may(one, Action.RECORD_WORD, school_id) and one.username != user.username
    )
    others = tuple((school, name) for school, name in names.items() if school != school_id)
    begun = _term_began(state, school_id)
    return HandoverPart(
        tuple(lines),
        waiting(state, user),
        colleagues,
        others,
        _within(state, begun, OF_CLASSES),
        _within(state, begun, OF_STAGES),
    )


def _goes(entry: Entry, case: CaseNow) -> bool:
    worked_on = case.events != () and case.state is not CaseState.CLOSED
    return worked_on or (entry.tier is not None and entry.tier.ord >= Tier.PRIORITY.ord)


def waiting(state: State, user: User) -> tuple[CaseNow, ...]:
    """Offers that wait for the user's answer."""
    return tuple(line.case for line in waiting_cases(state, user) if line.offer)


def hand_over(
    state: State, user: User, school_id: str, ids: Sequence[str], person: str, to_school: str, reason: str
) -> HandoverDone:
    """Offer many students to a colleague or to another school. What does not fit of one leaves the others as they are:
    it is named. Raises `UserError` (refused)."""
    check_may(user, Action.RECORD_WORD, school_id)
    if not ids or bool(person) is bool(to_school):
        raise refused("tick who is to be handed over, and name a person or a school", fix="go back and choose")
    known = homes(state.store, ids)
    strangers = tuple((one, "nobody has settled who this is") for one in ids if one not in known)
    offered = [one for one in ids if one in known]
    made = _each(state, user, offered, "offer", {"person": person, "to_school": to_school, "reason": reason})
    return HandoverDone(made.done, (*made.failed, *strangers))


def answer(state: State, user: User, ids: Sequence[str], said: str, reason: str) -> HandoverDone:
    """Accept or decline many offers. Raises `UserError` (refused)."""
    if not any(may(user, Action.RECORD_WORD, school) for school in user.schools):
        raise refused("only who works with students may take them over")
    if said not in ANSWERS or not ids:
        raise refused("tick whom it is about, then accept or decline", fix="go back and choose")
    return _each(state, user, ids, said, {"reason": reason})


def _each(state: State, user: User, ids: Sequence[str], move: str, given: dict[str, str]) -> HandoverDone:
    cases, failed = cases_of(state.store, list(ids)), []
    for one in ids:
        try:
            do_move(state, user, one, move, cases[one].last, given)
        except UserError as error:
            failed.append((one, str(error)))
    detail = f"{move} {len(ids) - len(failed)}"
    write_audit(state.store, AuditEvent(state.clock(), user.username, "handover.done", "follow_up", None, detail))
    return HandoverDone(len(ids) - len(failed), tuple(failed))


def _term_began(state: State, school_id: str) -> date | None:
    """The first day of the newest term that has begun; None outside of terms."""
    school, today = state.calendars.of(school_id), date_to_day(state.today())
    place = today - school.first
    if not 0 <= place < len(school.term) or not school.term[place]:
        return None
    while place > 0 and school.term[place - 1] == school.term[today - school.first]:
        place -= 1
    return day_to_date(school.first + place)


def _within(state: State, begun: date | None, time: timedelta) -> date | None:
    return begun + time if begun is not None and state.today() <= begun + time else None
