"""The database copied as it stood at one moment, while others go on writing, and brought back.

SQLite by its online backup (sqlite.org/backup.html), PostgreSQL by `pg_dump` and `pg_restore` of the same version as
the server or a later one.
"""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import sqlalchemy as sa

from runxin.errors import bad_data, unavailable
from runxin.settings import Settings
from serving.store import Store
from serving.store.database import file_of_database, url_of

FILES = {"sqlite": "database.sqlite", "postgresql": "database.dump"}


def kind_of(settings: Settings) -> str:
    """ "sqlite" or "postgresql"."""
    return url_of(settings).get_backend_name()


def copy_database(settings: Settings, out: Path) -> None:
    """Write the database into a file; raises `UserError` (unavailable) where it cannot be."""
    file = file_of_database(settings)
    if file is not None:
        copy_sqlite(file, out)
    else:
        _run(["pg_dump", "--format=custom", "--no-owner", f"--file={out}"], settings)


def copy_sqlite(file: Path, out: Path) -> None:
    """Copy an SQLite file with what its write-ahead log holds; raises `UserError` (unavailable), and (bad data) where
    the copy is damaged, which means that the file is."""
    try:
        source, copy = sqlite3.connect(file), sqlite3.connect(out)
        try:
            source.backup(copy)  # in one step: what is written meanwhile is not in it
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
            checked = copy.execute("PRAGMA integrity_check").fetchone()[0]
        finally:
            source.close()
            copy.close()
    except sqlite3.Error as error:
        raise unavailable(f"{file.name} cannot be copied", fix="look at the disk; runxin doctor") from error
    if checked != "ok":
        raise bad_data(f"{file.name} is damaged", fix="keep the file, and restore the last good backup")


def restore_database(settings: Settings, saved: Path) -> None:
    """Bring the database back; PostgreSQL's in one transaction, in place of what is there."""
    file = file_of_database(settings)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in (f"{file.name}-wal", f"{file.name}-shm"):  # of the one before
            file.with_name(left).unlink(missing_ok=True)
        shutil.copyfile(saved, file)
        file.chmod(0o600)
    else:
        options = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
        _run(["pg_restore", *options, str(saved)], settings)


def has_tables(settings: Settings) -> bool:
    """Whether there is a database with anything in it; raises `UserError` (unavailable) where it does not answer."""
    file = file_of_database(settings)
    if file is not None:
        return file.exists() and file.stat().st_size > 0
    engine = sa.create_engine(url_of(settings))
    try:
        return bool(sa.inspect(engine).get_table_names())
    except sa.exc.OperationalError as error:
        raise unavailable("the database does not answer", fix="look at RUNXIN_DATABASE_URL") from error
    finally:
        engine.dispose()


def revision_of(store: Store) -> str:
    """Which migration the tables are of."""
    with store.reading() as connection:
        return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())


def _run(command: list[str], settings: Settings) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, which only the same user can see."""
    program = shutil.which(command[0])
    if program is None:
        raise unavailable(f"{command[0]} is not installed", fix="on Debian: apt-get install postgresql-client")
    url = url_of(settings)
    address = url.set(drivername="postgresql", password=None).render_as_string()
    environment = dict(os.environ) | ({"PGPASSWORD": str(url.password)} if url.password else {})
    done = subprocess.run(  # noqa: S603
        [program, f"--dbname={address}", *command[1:]], env=environment, capture_output=True, text=True
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it did not say why"])[0]
        raise unavailable(
            f"{command[0]} failed: {said}", fix="look at RUNXIN_DATABASE_URL, and at the versions of both"
        )
