"""Offered times and steps of bookings, added with their event in the audit log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from serving.bookings.booking import Asker, BookedStep, Booking, BookingStep, DeclineReason, Slot, booking_of, holders
from serving.store import AuditEvent, Store, add_event
from serving.store.booking_tables import booking_slots, booking_steps
from serving.store.sealing import seal, unseal

SLOT, STEP = booking_slots.c, booking_steps.c


def free_slots(store: Store, school_id: str, since: datetime) -> tuple[Slot, ...]:
    """Offered times of a school that begin after a moment and that no booking holds, the earliest first."""
    with store.reading() as connection:
        taken = holders(_steps_by_booking(connection, STEP.school_id == school_id))
        offered = _slots(connection, SLOT.school_id == school_id, SLOT.starts_at > since)
    return tuple(one for one in offered if one.slot_id not in taken)


def bookings_of_school(store: Store, school_id: str) -> tuple[Booking, ...]:
    """Those that were asked for at a school, the oldest request first; without their notes."""
    return _bookings(store, STEP.school_id == school_id)


def bookings_of_student(store: Store, student_id: str, notes: bool) -> tuple[Booking, ...]:
    return _bookings(store, STEP.student_id == student_id, notes)


def bookings_by(store: Store, username: str, since: datetime) -> tuple[Booking, ...]:
    """Those that somebody asked for since a moment."""
    asked = sa.select(STEP.booking_id).where(STEP.step == BookingStep.ASKED.code, STEP.said_by == username)
    return _bookings(store, STEP.booking_id.in_(asked.where(STEP.said_at >= since)))


def find_booking(store: Store, booking_id: str) -> Booking | None:
    return next(iter(_bookings(store, STEP.booking_id == booking_id)), None)


def keep_slots(store: Store, slots: Sequence[Slot], event: AuditEvent) -> bool:
    """Offer times; False, and none is offered, where one overlaps with what the counselor offers already."""
    said = {"said_at": event.at, "said_by": event.actor}
    with store.writing() as connection:
        for one in slots:
            mine = _slots(connection, SLOT.counselor == one.counselor, SLOT.starts_at < one.ends_at)
            if any(other.ends_at > one.starts_at for other in mine):
                return False
        connection.execute(booking_slots.insert(), [vars(one) | said for one in slots])
        add_event(connection, event)
    return True


def remove_slot(store: Store, slot: Slot, undo_id: str, event: AuditEvent) -> bool:
    """Take an offer back; False where a booking holds it, or it was taken back before."""
    with store.writing() as connection:
        standing = _slots(connection, SLOT.slot_id == slot.slot_id)
        if not standing or slot.slot_id in holders(_steps_by_booking(connection, STEP.school_id == slot.school_id)):
            return False
        row = vars(slot) | {"slot_id": undo_id, "undoes": slot.slot_id, "said_at": event.at, "said_by": event.actor}
        connection.execute(booking_slots.insert().values(row))
        add_event(connection, event)
    return True


def keep_steps(store: Store, steps: Sequence[BookedStep], last: int, events: Sequence[AuditEvent]) -> str | None:
    """Keep steps of one booking that was read up to step `last`, 0 for a new one. What stands against it, and then
    nothing is kept: "gone_on" where somebody else has done something since, "taken" where the time is another's."""
    first = steps[0]
    with store.writing() as connection:
        known = connection.scalar(sa.select(sa.func.max(STEP.step_id)).where(STEP.booking_id == first.booking_id))
        if (known or 0) != last:
            return "gone_on"
        given = [one.slot_id for one in steps if one.step is BookingStep.GIVEN]
        if given:
            taken = holders(_steps_by_booking(connection, STEP.school_id == first.school_id))
            mine = {one.slot_id for one in _slots(connection, SLOT.school_id == first.school_id)}
            if any(slot not in mine or taken.get(slot or "", first.booking_id) != first.booking_id for slot in given):
                return "taken"
        for one in steps:
            note = None if one.note is None else seal(connection, "booking_steps", one.booking_id, one.note)
            codes = {"step": one.step.code, "asker": one.asker and one.asker.code}
            codes |= {"reason": one.reason and one.reason.code}
            row = {name: value for name, value in vars(one).items() if name != "step_id"}
            connection.execute(booking_steps.insert().values(row | codes | {"note": note, "file_id": one.student_id}))
        for event in events:
            add_event(connection, event)
    return None


def _bookings(store: Store, where: sa.ColumnElement[bool], notes: bool = False) -> tuple[Booking, ...]:
    with store.reading() as connection:
        grouped = _steps_by_booking(connection, where, notes)
        named = {one.slot_id for mine in grouped for one in mine if one.slot_id is not None}
        slots = {one.slot_id: one for one in _slots(connection, SLOT.slot_id.in_(named), undone=True)}
    return tuple(booking_of(mine, slots) for mine in grouped)


def _steps_by_booking(
    connection: sa.Connection, where: sa.ColumnElement[bool], notes: bool = False
) -> list[list[BookedStep]]:
    found: dict[str, list[BookedStep]] = {}
    for row in connection.execute(booking_steps.select().where(where).order_by(STEP.step_id)):
        found.setdefault(row.booking_id, []).append(_step(connection, row, notes))
    return list(found.values())


def _step(connection: sa.Connection, row: Any, notes: bool) -> BookedStep:
    return BookedStep(
        row.booking_id,
        row.student_id,
        row.school_id,
        BookingStep.of(row.step),
        row.said_at,
        row.said_by,
        None if row.asker is None else Asker.of(row.asker),
        row.slot_id,
        None if row.reason is None else DeclineReason.of(row.reason),
        unseal(connection, "booking_steps", row.booking_id, row.note) if notes and row.note is not None else None,
        row.step_id,
    )


def _slots(connection: sa.Connection, *where: sa.ColumnElement[bool], undone: bool = False) -> list[Slot]:
    """Offers that stand, the earliest first; also those that were taken back, where `undone`."""
    query = booking_slots.select().where(SLOT.undoes.is_(None), *where).order_by(SLOT.starts_at, SLOT.slot_id)
    if not undone:
        query = query.where(SLOT.slot_id.not_in(sa.select(SLOT.undoes).where(SLOT.undoes.is_not(None))))
    return [
        Slot(row.slot_id, row.school_id, row.counselor, row.starts_at, row.minutes) for row in connection.execute(query)
    ]
