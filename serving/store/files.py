"""Whose file a fact goes to.

A plain id is the file of a student of a roster and of nobody else. Whoever is on no roster of the school that speaks
gets a file that carries that school, `ID (SCHOOL)`, whether or not another school has the id: so nothing can be told
from it, and nothing of one school is ever put into another's file. Once the roster of that school has the id, what
stands in it is the student's own (`join_files`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data_schemas.roster import UNASSIGNED
from serving.store.booking_tables import booking_steps
from serving.store.case_tables import case_events, concern_reports, drafts, explanation_views, readings, reveals, talks
from serving.store.database import Store, chunks
from serving.store.duties_tables import duty_records
from serving.store.plan_tables import plans, restricted_notes, student_links, subsidy_steps
from serving.store.request_tables import first_answers, prompts
from serving.store.rights_tables import corrections
from serving.store.ring_tables import rings
from serving.store.students import AMONG, Student, students_of, unassigned_among
from serving.store.tables import (
    assessments,
    consents,
    contacts,
    entries,
    evidence,
    inputs,
    misses,
    outcomes,
    run_strangers,
    students,
)

FILED = (
    evidence,
    outcomes,
    entries,
    contacts,
    consents,
    misses,
    run_strangers,
    talks,
    drafts,
    explanation_views,
    case_events,
    reveals,
    concern_reports,
    readings,
    plans,
    restricted_notes,
    student_links,
    corrections,
    rings,
    duty_records,
    subsidy_steps,
    booking_steps,
    first_answers,
    prompts,
)  # tables with a file's id in `student_id`
PUT = tuple(table for table in FILED if table not in (misses, run_strangers))
NOBODYS = "; "  # stands behind a school that nobody has: no id and no school holds a blank


@dataclass(frozen=True)
class FileOf:
    """The file of a student at a school; `on_roster` where the roster has the student there. `apart` is the file of
    whoever is on no roster under the same id: it follows from what was sent and by whom, and not from what is known."""

    file_id: str
    school_id: str
    on_roster: bool
    apart: str


def homes(store: Store, ids: Sequence[str]) -> dict[str, str]:
    """At which school each of `ids` is, or was last, by a roster."""
    with store.reading() as connection:
        return homes_of(connection, ids)


def homes_of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in chunks(sorted(set(ids))):
        query = sa.select(students.c.student_id, students.c.school_id).where(students.c.student_id.in_(part))
        found |= {row.student_id: row.school_id for row in connection.execute(query)}
    return found


def file_of(
    student_id: str,
    named: str | None,
    homes: Mapping[str, str],
    schools: Collection[str],
    allowed: Collection[str] | None,
) -> FileOf:
    """The file of what a client sends about a student under the school `named`, or under none.

    `schools` are those that exist, `allowed` the client's own, None for all. A misspelt or foreign school is no school:
    what names one is nobody's until a person has found out whose it is, also where the id is on the client's roster.
    """
    here = named if named in schools and (allowed is None or named in allowed) else None
    one_school = next(iter(allowed)) if allowed is not None and len(allowed) == 1 else None
    speaks = here or one_school or unassigned_among(allowed)
    apart = contested(student_id, speaks, named if here is None else None)
    home = homes.get(student_id)
    if home is not None and named in (None, home) and (allowed is None or home in allowed):
        return FileOf(student_id, home, True, apart)
    return FileOf(apart, speaks, False, apart)


def clashes(store: Store, students: Sequence[Student], covered: Collection[str]) -> dict[str, str]:
    """Of students of a dataset, those whose id another school has for somebody who contradicts them, with that school.
    A dataset that covers that school as well knows better: then the student has moved."""
    with store.reading() as connection:
        known = students_of(connection, [one.student_id for one in students], False)
    found = {}
    for one in students:
        held = known.get(one.student_id)
        if held is None or held.school_id == one.school_id or held.school_id in covered:
            continue
        if _contradict(held, one):
            found[one.student_id] = held.school_id
    return found


def _contradict(held: Student, one: Student) -> bool:
    """Whether these can only be two people: by sex or birth date or, where no birth date says more, by grades between
    which nobody moves within a year."""
    pairs = ((held.sex, one.sex), (held.birth_date, one.birth_date))
    if any(a != b for a, b in pairs if a not in (None, "unknown") and b not in (None, "unknown")):
        return True
    told = held.birth_date is not None and one.birth_date is not None
    return not told and held.grade is not None and one.grade is not None and one.grade - held.grade not in (0, 1)


def contested(student_id: str, school_id: str, misspelt: str | None = None) -> str:
    """The id of a file of its own: `ID (SCHOOL)`, `ID (SCHOOL, SCHOOL)` where it may be of several,
    `ID (MISSPELT; SCHOOL)` where a school was named that nobody has."""
    speaks = ", ".join(school_id.removeprefix(AMONG).strip(",").split(","))  # no school's id holds a comma
    return f"{student_id} ({speaks if misspelt is None else misspelt + NOBODYS + speaks})"


def id_of(file_id: str) -> str:
    """The student's id as it was sent."""
    return file_id.partition(" (")[0]


