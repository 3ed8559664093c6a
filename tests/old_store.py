"""A store and a model as version 0.1.0 left them, laid into a home of a test's own."""

import gzip
import json
import shutil
import sqlite3
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from models.artifact import manifest_sha256
from runxin.settings import Settings, read_settings

FOLDER = Path(__file__).parent / "fixtures" / "v0.1.0"
ARTIFACT = FOLDER / "artifact"
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class OldStore:
    """`rows` are what was in each table before today's code saw it."""

    settings: Settings
    file: Path
    rows: dict[str, Rows]


@cache
def expected() -> dict[str, Any]:
    """What version 0.1.0 itself said of the store; not to be changed by a reader."""
    found: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text("utf-8"))
    return found


def lay_out(home: Path) -> OldStore:
    """The store under `home`, with the model as champion and in the archive."""
    settings = read_settings({"RUNXIN_HOME": str(home)})
    home.mkdir(parents=True)
    file = home / "runxin.db"
    with sqlite3.connect(file) as database:
        database.executescript(gzip.decompress((FOLDER / "store.sql.gz").read_bytes()).decode())
    database.close()
    shutil.copytree(ARTIFACT, settings.champion)
    shutil.copytree(ARTIFACT, settings.models / manifest_sha256(ARTIFACT))
    return OldStore(settings, file, rows_of(file))


def rows_of(file: Path) -> dict[str, Rows]:
    """Every table's rows as SQLite holds them, column by column; without tables of SQLite's own."""
    database = sqlite3.connect(file)
    database.row_factory = sqlite3.Row
    ours = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
    names = [row[0] for row in database.execute(ours)]
    found = {name: [dict(row) for row in database.execute(f'select * from "{name}"')] for name in names}
    database.close()
    return found
