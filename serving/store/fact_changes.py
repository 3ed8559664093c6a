"""How often facts have changed, by student and by school: what tells whoever keeps something in memory that it is old.

It is noted in one place, for every door: the engine is listened to (`listen`), and what a transaction has added to the
tables of facts is counted at its end (`count_changes`), in that transaction. Rows that are added are a student's; what
moves rows, deletes them, or says who is where may touch anybody and counts for all.

Beside the counts it writes down in order what has changed (`changes`), for platforms that follow it. A writer holds the
store's one lock from before it takes a number until it is done, so numbers come to be seen in their order: whoever has
read up to one has missed none below it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data_schemas.codes import Selection
from serving.store.tables import Instant, contacts, metadata, outcomes, students

fact_changes = sa.Table(
    "fact_changes",
    metadata,
    sa.Column("student_id", sa.String, primary_key=True),
    sa.Column("times", sa.Integer, nullable=False),
)

# By school; names that begin with a space are those of below.
school_changes = sa.Table(
    "school_changes",
    metadata,
    sa.Column("school_id", sa.String, primary_key=True),
    sa.Column("times", sa.Integer, nullable=False),
)

# What has changed, in order: of a student, or with `school_id` " all" and without one of any list.
changes = sa.Table(
    "changes",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("student_id", sa.String, index=True),
    sa.Column("school_id", sa.String, nullable=False),
    sa.Column("code", sa.String, nullable=False),
    sa.Column("made_at", Instant, nullable=False, index=True),
    sqlite_autoincrement=True,  # a number that was removed is not given again
)

OF_ALL, OF_STRANGERS, OF_LOTS, OF_SETTINGS = " all", " strangers", " lots", " settings"
SETTINGS = {"schools", "duty", "duty_numbers"}  # what is said of schools, and of no student
OF_A_STUDENT = {
    "evidence",
    "outcomes",
    "contacts",
    "consents",
    "entries",
    "talks",
    "case_events",
    "concern_reports",
    "duty_records",
    "brought",
}
OF_EVERYBODY = {
    "runs",
    "run_schools",
    "run_withdrawals",
    "run_strangers",
    "assessments",
    "withdrawn",
    "feeds",
    "names",
    "students",
    "identity_decisions",
}
# What is said of a change of each table; of others (visits of the plan) nothing is.
CODE_OF = {
    "evidence": "evidence",
    **dict.fromkeys(("entries", "contacts", "consents", "concern_reports"), "record"),
    **dict.fromkeys(("outcomes", "talks"), "word"),
    "case_events": "case",
}
LISTS = "list"
CHANGE_CODES = ("record", "evidence", "word", "case", LISTS)
COUNTED = OF_A_STUDENT | OF_EVERYBODY | SETTINGS
NOTED = "facts changed"
AT_ONCE = 500

# Asked at every request, and so made once.
_SCHOOLS = school_changes.select().where(school_changes.c.school_id.in_(sa.bindparam("schools", expanding=True)))
_SCHOOLS_AND_STUDENTS = sa.union_all(
    sa.select(
        sa.literal_column("0").label("of"), school_changes.c.school_id.label("name"), school_changes.c.times
    ).where(school_changes.c.school_id.in_([OF_ALL, OF_SETTINGS])),
    sa.select(sa.literal_column("1"), fact_changes.c.student_id, fact_changes.c.times).where(
        fact_changes.c.student_id.in_(sa.bindparam("students", expanding=True))
    ),
)


@dataclass
class _Noted:
    """What a transaction has touched so far: students with the school that was spoken of, and words by their names."""

    who: dict[str, set[str]] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    codes: dict[str, set[str]] = field(default_factory=dict)
    everybody: bool = False
    lists: bool = False
    settings: bool = False


class Stamp(NamedTuple):
    """How often facts have changed that bear on one school's list: `of_all` stands for everything, `here` for the
    school's students and strangers, `strangers` for those of whom nobody knows the school."""

    of_all: int
    here: int
    strangers: int
    lots: int


def listen(engine: sa.Engine) -> None:
    """Note every statement that changes facts."""

    @sa.event.listens_for(engine, "before_execute")
    def note(connection: sa.Connection, statement: Any, several: Any, one: Any, _options: Any) -> None:
        table = getattr(getattr(statement, "table", None), "name", None)
        if not isinstance(statement, sa.sql.dml.UpdateBase) or table not in COUNTED:
            return
        noted = connection.info.setdefault(NOTED, _Noted())
        if table in SETTINGS:
            noted.settings = True
            return
        if table in OF_EVERYBODY or not isinstance(statement, sa.Insert) or statement.select is not None:
            noted.everybody = True
            noted.lists |= table != "names"
            return
        code = CODE_OF.get(table)
        for row in several or _rows_of(statement.compile(dialect=connection.dialect).params | one):
            if table == "brought":
                noted.words.add(row["sha256"])
            else:
                noted.who.setdefault(row["student_id"], set()).add(row.get("school_id", ""))
                noted.codes.setdefault(row["student_id"], set()).update([code] if code else [])

    @sa.event.listens_for(engine, "begin")
    @sa.event.listens_for(engine, "rollback")
    def forget(connection: sa.Connection) -> None:
        if not connection.invalidated:
            connection.info.pop(NOTED, None)


