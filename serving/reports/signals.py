"""Signals of a school's classes: what short sleep, leave and two screenings say of each, and of nobody in it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from data_schemas.codes import LeaveType, Tier
from models.clusters import CAUGHT
from models.reports import ClassPart, ClassShare, Signal, class_changes, class_shares
from serving.platform.state import State
from serving.reports.store import Listed, short_sleep_of, two_lists
from serving.store import read_school
from serving.store.leave_rows import leave_of_school

FORTNIGHT, A_YEAR = timedelta(days=14), timedelta(days=365)
COUNTED = (LeaveType.SICK.code, LeaveType.PERSONAL.code, LeaveType.UNEXCUSED.code)


@dataclass(frozen=True)
class ClassSignals:
    """One class: a share for each signal of which anything is known, None where it is not told."""

    class_id: str
    shares: Mapping[Signal, ClassShare | None]


def signals_of(state: State, school_id: str, blind: Collection[str], least: int) -> tuple[ClassSignals, ...]:
    """By class as it is now. Whoever is blind is left out before anything is counted."""
    today = state.today()
    facts = read_school(state.store, school_id, today)
    ids = [one.student_id for one in facts.everyone if one.student_id not in blind]
    class_of = {one: facts.people[one].class_id or "" for one in ids}
    sleep = short_sleep_of(state.store, school_id, facts.run, today - A_YEAR)
    leave = {
        row.student_id
        for row in leave_of_school(state.store, school_id, facts.run)
        if row.type in COUNTED and row.reason not in CAUGHT and today - FORTNIGHT < row.known_on <= today
    }
    covered = leave or any(one.feed == "leaves" for one in facts.feeds)
    before, now = two_lists(state.store, school_id, today)
    shares = {
        Signal.SLEEP: class_shares(
            _parts(class_of, [one for one in ids if one in sleep], lambda one: sleep[one]), least
        ),
        Signal.LEAVE: class_shares(_parts(class_of, ids, lambda one: one in leave) if covered else {}, least),
        Signal.CHANGE: class_changes(_raised(before, blind), _raised(now, blind), least),
    }
    grades = {name: facts.people[one].grade or 0 for one, name in class_of.items() if name}
    return tuple(
        ClassSignals(name, {signal: found[name] for signal, found in shares.items() if name in found})
        for name in sorted(grades, key=lambda name: (grades[name], name))
    )


def _parts(class_of: Mapping[str, str], ids: Iterable[str], holds: Callable[[str], object]) -> dict[str, ClassPart]:
    """By class, of how many of some students it holds."""
    found: dict[str, ClassPart] = {}
    for one in ids:
        name = class_of[one]
        if name:
            before = found.get(name, ClassPart(0, 0))
            found[name] = ClassPart(before.n + bool(holds(one)), before.of + 1)
    return found


def _raised(listed: Sequence[Listed], blind: Collection[str]) -> dict[str, ClassPart]:
    """By class, how many of the screened stood above 一般."""
    them = {one.student_id: one for one in listed if one.student_id not in blind}
    class_of = {student_id: one.class_id for student_id, one in them.items()}
    return _parts(class_of, them, lambda student_id: them[student_id].tier > Tier.ROUTINE.ord)
