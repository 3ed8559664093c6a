"""The database: opened once, migrated on opening, handed on as an opaque `Store`."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

from runxin.errors import UserError, unavailable
from runxin.logs import get_logger
from runxin.settings import Settings, private_folder
from serving.store.checkpoints import keep_checkpoint
from serving.store.clock import SteadyClock
from serving.store.fact_changes import count_changes, listen
from serving.store.kept_schools import KeptSchools
from serving.store.sealing import check_readable, find_keyring, make_keyring, reseal

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 15
LOOK = "look at RUNXIN_DATABASE_URL"
CHUNK = 10_000  # ids in one IN (…), a whole school; SQLite's own limit lies above 30,000, PostgreSQL's at 32,767


# What SQLite says by its result code (sqlite.org/rescode.html), and what to do. Of other codes nothing is known.
SAID = {
    "SQLITE_NOTADB": ("the database file is damaged or is no database", "bring back a backup"),
    "SQLITE_CORRUPT": ("the database file is damaged", "bring back a backup"),
    "SQLITE_FULL": ("the disk is full", "make room"),
    "SQLITE_READONLY": (
        "the database may not be written",
        "give the program the right to write the file and its folder",
    ),
    "SQLITE_CANTOPEN": ("the database file cannot be opened", "look at the file's and its folder's rights"),
    "SQLITE_IOERR": ("the disk cannot be read or written", "look at the disk"),
    "SQLITE_PERM": ("the database may not be opened", "look at the file's and its folder's rights"),
    "SQLITE_ERROR": ("the database has other tables than this version", "bring back a backup, or update runxin"),
}
AWAY = ("the database does not answer", "try again in a moment")


@contextmanager
def _available() -> Iterator[None]:
    """Turn what a person has to look after (the database is away, locked, full, damaged) into a `UserError`."""
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.TimeoutError) as error:
        raise _unavailable(error) from error
    except sa.exc.DatabaseError as error:
        # Its other kinds (a constraint, a statement or a value that does not fit) are mistakes of the program's.
        if type(error) is not sa.exc.DatabaseError:
            raise
        raise _unavailable(error) from error
    except (UnicodeDecodeError, zlib.error) as error:  # texts and packed contents that are not as they were written
        raise unavailable(*SAID["SQLITE_CORRUPT"]) from error


def _unavailable(error: sa.exc.SQLAlchemyError) -> UserError:
    """What the driver said without its words, which hold the statement."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorname", "")
    what, fix = next((said for name, said in SAID.items() if code == name or code.startswith(f"{name}_")), AWAY)
    return unavailable(what, fix=fix)


@dataclass(frozen=True)
class Store:
    """An open database. Pass it to the functions of `serving.store`; there is nothing else to do with it.

    `checkpoints` is the file of the audit log's checkpoints; None keeps none. `kept` is what was read before."""

    engine: sa.Engine
    checkpoints: Path | None = None
    kept: KeptSchools = field(default_factory=KeptSchools, repr=False, compare=False)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One view of the database as it stands."""
        with _available(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction: whole at the end of the block, or not at all."""
        with _available(), self.engine.execution_options(writes=True).begin() as connection:
            yield connection
            count_changes(connection)

    def keep_checkpoint(self) -> None:
        """Put down outside the database how far the audit log goes; raises `UserError` (unavailable)."""
        if self.checkpoints is not None:
            with self.reading() as connection:
                keep_checkpoint(connection, self.checkpoints)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        try:
            self.keep_checkpoint()
        except UserError as error:  # what was asked for is done; the next opening keeps one
            get_logger("store").error("checkpoint failed", reason=error.message)
        self.engine.dispose()


def open_store(settings: Settings) -> Store:
    """Open the database that `settings` names and bring its tables up to date.

    An embedded file is made where there is none, readable by its owner only. Raises `UserError` (unavailable)
    where the database cannot be reached, or was written by a later version of the program.
    """
    try:
        url = make_url(settings.database_url)
        private_folder(settings.home)
        if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
            Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            Path(url.database).touch(mode=0o600)
            Path(url.database).chmod(0o600)  # its log and index beside it take its mode
        engine = make_engine(url)
    except (sa.exc.ArgumentError, ImportError) as error:  # no address, or one of a database without its driver
        raise unavailable("the address of the database cannot be used", fix=LOOK) from error
    except OSError as error:
        raise unavailable(f"the database cannot be opened: {error.strerror}", fix=LOOK) from error
    store = Store(engine, settings.audit_checkpoints)
    try:
        keyring = find_keyring(settings)
        with Store(engine.execution_options(keyring=keyring)).reading() as connection:
            check_readable(connection)
        keyring = keyring or make_keyring(settings)
        store = Store(engine.execution_options(keyring=keyring), settings.audit_checkpoints)
        if _migrate(store):
            _forget_pages(store)
        store.keep_checkpoint()  # of what a process that was killed had written
    except UserError as error:
        store.engine.dispose()
        if error.__cause__ is None:
            raise
        raise unavailable(f"the database cannot be opened: {error.message}", fix=f"{error.fix}; {LOOK}") from error
    return store


def reseal_store(store: Store) -> int:
    """Seal every value under the newest key; says how many were under another."""
    with store.writing() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        return reseal(connection)


def check_reachable(store: Store) -> None:
    """Raise `UserError` (unavailable) where the database does not answer."""
    with store.reading() as connection:
        connection.execute(sa.select(1))


def make_engine(url: sa.URL) -> sa.Engine:
    """An engine. SQLite gets a write-ahead log, foreign keys, patience, and transactions that begin where we say."""
    if url.get_backend_name() != "sqlite":
        engine = sa.create_engine(url, pool_pre_ping=True, execution_options={"clock": SteadyClock()})
        listen(engine)
        return engine
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS}, execution_options={"clock": SteadyClock()})
    listen(engine)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A writer takes its lock at once: a reader that turns writer halfway may be refused.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _migrate(store: Store) -> bool:
    """Whether an older store was brought up to date."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    head = ScriptDirectory.from_config(config).get_current_head()
    with store.reading() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == head:
        return False
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise unavailable("the database was written by a later version of runxin", fix="update runxin")
    with store.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return current is not None


def _forget_pages(store: Store) -> None:
    """Write an SQLite file anew without the pages that what was removed or encrypted has left in it."""
    if store.engine.dialect.name == "sqlite":
        with _available():
            raw = store.engine.raw_connection()
            raw.cursor().execute("VACUUM")
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            raw.close()


def chunks(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
