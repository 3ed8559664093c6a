"""One school's facts for its list: what was read before is kept in memory, and what has changed since is read anew.

The facts in the database are the one truth. What is kept is what they said, with the counts of changes that it holds
(`serving.store.fact_changes`), which are read at every request.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import sqlalchemy as sa

from models.triage.missed import Spoken
from serving.store.database import Store
from serving.store.evidence import pieces_of
from serving.store.fact_changes import OF_LOTS, Stamp, stamp_of, stamps_of, times_of
from serving.store.facts import SchoolFacts, facts_of_school
from serving.store.kept_schools import KeptSchools, settle
from serving.store.outcomes import spoken_by_lot, words_of
from serving.store.runs import newest_run_of
from serving.store.students import Student, names_at

A_YEAR = timedelta(days=365)


def read_school(
    store: Store, school_id: str, today: date, names_allowed: bool = False, as_of: date | None = None
) -> SchoolFacts:
    """The facts of one school's list in force on a day, or of its list of another day.

    Those of the list in force are kept from one reading to the next: what has changed since is read anew
    (`serving.store.fact_changes`), and everything on another day, since suspensions and consents end with days.
    """
    with store.reading() as connection:
        stamp = stamp_of(connection, school_id)
        if as_of is not None:
            run = newest_run_of(connection, school_id, today, as_of)
            facts = facts_of_school(connection, school_id, run, today)
        else:
            facts = _kept_facts(connection, store.kept, school_id, today, stamp)
        by_lot = _spoken(connection, store.kept, today, stamp)
        people = _named(connection, store.kept, school_id, facts.people) if names_allowed else facts.people
        return replace(facts, by_lot=by_lot, people=people)


def stamp_at(store: Store, school_id: str) -> Stamp:
    """How often facts have changed that bear on a school: what was kept under the same stamp holds still."""
    return stamps_at(store, [school_id])[school_id]


def stamps_at(store: Store, school_ids: Collection[str]) -> dict[str, Stamp]:
    """`stamp_at` of several schools."""
    with store.reading() as connection:
        return stamps_of(connection, school_ids)


@dataclass(frozen=True)
class _KeptSchool:
    """The facts of a school's list in force on a day, with the changes that they hold: of the school, by student."""

    facts: SchoolFacts
    today: date
    stamp: Stamp
    times: Mapping[str, int]


def _kept_facts(connection: sa.Connection, kept: KeptSchools, school_id: str, today: date, stamp: Stamp) -> SchoolFacts:
    before: _KeptSchool | None = kept.get(school_id)
    stands = before is not None and before.today == today and before.stamp.of_all == stamp.of_all
    if before is not None and stands and before.stamp[:3] == stamp[:3]:
        return before.facts
    times = times_of(connection, school_id)
    if before is not None and stands:
        facts = _with_changed(connection, before, school_id, today, times)
    else:
        run = newest_run_of(connection, school_id, today)
        facts = facts_of_school(connection, school_id, run, today)
        settle(len(facts.everyone))
    kept.keep(school_id, _KeptSchool(facts, today, stamp, times))
    return facts


def _with_changed(
    connection: sa.Connection, before: _KeptSchool, school_id: str, today: date, times: Mapping[str, int]
) -> SchoolFacts:
    """The facts of a school, of which only those students are read of whom something has come in; and strangers."""
    was = before.facts
    changed = [
        one.student_id for one in was.everyone if times.get(one.student_id, 0) != before.times.get(one.student_id, 0)
    ]
    listed = {one.student_id: was.people[one.student_id] for one in was.everyone}
    anew = facts_of_school(connection, school_id, was.run, today, only=changed, there=listed)
    now = {one.student_id: one for one in anew.everyone}
    everyone = tuple(now.get(one.student_id, one) for one in was.everyone)
    return replace(was, everyone=everyone, strangers=anew.strangers, people=listed | dict(anew.people))


def _named(
    connection: sa.Connection, kept: KeptSchools, school_id: str, people: Mapping[str, Student]
) -> Mapping[str, Student]:
    """People with their names. These stand apart from the facts; a name that changes counts as a change of all, and
    then everybody is read anew: who is still the same has the same name."""
    before: tuple[Mapping[str, Student], Mapping[str, Student]] = kept.get(f" names {school_id}") or ({}, {})
    if before[0] is people:
        return before[1]
    same = {one: before[1][one] for one, who in people.items() if before[0].get(one) is who}
    named = names_at(connection, [one for one in people if one not in same])
    found = {one: same.get(one) or replace(who, name=named.get(one)) for one, who in people.items()}
    kept.keep(f" names {school_id}", (people, found))
    return found


def _spoken(connection: sa.Connection, kept: KeptSchools, today: date, stamp: Stamp) -> tuple[Spoken, ...]:
    holds = today, stamp.of_all, stamp.lots
    before = kept.get(OF_LOTS)
    if before is not None and before[0] == holds:
        found: tuple[Spoken, ...] = before[1]
        return found
    ids = spoken_by_lot(connection, today - A_YEAR)
    words, pieces = words_of(connection, ids), pieces_of(connection, ids)
    found = tuple(Spoken(words[one], pieces.get(one, ())) for one in ids)
    kept.keep(OF_LOTS, (holds, found))
    return found
