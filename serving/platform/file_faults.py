"""What is wrong with a file, for the page: a reader's faults are told in English, and here in Chinese too."""

import re
from dataclasses import dataclass

from data_schemas.table import Table
from runxin.errors import Problem, UserError

# What a reader says → the words of the page. What stands nowhere here is a cell, or a file, that cannot be read.
SAID: tuple[tuple[str, str], ...] = (
    ("the cell is blank", "import_blank"),
    ("not a date|there is no such day|the year .* is hardly meant|there is no such time", "import_time"),
    ("an unknown code", "import_role"),
    (".* is before |.*lies before", "import_order"),
    (".*lies after|.*has not (come|happened)|.*lies ahead|.*in the future", "import_ahead"),
    ("the same row again|.*contradict|.*stands twice|.*duplicate", "import_same"),
    ("the turn ends when it starts", "import_order"),
    ("the same turn again", "import_again"),
    (".* overlap", "import_overlap"),
    ("no school of this id is known|a school's id holds no comma|an id |.*\\bid\\b", "import_school"),
    ("more cells than headers", "import_overfull"),
    ("this column is absent", "import_absent"),
    ("this column is not one", "import_strange"),
    ("this column is there twice|.* columns have this header|.* headers stand twice", "import_twice"),
    ("several sheets hold", "import_sheets"),
    ("a formula that was never", "import_formula"),
)
CELL, FILE = "import_cell", "import_file"


@dataclass(frozen=True)
class ImportFault:
    """One place to mend: `key` names its words; `column` is headed as in the template, by language."""

    row: int | None
    column_zh: str
    column_en: str
    key: str


def faults_said(error: UserError, table: Table) -> tuple[ImportFault, ...]:
    """The problems of a refused file of a table; the file itself where it names none."""
    problems = error.problems or (Problem(str(error)),)
    return tuple(_fault(one, table) for one in problems)


def _fault(problem: Problem, table: Table) -> ImportFault:
    key = next((key for pattern, key in SAID if re.match(pattern, problem.what)), None)
    if key is None:
        key = FILE if problem.row is None else CELL
    named = {column.name: column.zh for column in table.columns}
    english = {zh: name for name, zh in named.items()}
    column = problem.column or ""
    return ImportFault(problem.row, named.get(column, column), english.get(column, column), key)
