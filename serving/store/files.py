"""Whose file a fact goes to.

A file is a student's own where the roster knows the id at that school. What another school sends under the same id is
never put there: it gets a file of its own, `ID (SCHOOL)`, until the roster says that the student is at that school, or
a person has settled who it is. What comes for an unknown school goes to the schools of the key that sent it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from serving.store.database import Store, chunks
from serving.store.students import Student, is_unassigned, strangers_of, students_of, unassigned_among
from serving.store.tables import students


@dataclass(frozen=True)
class Whereabouts:
    """Where an id stands: at which school, and whether a roster says so."""

    school_id: str
    on_roster: bool


@dataclass(frozen=True)
class FileOf:
    """The file of a student at a school; `on_roster` where the roster has the student there."""

    file_id: str
    school_id: str
    on_roster: bool


def whereabouts(store: Store, ids: Sequence[str]) -> dict[str, Whereabouts]:
    """Where each of `ids` stands, as far as it is known."""
    with store.reading() as connection:
        return whereabouts_of(connection, ids)


def whereabouts_of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, Whereabouts]:
    found = {who: Whereabouts(one.school_id, False) for who, one in strangers_of(connection, ids).items()}
    for part in chunks(sorted(set(ids))):
        query = sa.select(students.c.student_id, students.c.school_id).where(students.c.student_id.in_(part))
        found |= {row.student_id: Whereabouts(row.school_id, True) for row in connection.execute(query)}
    return found


def file_of(
    student_id: str,
    named: str | None,
    known: Mapping[str, Whereabouts],
    schools: Collection[str],
    allowed: Collection[str] | None,
) -> FileOf:
    """The file of what a client sends about a student under the school `named`, or under none.

    `schools` are those that exist, `allowed` the client's own, None for all. A misspelt or foreign school is no school.
    """
    here = named if named in schools and (allowed is None or named in allowed) else None
    nowhere = next(iter(allowed)) if allowed is not None and len(allowed) == 1 else unassigned_among(allowed)
    stands = known.get(student_id)
    if stands is None:
        return FileOf(student_id, here or nowhere, False)
    may = allowed is None or stands.school_id in allowed or stands.school_id == unassigned_among(allowed)
    if may and (named is None or named == stands.school_id):
        return FileOf(student_id, stands.school_id, stands.on_roster)
    if may and not stands.on_roster and is_unassigned(stands.school_id):
        return FileOf(student_id, here or stands.school_id, False)
    school = here or nowhere
    return FileOf(contested(student_id, school), school, False)


def clashes(store: Store, students: Sequence[Student], covered: Collection[str]) -> dict[str, str]:
    """Of students of a dataset, those whose id another school has for somebody who contradicts them in sex or birth
    date, with that school. A dataset that covers that school as well knows better: then the student has moved."""
    with store.reading() as connection:
        known = students_of(connection, [one.student_id for one in students], False)
    found = {}
    for one in students:
        held = known.get(one.student_id)
        if held is None or held.school_id == one.school_id or held.school_id in covered:
            continue
        pairs = ((held.sex, one.sex), (held.birth_date, one.birth_date))
        if any(a != b for a, b in pairs if a not in (None, "unknown") and b not in (None, "unknown")):
            found[one.student_id] = held.school_id
    return found


def contested(student_id: str, school_id: str) -> str:
    """The id of a file of its own; no id that a school gives holds a blank."""
    return f"{student_id} ({school_id})"
