"""Bookings at a school: allowed first, then put in the audit log, then read or kept.

A student asks through a person of the school, who enters it: nothing here is open to who does not sign in. A booking
moves nobody on the list, and why somebody asked stands on the student's page alone.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from models.duties import duty_time
from models.triage import ZONE
from runxin.errors import Kind, UserError
from serving.access import Action, User, check_may, may
from serving.bookings import store as kept
from serving.bookings.booking import BookedStep, Booking, BookingStep, DeclineReason, Slot
from serving.bookings.form import AskForm, BookingFault, times_of
from serving.platform.state import State
from serving.store import AuditEvent, Student, find_student, write_audit

SHOWN = timedelta(days=61)
OPEN = (BookingStep.ASKED, BookingStep.GIVEN)
S = BookingStep


@dataclass(frozen=True)
class BookingLine:
    """A booking with whose it is; `student` is None where the student is at another school by now."""

    booking: Booking
    student: Student | None


@dataclass(frozen=True)
class BookingCounts:
    """Of the requests of a term: how many there were, how many stand where, and the median of days from a request to
    the time that was given, of those that were kept (None of none)."""

    asked: int
    states: Mapping[BookingStep, int]
    days: float | None


@dataclass(frozen=True)
class BookingsView:
    """Of a school: who waits for a time, the longest first; times given that lie ahead, the earliest first; those that
    are over, of which nobody has said whether they were kept; what is settled, the newest first; times still free."""

    waiting: tuple[BookingLine, ...]
    ahead: tuple[BookingLine, ...]
    to_say: tuple[BookingLine, ...]
    settled: tuple[BookingLine, ...]
    free: tuple[Slot, ...]
    counts: BookingCounts


@dataclass(frozen=True)
class BookingsNote:
    """What 今日 tells: the bookings of the day that nobody has said anything of yet, and how many wait for a time."""

    today: tuple[Booking, ...]
    waiting: int


def open_bookings(state: State, user: User, school_id: str) -> BookingsView:
    """Raises `UserError` (refused)."""
    check_may(user, Action.KEEP_BOOKINGS, school_id)
    now = state.clock()
    write_audit(state.store, AuditEvent(now, user.username, "bookings.read", object_id=school_id))
    everything = kept.bookings_of_school(state.store, school_id)
    shown = [one for one in everything if one.state in OPEN or one.newest.said_at > now - SHOWN]
    lines = [BookingLine(one, _student(state, user, one.student_id, school_id)) for one in shown]
    given = sorted((one for one in lines if one.booking.state is S.GIVEN), key=lambda line: _begins(line.booking))
    settled = sorted(
        (one for one in lines if one.booking.state not in OPEN), key=lambda line: line.booking.last, reverse=True
    )
    return BookingsView(
        tuple(one for one in lines if one.booking.state is S.ASKED),
        tuple(one for one in given if not one.booking.waits_for_a_word(now)),
        tuple(one for one in given if one.booking.waits_for_a_word(now)),
        tuple(settled),
        kept.free_slots(state.store, school_id, now),
        _counted(everything, _term_began(state, school_id)),
    )


def bookings_note(state: State, user: User, school_id: str) -> BookingsNote | None:
    """None where there is nothing to tell, and for whom bookings are not."""
    if not may(user, Action.KEEP_BOOKINGS, school_id):
        return None
    everything, today = kept.bookings_of_school(state.store, school_id), state.today()
    given = [one for one in everything if one.state is S.GIVEN and _begins(one).astimezone(ZONE).date() == today]
    waiting = sum(one.state is S.ASKED for one in everything)
    return BookingsNote(tuple(sorted(given, key=_begins)), waiting) if given or waiting else None


def bookings_for(state: State, student_id: str, notes: bool) -> tuple[Booking, ...]:
    """Of one student, for the student's own page, whose reading is allowed and in the audit log: the newest first. With
    `notes`, why somebody asked."""
    since = state.clock() - SHOWN
    found = kept.bookings_of_student(state.store, student_id, notes)
    return tuple(one for one in reversed(found) if one.state in OPEN or one.newest.said_at > since)


def bookings_asked_by(state: State, user: User) -> tuple[Booking, ...]:
    """One's own requests of the last two months, the newest first."""
    return tuple(reversed(kept.bookings_by(state.store, user.username, state.clock() - SHOWN)))


def free_slots(state: State, user: User, school_id: str) -> tuple[Slot, ...]:
    """Times to choose from. Raises `UserError` (refused)."""
    check_may(user, Action.ASK_BOOKING, school_id)
    return kept.free_slots(state.store, school_id, state.clock())


def student_to_book(state: State, user: User, student_id: str) -> Student:
    """For whom a time may be asked. Raises `UserError` (refused, not found)."""
    student = find_student(state.store, student_id)
    check_may(user, Action.ASK_BOOKING, None if student is None else student.school_id)
    if student is None:
        raise UserError(Kind.NOT_FOUND, "there is no such student")
    return student


