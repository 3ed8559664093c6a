"""Names, which live in a table of their own and come in a file of their own."""

import csv
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

from runxin.errors import Problem, bad_data
from serving.store.database import Store
from serving.store.tables import names

COLUMNS = ("student_id", "name")


def load_names(store: Store, file: Path) -> int:
    """Take the names in a CSV file with the columns student_id and name; returns how many there are.

    Raises `UserError` naming file, row and column, never a value; then none is taken.
    """
    given = read_names(file)
    keep_names(store, given)
    return len(given)


def keep_names(store: Store, given: Mapping[str, str]) -> None:
    """Set the names of the students with these ids, over those that are there."""
    rows = [{"student_id": student_id, "name": name} for student_id, name in given.items()]
    if not rows:
        return
    with store.writing() as connection:
        connection.execute(
            names.delete().where(names.c.student_id == sa.bindparam("gone")),
            [{"gone": row["student_id"]} for row in rows],
        )
        connection.execute(names.insert(), rows)


def read_names(file: Path) -> dict[str, str]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            absent = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problem = Problem(type(error).__name__, file=file.name)
        raise bad_data("the names cannot be read", [problem], fix="a CSV file in UTF-8 is expected") from error
    problems = [Problem("this column is absent", file=file.name, row=1, column=name) for name in absent]
    if problems:
        raise bad_data("the names cannot be read", problems)
    found: dict[str, str] = {}
    for number, row in enumerate(rows, start=2):
        cells = {column: (row[column] or "").strip() for column in COLUMNS}
        blank = [column for column, cell in cells.items() if not cell]
        problems += [Problem("empty", file=file.name, row=number, column=column) for column in blank]
        if cells["student_id"] in found:
            problems.append(Problem("this student was named before", file=file.name, row=number, column="student_id"))
        found[cells["student_id"]] = cells["name"]
    if problems:
        raise bad_data("the names are at fault; none was taken", problems)
    return found
