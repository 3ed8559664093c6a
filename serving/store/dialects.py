"""The one place that knows SQLite from PostgreSQL: how each is connected, locked and erased, and what its errors mean.

Both give the store the same: a reader sees one view, and one writer writes at a time. SQLite's write lock is the
file's; in PostgreSQL an advisory lock stands for it, so that what was read before a write is still so when it is
written, whatever other workers and machines do.
"""

import sqlite3
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from serving.store.clock import SteadyClock
from serving.store.fact_changes import listen

BUSY_SECONDS = 15  # for which a writer waits for another
WRITE_LOCK = 0x52554E58  # of this program's writers, in the database's own space of advisory locks
STUCK_SECONDS = 300  # after which a writer that does nothing within its transaction is ended, and its lock with it
# A machine that vanished holds its lock for 25 seconds at most.
WATCH = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
CONNECT = {"connect_timeout": 5, "application_name": "runxin", "options": WATCH}


@dataclass(frozen=True)
class StoreFault:
    """What is wrong with the database, as a word for programs, in plain words, and what to do."""

    code: str  # "damaged" | "full" | "read_only" | "closed" | "disk" | "other_tables" | "locked" | "away" | "broken"
    what: str
    fix: str


DAMAGED = StoreFault("damaged", "the database file is damaged", "bring back a backup")
FULL = StoreFault("full", "the disk is full", "make room")
READ_ONLY = StoreFault(
    "read_only", "the database may not be written", "give the program the right to write the file and its folder"
)
CLOSED = StoreFault("closed", "the database may not be opened", "look at the file's and its folder's rights")
DISK = StoreFault("disk", "the disk cannot be read or written", "look at the disk")
OTHER_TABLES = StoreFault(
    "other_tables", "the database has other tables than this version", "bring back a backup, or update runxin"
)
LOCKED = StoreFault("locked", "the database is locked: another process writes", "try again in a moment")
AWAY = StoreFault("away", "the database does not answer", "try again in a moment")

# By SQLite's result code (sqlite.org/rescode.html). Of other codes nothing is known.
OF_SQLITE = {
    "SQLITE_NOTADB": StoreFault("damaged", "the database file is damaged or is no database", "bring back a backup"),
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_FULL": FULL,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_CANTOPEN": StoreFault("closed", "the database file cannot be opened", CLOSED.fix),
    "SQLITE_IOERR": DISK,
    "SQLITE_PERM": CLOSED,
    "SQLITE_ERROR": OTHER_TABLES,
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
}
# By PostgreSQL's SQLSTATE, or its first two letters (postgresql.org/docs/current/errcodes-appendix.html).
OF_POSTGRESQL = {
    "53100": StoreFault("full", "the disk of the database is full", "make room on the database's machine"),
    "53300": StoreFault("away", "the database takes no more connections", "raise max_connections"),
    "55P03": LOCKED,
    "25006": StoreFault("read_only", "the database may not be written", "is it a standby? Look at RUNXIN_DATABASE_URL"),
    "42501": StoreFault("closed", "the database refuses this user", "make the user the owner of the database"),
    "42P01": OTHER_TABLES,
    "42703": OTHER_TABLES,
    "58": DISK,
    "XX": StoreFault("damaged", "the database is damaged", "bring back a backup"),
}


def fault_of(error: sa.exc.DBAPIError | sa.exc.TimeoutError) -> StoreFault | None:
    """What an error of the driver says of the database; None where it is a mistake of the program's (a constraint, a
    statement or a value that does not fit). The driver's own words hold the statement and are not handed on."""
    said = getattr(error, "orig", None)
    state = getattr(said, "sqlstate", None) or ""
    fault = OF_POSTGRESQL.get(state) or OF_POSTGRESQL.get(state[:2])
    if fault is not None:
        return fault
    name = getattr(said, "sqlite_errorname", "")
    if isinstance(error, sa.exc.OperationalError | sa.exc.TimeoutError) or type(error) is sa.exc.DatabaseError:
        return next((one for code, one in OF_SQLITE.items() if name == code or name.startswith(f"{code}_")), AWAY)
    return AWAY if error.connection_invalidated else None


def make_engine(url: sa.URL) -> sa.Engine:
    """An engine whose transactions begin where we say, with `writes` as an option of those that write."""
    engine = _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)
    listen(engine)
    return engine


def _sqlite(url: sa.URL) -> sa.Engine:
    """A write-ahead log, foreign keys, patience, and a writer that takes its lock at once: a reader that turns writer
    halfway may be refused."""
    engine = sa.create_engine(
        url,
        hide_parameters=True,  # an error repeats its statement; values stay out of it
        connect_args={"timeout": BUSY_SECONDS},
        execution_options={"clock": SteadyClock()},
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: sa.URL) -> sa.Engine:
    """Readers see one snapshot. A writer takes the lock first and reads what is committed by then: its statements see
    all that the writers before it wrote, and while it holds the lock nobody writes beside it."""
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        connect_args={name: value for name, value in CONNECT.items() if name not in url.query},
        execution_options={"clock": SteadyClock()},
    )

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("writes", False):
            connection.exec_driver_sql(
                f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s';"
                f"SET LOCAL idle_in_transaction_session_timeout = '{STUCK_SECONDS}s'"
            )
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")

    return engine


def reading_options(engine: sa.Engine) -> dict[str, Any]:
    """The options of a transaction that only reads."""
    if engine.dialect.name == "sqlite":
        return {}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def writing_options(engine: sa.Engine) -> dict[str, Any]:
    """The options of a transaction that writes."""
    if engine.dialect.name == "sqlite":
        return {"writes": True}
    return {"writes": True, "isolation_level": "READ COMMITTED"}


def overwrite_what_is_removed(connection: sa.Connection) -> None:
    """Of what this transaction deletes nothing stays in the file."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")  # freed pages are overwritten


def empty_the_log(engine: sa.Engine) -> None:
    """What was removed still stands in SQLite's write-ahead log until that is emptied. PostgreSQL overwrites dead rows
    and its log in its own time (docs/operations.md)."""
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()


def rewrite_file(engine: sa.Engine) -> None:
    """Write an SQLite file anew, without the pages that what was removed or encrypted has left in it."""
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()
        raw.cursor().execute("VACUUM")
        raw.close()
        empty_the_log(engine)


def as_written(column: sa.ColumnElement[Any], engine: sa.Engine) -> sa.ColumnElement[Any]:
    """A time as it stands in the database, even where it is none: SQLite keeps whatever somebody put there."""
    return sa.type_coerce(column, sa.String) if engine.dialect.name == "sqlite" else column


def is_locked(connection: sa.Connection) -> bool:
    """Whether another writer holds the lock at this moment; waits for none. `connection` is one that reads."""
    if connection.dialect.name == "sqlite":
        connection.rollback()  # the view of a reader ends before a writer's begins
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA busy_timeout = 0")
        try:
            raw.execute("BEGIN IMMEDIATE")
            raw.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise sa.exc.OperationalError("BEGIN IMMEDIATE", None, error) from error
            return True
        finally:
            raw.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        return False
    return not connection.scalar(sa.text(f"SELECT pg_try_advisory_xact_lock({WRITE_LOCK})"))