def ask_time(state: State, user: User, student_id: str, form: AskForm) -> None:
    """Ask for a time; of who gives times, the one that is chosen is given at once. Raises `UserError` (refused, not
    found) and `BookingFault`."""
    student, now = student_to_book(state, user, student_id), state.clock()
    asker, school = form.checked(), student.school_id
    if any(one.student_id == student_id and one.state in OPEN for one in bookings_asked_by(state, user)):
        raise BookingFault("booking_fault_open", "you have asked for this student already")
    slot_id = _free(state, school, form.slot_id).slot_id if form.slot_id else None
    booking_id, note = secrets.token_urlsafe(12), form.note.strip() or None
    asked = BookedStep(booking_id, student_id, school, S.ASKED, now, user.username, asker, slot_id, note=note)
    steps = [asked]
    if slot_id is not None and may(user, Action.KEEP_BOOKINGS, school):
        steps.append(BookedStep(booking_id, student_id, school, S.GIVEN, now, user.username, slot_id=slot_id))
    _keep(state, steps, 0)


def take_step(state: State, user: User, booking_id: str, step: str, slot_id: str, reason: str, last: int) -> str:
    """Give or move a time, decline, withdraw, or say whether it was kept; the school of the booking. `last` is the
    newest step that the reader had seen. Raises `UserError` (refused, not found) and `BookingFault`."""
    booking, now = kept.find_booking(state.store, booking_id), state.clock()
    if booking is None:
        check_may(user, Action.KEEP_BOOKINGS, next(iter(user.schools), None))
        raise UserError(Kind.NOT_FOUND, "there is no such booking")
    school = booking.asked.school_id
    mine = booking.asked.said_by == user.username and step == S.WITHDRAWN.code
    check_may(user, Action.ASK_BOOKING if mine else Action.KEEP_BOOKINGS, school)
    if step not in BookingStep.codes() or (step == S.WITHDRAWN.code and not mine):
        raise BookingFault("booking_fault_step", "say what is done")
    said = S.of(step)
    if not booking.may(said, now):
        raise BookingFault("booking_fault_gone_on", "this cannot be done with the booking as it stands")
    if said is S.DECLINED and reason not in DeclineReason.codes():
        raise BookingFault("booking_fault_reason", "say why no time is given")
    why = DeclineReason.of(reason) if said is S.DECLINED else None
    slot = _free(state, school, slot_id).slot_id if said is S.GIVEN else None
    one = BookedStep(booking_id, booking.student_id, school, said, now, user.username, slot_id=slot, reason=why)
    _keep(state, [one], last)
    return school


def offer_times(state: State, user: User, school_id: str, typed: Mapping[str, str]) -> int:
    """Offer times of one's own; how many. Raises `UserError` (refused) and `BookingFault`."""
    check_may(user, Action.KEEP_BOOKINGS, school_id)
    now = state.clock()
    times = times_of(typed, now, state.calendars.of(school_id))
    slots = [Slot(secrets.token_urlsafe(12), school_id, user.username, at, minutes) for at, minutes in times]
    event = AuditEvent(now, user.username, "slots.offered", object_id=school_id, detail=f"{len(slots)}")
    if not kept.keep_slots(state.store, slots, event):
        raise BookingFault("booking_fault_overlap", "one of these times overlaps with one that you offer already")
    return len(slots)


def take_time_back(state: State, user: User, school_id: str, slot_id: str) -> None:
    """Take back one of one's own free times. Raises `UserError` (refused) and `BookingFault`."""
    check_may(user, Action.KEEP_BOOKINGS, school_id)
    slot, now = _free(state, school_id, slot_id), state.clock()
    event = AuditEvent(now, user.username, "slot.removed", object_id=school_id)
    mine = slot.counselor == user.username
    if not mine or not kept.remove_slot(state.store, slot, secrets.token_urlsafe(12), event):
        raise BookingFault("booking_fault_taken", "the time is not free any more, or another's")


def _free(state: State, school_id: str, slot_id: str) -> Slot:
    found = kept.free_slots(state.store, school_id, state.clock())
    slot = next((one for one in found if one.slot_id == slot_id), None)
    if slot is None:
        raise BookingFault("booking_fault_taken", "the time is not free any more")
    return slot


def _keep(state: State, steps: list[BookedStep], last: int) -> None:
    events = [
        AuditEvent(one.said_at, one.said_by, f"booking.{one.step.code}", "follow_up", one.student_id) for one in steps
    ]
    against = kept.keep_steps(state.store, steps, last, events)
    if against:
        raise BookingFault(f"booking_fault_{against}", "somebody else was faster")


def _student(state: State, user: User, student_id: str, school_id: str) -> Student | None:
    found = find_student(state.store, student_id, may(user, Action.SEE_NAMES, school_id))
    return found if found is not None and found.school_id == school_id else None


def _begins(booking: Booking) -> datetime:
    return booking.slot.starts_at if booking.slot is not None else booking.newest.said_at


def _term_began(state: State, school_id: str) -> datetime:
    today = state.today()
    terms = duty_time(today, today, state.calendars.of(school_id), state.policy).terms
    began = max((one.first for one in terms if one.first <= today), default=today - SHOWN)
    return datetime.combine(began, datetime.min.time(), ZONE)


def _counted(bookings: tuple[Booking, ...], since: datetime) -> BookingCounts:
    mine = [one for one in bookings if one.asked.said_at >= since]
    states = {state: sum(one.state is state for one in mine) for state in BookingStep}
    waited = [(_begins(one) - one.asked.said_at) / timedelta(days=1) for one in mine if one.state is S.KEPT]
    return BookingCounts(len(mine), states, median(waited) if waited else None)
