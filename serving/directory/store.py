"""Students of schools by id, name, sounds and first letters. What is read grows with these schools, not with a city."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import NamedTuple

import sqlalchemy as sa

from data_schemas.spelling import typed
from serving.store import Store, Student
from serving.store.fact_changes import stamp_of
from serving.store.kept_schools import KeptSchools
from serving.store.students import name_of, student_from_row
from serving.store.tables import names, students

AT_ONCE = 50  # students on a page


@dataclass(frozen=True)
class PeopleQuery:
    """Whom a page asks for. `schools` are those that are looked through, `named` those of them whose names may be."""

    schools: Collection[str]
    named: Collection[str]
    query: str = ""
    grade: int | None = None
    class_id: str | None = None
    place: int = 1  # of the page, from 1


@dataclass(frozen=True)
class People:
    """One page of those who were found, `total` of all; classes and grades that the schools have."""

    students: tuple[Student, ...]
    total: int
    grades: tuple[int, ...]
    classes: tuple[str, ...]


class Spelled(NamedTuple):
    """A student as searched for; name and sounds are empty where there is no name to be seen."""

    student_id: str
    grade: int | None
    class_id: str | None
    name: str = ""
    sounds: str = ""


def find_students(store: Store, wanted: PeopleQuery) -> People:
    """In a few readings, however many students there are."""
    there = students.c.school_id.in_(list(wanted.schools))
    first = (wanted.place - 1) * AT_ONCE
    with store.reading() as connection:
        everyone = _spelled(connection, store.kept, wanted)
        answers = _answering(wanted.query) if wanted.query else None
        asked_for = (one for one in everyone if answers is None or answers(one))
        found = [
            one for one in asked_for if wanted.grade in (None, one.grade) and wanted.class_id in (None, one.class_id)
        ]
        found.sort(key=_place)
        names_of = {one.student_id: one.name or None for one in found[first : first + AT_ONCE]}
        asked = students.select().where(there, students.c.student_id.in_(list(names_of)))
        rows = {row.student_id: row for row in connection.execute(asked)}
    grades = sorted({one.grade for one in everyone if one.grade is not None})
    inside = (one for one in everyone if one.class_id and wanted.grade in (None, one.grade))
    classes = {one.class_id or "": one.grade or 0 for one in inside}
    return People(
        tuple(replace(student_from_row(rows[one]), name=name) for one, name in names_of.items() if one in rows),
        len(found),
        tuple(grades),
        tuple(sorted(classes, key=lambda name: (classes[name], len(name), name))),
    )


def _spelled(connection: sa.Connection, kept: KeptSchools, wanted: PeopleQuery) -> list[Spelled]:
    """Everyone of the schools. Names are sealed, and thousands of them are not unsealed for every search: what was
    read of a school is kept until a roster or a name changes."""
    found: list[Spelled] = []
    times = stamp_of(connection, "").of_all
    for school_id in wanted.schools:
        may_name = school_id in wanted.named
        before = kept.get(f" spelled {school_id} {may_name}")
        if before is None or before[0] != times:
            before = times, _read(connection, school_id, may_name)
            kept.keep(f" spelled {school_id} {may_name}", before)
        found += before[1]
    return found


def _read(connection: sa.Connection, school_id: str, may_name: bool) -> tuple[Spelled, ...]:
    c = students.c
    source = students.outerjoin(names, names.c.student_id == c.student_id)
    query = sa.select(c.student_id, c.grade, c.class_id, names.c.sealed).select_from(source)
    rows = connection.execute(query.where(c.school_id == school_id)).all()
    return tuple(
        Spelled(one, grade, class_id, *_name(connection, one, sealed, may_name))
        for one, grade, class_id, sealed in rows
    )


def _place(one: Spelled) -> tuple[bool, int, int, str, str]:
    """Where somebody stands on the pages: by grade, class and id, those without one first."""
    in_class = one.class_id or ""
    return one.grade is not None, one.grade or 0, len(in_class), in_class, one.student_id


def _name(connection: sa.Connection, student_id: str, sealed: str | None, allowed: bool) -> tuple[str, str]:
    return name_of(connection, student_id, sealed) if allowed and sealed is not None else ("", "")


def _answering(query: str) -> Callable[[Spelled], bool]:
    """Whether a student answers to a query, by id, name or sound."""
    written, letters = query.lower(), f" {typed(query)}"

    def answers(one: Spelled) -> bool:
        by_sound = len(letters) > 1 and letters in one.sounds
        return by_sound or written in one.student_id.lower() or written in one.name.lower()

    return answers