def _rows_of(params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of an insert with its values: of several, the columns of the one at place n end in `_mn`."""
    rows: dict[str, dict[str, Any]] = {}
    for name, value in params.items():
        column, several, place = name.rpartition("_m")
        here = (place, column) if several and place.isdigit() else ("", name)
        rows.setdefault(here[0], {})[here[1]] = value
    first = rows.pop("", {})  # of several rows, the one in front has no number where the others have
    return [*([first] if first else []), *rows.values()]


def count_changes(connection: sa.Connection) -> None:
    """Count what the transaction has touched, at its end."""
    noted: _Noted | None = connection.info.pop(NOTED, None)
    if noted is None:
        return
    settings = [OF_SETTINGS] if noted.settings else []
    who = noted.who
    for table in () if noted.everybody else (outcomes, contacts):
        for row in _among(connection, table, table.c.sha256, noted.words):
            who.setdefault(row.student_id, set()).add(row.school_id)
    asked = noted.codes if noted.everybody else who
    homes = {row.student_id: row.school_id for row in _among(connection, students, students.c.student_id, asked)}
    _write_down(connection, noted, homes)
    if noted.everybody:
        _add(connection, school_changes, [OF_ALL, *settings])
        return
    schools: set[str] = set()
    for student_id, said in who.items():
        schools |= ({homes[student_id]} if student_id in homes else set()) | (said - {""})
        if student_id not in homes:
            schools.add(OF_STRANGERS)
    spoken = _among(connection, outcomes, outcomes.c.student_id, who)
    if any(row.selection_reason == Selection.AUDIT.code for row in spoken):
        schools.add(OF_LOTS)
    _add(connection, fact_changes, sorted(who))
    _add(connection, school_changes, sorted([*schools, *settings]))


def tell_nobody(connection: sa.Connection) -> None:
    """Of what the transaction has touched so far no change is written down: a migration says nothing new of anybody."""
    noted: _Noted | None = connection.info.get(NOTED)
    if noted is not None:
        noted.codes.clear()
        noted.lists = False


def _write_down(connection: sa.Connection, noted: _Noted, homes: Mapping[str, str]) -> None:
    """What has changed, each once: at the school of the roster, or, of whoever is on none, at that which speaks."""
    found: list[tuple[str | None, str, str]] = [
        (student_id, school_id, code)
        for student_id, codes in noted.codes.items()
        for school_id in ([homes[student_id]] if student_id in homes else sorted(noted.who[student_id] - {""}))
        for code in CHANGE_CODES
        if code in codes
    ]
    if noted.lists:
        found.append((None, OF_ALL, LISTS))
    if found:
        names, at = ("student_id", "school_id", "code"), datetime.now(UTC)
        connection.execute(changes.insert(), [dict(zip(names, row, strict=True)) | {"made_at": at} for row in found])


def stamp_of(connection: sa.Connection, school_id: str) -> Stamp:
    """Read before the facts themselves: whatever comes in between is then read again, and never overlooked."""
    return stamps_of(connection, [school_id])[school_id]


def stamps_of(connection: sa.Connection, school_ids: Collection[str]) -> dict[str, Stamp]:
    """`stamp_of` of several schools."""
    times: dict[str, int] = {}
    for some in _parts([OF_ALL, OF_STRANGERS, OF_LOTS, *school_ids]):
        times |= {name: count for name, count in connection.execute(_SCHOOLS, {"schools": some})}
    return {
        school: Stamp(*(times.get(name, 0) for name in (OF_ALL, school, OF_STRANGERS, OF_LOTS)))
        for school in school_ids
    }


class Changes(NamedTuple):
    """How often facts have changed that bear on some students: `of_all` stands for everything, `settings` for what is
    said of schools, `times` for each of the students who were `asked` about."""

    of_all: int
    settings: int
    times: Mapping[str, int]
    asked: frozenset[str]


def changes_of(connection: sa.Connection, ids: Iterable[str]) -> Changes:
    """Read before the facts themselves, as `stamp_of` is."""
    asked = frozenset(ids)
    of_words: dict[str, int] = {}
    times: dict[str, int] = {}
    for some in _parts(asked) or [[]]:
        for of_student, name, count in connection.execute(_SCHOOLS_AND_STUDENTS, {"students": some}):
            (times if of_student else of_words)[name] = count
    return Changes(of_words.get(OF_ALL, 0), of_words.get(OF_SETTINGS, 0), times, asked)


def times_of(connection: sa.Connection, school_id: str) -> dict[str, int]:
    """How often the facts of each student of a school have changed; without those that never have."""
    query = fact_changes.select().join(students, students.c.student_id == fact_changes.c.student_id)
    rows = connection.execute(query.where(students.c.school_id == school_id))
    return {row.student_id: row.times for row in rows}


def _add(connection: sa.Connection, table: sa.Table, names: Sequence[str]) -> None:
    """In the order of names, so that two who count do not wait for each other."""
    if not names:
        return
    key = next(iter(table.primary_key.columns))
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    counted = insert(table).on_conflict_do_update(index_elements=[key], set_={"times": table.c.times + 1})
    connection.execute(counted, [{key.name: name, "times": 1} for name in names])


def _among(
    connection: sa.Connection, table: sa.Table, column: sa.Column[str], names: Iterable[str] | Mapping[str, object]
) -> list[Any]:
    return [row for some in _parts(names) for row in connection.execute(table.select().where(column.in_(some)))]


def _parts(names: Iterable[str]) -> list[list[str]]:
    """So many at once as one statement may name, in their order."""
    wanted = sorted(names)
    return [wanted[start : start + AT_ONCE] for start in range(0, len(wanted), AT_ONCE)]
