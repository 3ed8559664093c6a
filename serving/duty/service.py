"""A school's duty roster: allowed first, then put in the audit log, then read or changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from data_schemas.duty import DutySpan, duty_faults, duty_spans
from data_schemas.rules import Fault, faults
from data_schemas.schools import unknown_schools
from data_schemas.table_file import read_table_file
from data_schemas.tables import TABLES
from models.duty import make_duty
from models.duty_cover import DAY
from runxin.errors import bad_data
from serving.access import Action, User, check_may, may
from serving.duty.form import LONGEST, DutyFault, turns_of
from serving.duty.week import (
    WEEK,
    DutyWeek,
    Uncovered,
    day_after_term,
    days_of_week,
    monday_of,
    turn_id,
    uncovered,
)
from serving.platform.guard import Upload
from serving.platform.state import State
from serving.store import AuditEvent, duty_in_force, duty_of, keep_duty, write_audit
from serving.store.duty import PUBLIC, STANDING, Number, change_duty, keep_numbers, numbers_of

GAPS_NAMED = 5
TABLE = TABLES["duty"]
KINDS = (PUBLIC, *(role.code for role in STANDING))  # of numbers, in the order of the form
SUFFIXES = (".csv", ".xlsx", ".xlsm", ".xls", ".ods")


@dataclass(frozen=True)
class DutyImport:
    """What an import brought: so many turns, from the first day to the last one."""

    turns: int
    first: date
    last: date


def open_duty(state: State, user: User, school_id: str, day: date | None) -> DutyWeek:
    """The week in which a day lies, today's by default, with what is without anybody. Raises `UserError` (refused), and
    (bad data) for a day outside of the calendar."""
    check_may(user, Action.SEE_DUTY, school_id)
    now, school, policy = state.clock(), state.calendars.of(school_id), state.policy.duty
    write_audit(state.store, AuditEvent(now, user.username, "duty.read", object_id=school_id))
    spans = duty_in_force(state.store, [school_id]).get(school_id, [])
    monday, after = monday_of(day or state.today()), day_after_term(now, school)
    days = days_of_week(spans, monday, school, policy)
    in_week = [piece.turn for one in days for piece in one.pieces if piece.turn is not None]
    ahead = state.today() + policy.look_ahead_days * DAY
    return DutyWeek(
        days=days,
        turns={turn_id(span): span for span in in_week},
        now=duty_of(state.store, school_id).people_at(now),
        numbers=numbers_of(state.store, school_id),
        ahead=uncovered(spans, now, ahead, school, policy, GAPS_NAMED),
        term=None if after is None else uncovered(spans, now, after, school, policy, 0),
        any_turns=bool(spans),
    )


@dataclass(frozen=True)
class DutyNote:
    """What of a roster is told beside the day's work: hours `ahead` without anybody, as the page of the roster has
    them, and whether there is no roster at all or nobody to be called `now`."""

    ahead: Uncovered
    any_turns: bool
    anybody_now: bool


def duty_note(state: State, user: User, school_id: str) -> DutyNote | None:
    """None where all is well, and for whom the roster is not."""
    if not may(user, Action.SEE_DUTY, school_id):
        return None
    now, school, policy = state.clock(), state.calendars.of(school_id), state.policy.duty
    spans = duty_in_force(state.store, [school_id]).get(school_id, [])
    ahead = uncovered(spans, now, state.today() + policy.look_ahead_days * DAY, school, policy, 1)
    note = DutyNote(ahead, bool(spans), bool(make_duty(spans).people_at(now)))
    return note if ahead.total or not spans else None


def may_change(user: User, school_id: str) -> bool:
    return may(user, Action.CHANGE_DUTY, school_id)


def save_turn(state: State, user: User, school_id: str, turn: str, typed: Mapping[str, str]) -> int:
    """Add a turn on one day or many, or put it in the place of the one named; how many were added. Raises `UserError`
    (refused) and `DutyFault`: something does not fit, or overlaps, or the one named stands no more."""
    check_may(user, Action.CHANGE_DUTY, school_id)
    added = turns_of(school_id, typed, state.calendars.of(school_id))
    _change(state, user, school_id, _named(state, school_id, turn), added)
    return len(added)


def remove_turn(state: State, user: User, school_id: str, turn: str) -> None:
    """Take a turn out. Raises `UserError` (refused) and `DutyFault` where it stands no more."""
    check_may(user, Action.CHANGE_DUTY, school_id)
    found = _named(state, school_id, turn)
    if not found:
        raise DutyFault("duty_fault_gone", "the turn stands no more")
    _change(state, user, school_id, found, [])


def _named(state: State, school_id: str, turn: str) -> list[DutySpan]:
    """The turn that a form is about, as it stands; none where it is about a new one."""
    if not turn:
        return []
    spans = duty_in_force(state.store, [school_id]).get(school_id, [])
    found = [span for span in spans if turn_id(span) == turn]
    if not found:
        raise DutyFault("duty_fault_gone", "the turn stands no more")
    return found


def _change(state: State, user: User, school_id: str, taken_out: Sequence[DutySpan], added: Sequence[DutySpan]) -> None:
    refusal = change_duty(state.store, school_id, taken_out, added, user.username, state.clock())
    if refusal:
        raise DutyFault(f"duty_fault_{refusal}", f"the roster was not changed: {refusal}")


def save_numbers(state: State, user: User, school_id: str, given: Mapping[str, Number]) -> None:
    """Say what the public number is, and who stands behind the roster; both blank takes back what was said. Raises
    `UserError` (refused) and `DutyFault`."""
    check_may(user, Action.CHANGE_DUTY, school_id)
    if any(len(text or "") > LONGEST for said in given.values() for text in said):
        raise DutyFault("duty_fault_person", f"at most {LONGEST} characters")
    known = {kind: said for kind, said in given.items() if kind in KINDS}
    keep_numbers(state.store, school_id, known, user.username, state.clock())


def import_duty(state: State, user: User, school_id: str, upload: Upload | None) -> DutyImport:
    """Take turns from a file, all or none; they replace what was there from the first turn's start to the last one's
    end. A file speaks of the school of the page alone. Raises `UserError` (refused), and (bad data) that names every
    row at fault, in English."""
    check_may(user, Action.CHANGE_DUTY, school_id)
    suffix = Path(upload.name).suffix.lower() if upload is not None else ""
    if upload is None or suffix not in SUFFIXES:
        raise bad_data("choose a file: CSV or Excel")
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"duty{suffix}"
        file.write_bytes(upload.content)
        spans = duty_spans(read_table_file(file, TABLE, partial(_faults, frozenset({school_id}))).frame)
    keep_duty(state.store, spans, user.username, state.clock())
    last = max(span.ends_at for span in spans)
    return DutyImport(len(spans), min(span.starts_at for span in spans).date(), last.date())


def _faults(known: frozenset[str], frame: pd.DataFrame) -> Sequence[Fault]:
    return [*faults(frame, TABLE, datetime.max.date(), ()), *duty_faults(frame), unknown_schools(frame, known)]


def turns_to_file(state: State, user: User, school_id: str, day: date | None) -> list[DutySpan]:
    """The turns that begin in a week, as a file to fill in further. Raises `UserError` (refused)."""
    check_may(user, Action.SEE_DUTY, school_id)
    write_audit(state.store, AuditEvent(state.clock(), user.username, "duty.read", object_id=school_id))
    monday = monday_of(day or state.today())
    spans = duty_in_force(state.store, [school_id]).get(school_id, [])
    return [span for span in spans if monday <= span.starts_at.date() < monday + WEEK]