def student_of(file_id: str, homes: Mapping[str, str]) -> str:
    """Whose file it is where rosters have students at `homes`: the student's whom the school that speaks has, else a
    stranger's, who goes by the file."""
    student_id, _, rest = file_id.partition(" (")
    speaks, home = rest.removesuffix(")"), homes.get(student_id)
    if home is None or not rest or NOBODYS in speaks:
        return file_id
    return student_id if speaks == UNASSIGNED or home in speaks.split(", ") else file_id


def join_files(connection: sa.Connection, homes: Mapping[str, str], at: datetime) -> list[tuple[str, str]]:
    """Put what was filed of strangers into the files of the students whom a roster now has at `homes`; returns which
    file into whose. Rows, their moments and their own names are as they were, and each knows its file of before: what a
    word had assessed there it has assessed still, and of what it now meets it had seen nothing."""
    found: set[str] = set()
    for table in FILED:
        apart = table.c.student_id.contains(" (", autoescape=True)
        found |= set(connection.scalars(sa.select(table.c.student_id).where(apart).distinct()))
    joined = [(file_id, student_of(file_id, homes)) for file_id in sorted(found)]
    joined = [(file_id, student) for file_id, student in joined if file_id != student]
    for file_id, student in joined:
        for table in FILED:
            _move(connection, table, table.c.student_id == file_id, student, at)
        same = sa.select(inputs.c.sha256).where(inputs.c.student_id == student)
        mine = inputs.c.student_id == file_id
        connection.execute(inputs.delete().where(mine, inputs.c.sha256.in_(same)))
        connection.execute(inputs.update().where(mine).values(student_id=student))
    return joined


def part_files(connection: sa.Connection, lost: Mapping[str, str], at: datetime) -> list[tuple[str, str]]:
    """The other way: what stands in the files of students whom no roster has had after all is a stranger's again.
    Returns whose into which file: the one that it was put into, else that of the school that spoke, or of the school
    that they were at last (`lost`) where a row names none. It is joined again once a roster has them."""
    parted = set()
    for student, last in sorted(lost.items()):
        for table in FILED:
            mine = table.c.student_id == student
            for file_id, where in _files_of(connection, table, student, last):
                _move(connection, table, mine & where, file_id, at)
                parted.add((student, file_id))
        for _, file_id in sorted(one for one in parted if one[0] == student):
            _part_inputs(connection, student, file_id)
    return sorted(parted)


def rows_in(connection: sa.Connection, file_id: str) -> dict[str, list[Any]]:
    """The keys of what stands in a file, by table: what a person's decision puts elsewhere. What a screening could not
    place, and what was looked back on, stays on record as that."""
    found = {}
    for table in PUT:
        key = next(iter(table.primary_key))
        found[table.name] = list(connection.scalars(sa.select(key).where(table.c.student_id == file_id).order_by(key)))
    return {name: keys for name, keys in found.items() if keys}


def put_into(
    connection: sa.Connection, source: str, target: str, rows: Mapping[str, Collection[Any]], at: datetime
) -> None:
    """Put `rows` of one file into another, because a person said whose they are. As when files are joined, rows and
    their moments are as they were."""
    for table in PUT:
        key = next(iter(table.primary_key))
        for part in chunks(list(rows.get(table.name, ()))):
            _move(connection, table, (table.c.student_id == source) & key.in_(part), target, at)
    _part_inputs(connection, source, target)


def _files_of(
    connection: sa.Connection, table: sa.Table, student: str, last: str
) -> Iterator[tuple[str, sa.ColumnElement[bool]]]:
    """Into which files the rows of a student fall, and which rows into each."""
    origin = table.c.file_id if "file_id" in table.c else sa.literal(student)
    school = table.c.school_id if "school_id" in table.c else sa.literal(last)
    query = sa.select(origin.label("origin"), school.label("school")).where(table.c.student_id == student).distinct()
    for row in connection.execute(query).all():
        file_id = row.origin if row.origin != student else contested(student, row.school)
        yield file_id, (origin == row.origin) & (school == row.school)


def _move(connection: sa.Connection, table: sa.Table, rows: sa.ColumnElement[bool], file_id: str, at: datetime) -> None:
    """What comes back to the file that it was put into was never elsewhere for those who speak of it. What is joined a
    second time is asked about once more, also where a word had assessed it: no word that came in between saw it."""
    if "joined_at" in table.c:
        away = rows & (table.c.file_id != file_id)
        connection.execute(table.update().where(away).values(joined_at=at, joined_to=file_id))
    connection.execute(table.update().where(rows).values(student_id=file_id))


def _part_inputs(connection: sa.Connection, student: str, file_id: str) -> None:
    """What entries were made from goes along with them; what assessments, and entries that stay, were made from
    stays with these."""
    sent = _inputs_of(entries, file_id)
    mine = (inputs.c.student_id == student) & inputs.c.sha256.in_(sent)
    there = sa.select(inputs.c.sha256).where(inputs.c.student_id == file_id)
    new = inputs.select().where(mine, inputs.c.sha256.not_in(there))
    rows = [{**row._mapping, "student_id": file_id} for row in connection.execute(new)]
    if rows:
        connection.execute(inputs.insert(), rows)
    staying = [inputs.c.sha256.not_in(_inputs_of(table, student)) for table in (assessments, entries)]
    connection.execute(inputs.delete().where(mine, *staying))


def _inputs_of(table: sa.Table, file_id: str) -> sa.Select[Any]:
    return sa.select(table.c.inputs).where(table.c.student_id == file_id, table.c.inputs.is_not(None))
