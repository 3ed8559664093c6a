"""Which schools there are: those that were imported, and those of published screenings. Nothing else makes a school
known: a school that a request or a report names may be misspelt."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from data_schemas.schools import SchoolRow, nearest_schools
from runxin.errors import Kind, Problem, UserError, how_many, usage
from serving.store.audit import AuditEvent, add_event
from serving.store.database import Store
from serving.store.school_tables import schools
from serving.store.students import is_unassigned
from serving.store.tables import run_schools

HOW = "runxin school import FILE makes schools known, and so does a screening"


def keep_schools(store: Store, given: Sequence[SchoolRow], actor: str, now: datetime) -> int:
    """Add what an import says of schools; what it says goes before what was said of them earlier. Returns how many of
    them say something new; a row that says what is known is not added again."""
    before = {school.school_id: school for school in list_schools(store)}
    new = [school for school in given if before.get(school.school_id) != school]
    if new:
        with store.writing() as connection:
            rows = [_row(school) | {"imported_at": now, "imported_by": actor} for school in new]
            connection.execute(schools.insert(), rows)
            add_event(connection, AuditEvent(now, actor, "schools.imported", detail=f"schools={len(new)}"))
    return len(new)


def list_schools(store: Store) -> list[SchoolRow]:
    """The imported schools by id, each as the newest import says."""
    newest = sa.select(sa.func.max(schools.c.row_id)).group_by(schools.c.school_id)
    query = schools.select().where(schools.c.row_id.in_(newest)).order_by(schools.c.school_id)
    with store.reading() as connection:
        return [
            SchoolRow(
                row.school_id,
                row.name,
                row.county,
                tuple(row.stages),
                row.counselors,
                row.double_certified,
                row.room,
            )
            for row in connection.execute(query)
        ]


def known_school_ids(store: Store) -> frozenset[str]:
    """Every school that was imported or has a published screening, withdrawn ones too."""
    with store.reading() as connection:
        found = connection.scalars(sa.union(sa.select(schools.c.school_id), sa.select(run_schools.c.school_id)))
        return frozenset(school_id for school_id in found if not is_unassigned(school_id))


def is_known(store: Store, school_id: str) -> bool:
    """Whether somebody made this school known. In a request an unknown one is no reason to refuse."""
    return school_id in known_school_ids(store)


def school_names(store: Store) -> dict[str, str]:
    """What each known school is called: its name where it was imported, else its id."""
    names = {school.school_id: school.name for school in list_schools(store)}
    return {school_id: names.get(school_id, school_id) for school_id in sorted(known_school_ids(store))}


def check_schools_known(store: Store, ids: Collection[str]) -> None:
    """Raise `UserError` (usage) naming every one of `ids` that is no known school, with the nearest that are."""
    if not ids:
        return
    names = school_names(store)
    if not names:
        raise usage("no school is known yet", fix=HOW)
    problems = [
        Problem(f"there is no school {school_id!r}", column="school", fix=nearest_schools(school_id, names))
        for school_id in dict.fromkeys(ids)
        if school_id not in names
    ]
    if len(problems) == 1:
        raise usage(problems[0].what, fix=f"{problems[0].fix}; {HOW}")
    if problems:
        raise UserError(Kind.USAGE, f"{how_many(len(problems), 'school')} not known", fix=HOW, problems=problems)


def _row(school: SchoolRow) -> dict[str, object]:
    return {
        "school_id": school.school_id,
        "name": school.name,
        "county": school.county,
        "stages": list(school.stages),
        "counselors": school.counselors,
        "double_certified": school.double_certified,
        "room": school.room,
    }
