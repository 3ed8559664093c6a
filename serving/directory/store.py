"""Students of schools by id, name, sounds and first letters. What is read grows with these schools, not with a city."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import sqlalchemy as sa

from data_schemas.spelling import typed
from serving.store import Store, Student
from serving.store.students import student_from_row
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
    """In three readings, however many there are."""
    there = students.c.school_id.in_(list(wanted.schools))
    may_name = students.c.school_id.in_(list(wanted.named))
    source = students.outerjoin(names, (names.c.student_id == students.c.student_id) & may_name)
    where: sa.ColumnElement[bool] = there
    if wanted.query:
        where &= _answers(wanted.query)
    if wanted.grade is not None:
        where &= students.c.grade == wanted.grade
    if wanted.class_id is not None:
        where &= students.c.class_id == wanted.class_id
    order = (students.c.grade, sa.func.length(students.c.class_id), students.c.class_id, students.c.student_id)
    page = sa.select(students, names.c.name).select_from(source).where(where).order_by(*order)
    with store.reading() as connection:
        total = connection.scalar(sa.select(sa.func.count()).select_from(source).where(where)) or 0
        rows = connection.execute(page.limit(AT_ONCE).offset((wanted.place - 1) * AT_ONCE)).all()
        both = sa.select(students.c.grade, students.c.class_id).where(there).distinct()
        kinds = connection.execute(both).all()
    grades = sorted({row.grade for row in kinds if row.grade is not None})
    classes = {row.class_id: row.grade or 0 for row in kinds if row.class_id and wanted.grade in (None, row.grade)}
    return People(
        tuple(replace(student_from_row(row), name=row.name) for row in rows),
        total,
        tuple(grades),
        tuple(sorted(classes, key=lambda name: (classes[name], len(name), name))),
    )


def _answers(query: str) -> sa.ColumnElement[bool]:
    by_id = sa.func.lower(students.c.student_id).contains(query.lower(), autoescape=True)
    by_name = names.c.name.icontains(query, autoescape=True)
    letters = typed(query)
    by_sound = names.c.spelled.contains(f" {letters}", autoescape=True) if letters else sa.false()
    return sa.or_(by_id, by_name, by_sound)
