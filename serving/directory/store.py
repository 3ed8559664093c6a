"""Students of schools by id, name, sounds and first letters. What is read grows with these schools, not with a city."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import sqlalchemy as sa

from data_schemas.spelling import typed
from serving.store import Store, Student
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


def find_students(store: Store, wanted: PeopleQuery) -> People:
    """In three readings, however many there are. Names are sealed: who searches has all of the schools' unsealed."""
    there = students.c.school_id.in_(list(wanted.schools))
    may_name = students.c.school_id.in_(list(wanted.named))
    source = students.outerjoin(names, (names.c.student_id == students.c.student_id) & may_name)
    where: sa.ColumnElement[bool] = there
    if wanted.grade is not None:
        where &= students.c.grade == wanted.grade
    if wanted.class_id is not None:
        where &= students.c.class_id == wanted.class_id
    order = (students.c.grade, sa.func.length(students.c.class_id), students.c.class_id, students.c.student_id)
    asked = sa.select(students, names.c.sealed).select_from(source).where(where).order_by(*order)
    first = (wanted.place - 1) * AT_ONCE
    with store.reading() as connection:
        if wanted.query:
            every = sa.select(students.c.student_id, names.c.sealed).select_from(source).where(where).order_by(*order)
            answers = _answering(wanted.query)
            pairs = connection.execute(every).all()
            ids = [one for one, sealed in pairs if answers(one, *_name(connection, one, sealed))]
            total = len(ids)
            asked = asked.where(students.c.student_id.in_(ids[first : first + AT_ONCE]))
        else:
            total = connection.scalar(sa.select(sa.func.count()).select_from(source).where(where)) or 0
            asked = asked.limit(AT_ONCE).offset(first)
        shown = [(row, _name(connection, row.student_id, row.sealed)[0]) for row in connection.execute(asked)]
        both = sa.select(students.c.grade, students.c.class_id).where(there).distinct()
        kinds = connection.execute(both).all()
    grades = sorted({row.grade for row in kinds if row.grade is not None})
    classes = {row.class_id: row.grade or 0 for row in kinds if row.class_id and wanted.grade in (None, row.grade)}
    return People(
        tuple(replace(student_from_row(row), name=name) for row, name in shown),
        total,
        tuple(grades),
        tuple(sorted(classes, key=lambda name: (classes[name], len(name), name))),
    )


def _name(connection: sa.Connection, student_id: str, sealed: str | None) -> tuple[str | None, str]:
    return (None, "") if sealed is None else name_of(connection, student_id, sealed)


def _answering(query: str) -> Callable[[str, str | None, str], bool]:
    """Whether a student answers to a query, by id, name or sound."""
    written, letters = query.lower(), f" {typed(query)}"

    def answers(student_id: str, name: str | None, sounds: str) -> bool:
        by_sound = len(letters) > 1 and letters in sounds
        return by_sound or written in student_id.lower() or (name is not None and written in name.lower())

    return answers
