"""Students of schools by id, name, sounds and first letters. What is read grows with these schools, not with a city."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

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
    """In two readings, however many there are. Names are sealed: who searches has all of the schools' unsealed."""
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
            rows = [one for row in connection.execute(asked) if (one := _named(connection, row, wanted.query))]
            total, shown = len(rows), rows[first : first + AT_ONCE]
        else:
            total = connection.scalar(sa.select(sa.func.count()).select_from(source).where(where)) or 0
            page = connection.execute(asked.limit(AT_ONCE).offset(first))
            shown = [one for row in page if (one := _named(connection, row, ""))]
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


def _named(connection: sa.Connection, row: Any, query: str) -> tuple[Any, str | None] | None:
    """A row with its name; None where it does not answer to the query, by id, name or sound."""
    name, sounds = (None, "") if row.sealed is None else name_of(connection, row.student_id, row.sealed)
    letters = typed(query)
    by_sound = bool(letters) and f" {letters}" in sounds
    answers = query.lower() in row.student_id.lower() or query.lower() in (name or "").lower() or by_sound
    return (row, name) if answers else None
