"""Names, which live in a table of their own and come in a file of their own."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from data_schemas.ids import BadId, plain_id
from data_schemas.mapping.definition import FileRole
from data_schemas.mapping.files import read_sheet
from data_schemas.mapping.sheet import Wanted
from data_schemas.plain_text import unmarked
from runxin.errors import Problem, bad_data
from serving.store.audit import AuditEvent, add_event
from serving.store.corrections import as_corrected, corrections_in
from serving.store.database import Store
from serving.store.students import seal_name
from serving.store.tables import names

COLUMNS = ("student_id", "name")
# No font shows them: private characters, with which schools typed rare names, and those that Unicode does not have.
UNSHOWN = frozenset(["Co", "Cn"])


@dataclass(frozen=True)
class NamesFile:
    """Names by student, and the rows (as a spreadsheet counts them) of those with a character that no font has."""

    names: Mapping[str, str]
    unshown: tuple[int, ...]


def load_names(store: Store, file: Path, at: datetime, actor: str) -> NamesFile:
    """Take the names in a file with the columns student_id and name.

    Raises `UserError` naming file, row and column, never a value; then none is taken.
    """
    given = read_names(file)
    keep_names(store, given.names, at, actor)
    return given


def keep_names(store: Store, given: Mapping[str, str], at: datetime, actor: str) -> None:
    """Set the names of the students with these ids, over those that are there; one that was corrected stays so."""
    if not given:
        return
    with store.writing() as connection:
        corrected = corrections_in(connection, list(given))
        told = {who: as_corrected("name", name, corrected.get(who, ())) or name for who, name in given.items()}
        rows = [{"student_id": who, "sealed": seal_name(connection, who, name)} for who, name in told.items()]
        connection.execute(
            names.delete().where(names.c.student_id == sa.bindparam("gone")),
            [{"gone": row["student_id"]} for row in rows],
        )
        connection.execute(names.insert(), rows)
        add_event(connection, AuditEvent(at, actor, "names.kept", detail=f"students={len(rows)}"))


def read_names(file: Path) -> NamesFile:
    """The names in a CSV file (UTF-8 or GB18030), a workbook or Parquet; a name is kept with whatever it holds."""
    try:
        sheet = read_sheet(file, FileRole(), Wanted(dict.fromkeys(COLUMNS, False)))
    except OSError as error:
        raise bad_data(
            "the names cannot be read", [Problem(error.strerror or type(error).__name__, file.name)]
        ) from error
    ids, written = (sheet.columns[column] for column in COLUMNS)
    problems = [Problem("more cells than headers", file.name, int(row), fix="mend the row") for row in sheet.overfull]
    found: dict[str, str] = {}
    unshown: list[int] = []
    for number, who, which in zip(sheet.rows.tolist(), ids.index.tolist(), written.index.tolist(), strict=True):
        blank = [column for column, place in zip(COLUMNS, (who, which), strict=True) if place < 0]
        problems += [Problem("empty", file=file.name, row=number, column=column) for column in blank]
        if blank:
            continue
        name = unmarked(written.distinct[which])
        try:
            student = plain_id(unmarked(ids.distinct[who]))
        except BadId as error:
            problems.append(Problem(error.what, file.name, number, COLUMNS[0], error.fix))
            continue
        if student in found:
            problems.append(Problem("this student was named before", file=file.name, row=number, column="student_id"))
        found[student] = name
        if any(unicodedata.category(character) in UNSHOWN for character in name):
            unshown.append(number)
    if problems:
        raise bad_data("the names are at fault; none was taken", problems)
    return NamesFile(found, tuple(unshown))
