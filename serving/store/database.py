"""The database: opened once, migrated on opening, handed on as an opaque `Store`."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

from runxin.errors import Kind, UserError, unavailable
from runxin.logs import get_logger
from runxin.settings import Settings, private_folder
from serving.store.checkpoints import keep_checkpoint
from serving.store.dialects import (
    DAMAGED,
    OTHER_TABLES,
    StoreFault,
    fault_of,
    is_locked,
    make_engine,
    overwrite_what_is_removed,
    reading_options,
    rewrite_file,
    writing_options,
)
from serving.store.fact_changes import count_changes
from serving.store.kept_schools import MOST_STUDENTS, KeptSchools
from serving.store.sealing import check_readable, find_keyring, make_keyring, reseal
from serving.store.together import Together
from serving.store.view import View, view

MIGRATIONS = Path(__file__).parent / "migrations"
LOOK = "look at RUNXIN_DATABASE_URL"
CHUNK = 10_000  # ids in one IN (…), a whole school; SQLite's own limit lies above 30,000, PostgreSQL's at 32,767
One = TypeVar("One")


@contextmanager
def _available() -> Iterator[None]:
    """Turn what a person has to look after (the database is away, locked, full, damaged) into a `UserError`."""
    try:
        yield
    except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
        fault = fault_of(error)
        if fault is None:
            raise
        raise _told(fault) from error
    except (UnicodeDecodeError, zlib.error) as error:  # texts and packed contents that are not as they were written
        raise _told(DAMAGED) from error


def _told(fault: StoreFault) -> UserError:
    return UserError(Kind.UNAVAILABLE, fault.what, fix=fault.fix, details={"fault": fault.code})


@dataclass(frozen=True)
class Store:
    """An open database. Pass it to the functions of `serving.store`; there is nothing else to do with it.

    `checkpoints` is the file of the audit log's checkpoints; None keeps none. `kept` is what was read before of
    schools, `kept_students` of single students; `events` and `entries` are waited for together."""

    engine: sa.Engine
    checkpoints: Path | None = None
    kept: KeptSchools = field(default_factory=KeptSchools, repr=False, compare=False)
    kept_students: KeptSchools = field(default_factory=lambda: KeptSchools(MOST_STUDENTS), repr=False, compare=False)
    events: Together[Any] = field(default_factory=Together, repr=False, compare=False)
    entries: Together[Any] = field(default_factory=Together, repr=False, compare=False)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One view of the database as it stands; within `reading_once` the one that is open there."""
        held = view.get()
        with _available():
            if held is not None and held.serves(self.engine):
                with held.reading() as connection:
                    yield connection
            else:
                with self.engine.connect() as connection:
                    yield connection.execution_options(**reading_options(self.engine))

    @contextmanager
    def reading_once(self) -> Iterator[None]:
        """What is read within the block comes from one view; once something is written, from a new one."""
        held = View(self.engine)
        token = view.set(held)
        try:
            yield
        finally:
            view.reset(token)
            held.end()

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction: whole at the end of the block, or not at all."""
        held = view.get()
        if held is not None and held.engine is self.engine:
            held.make_stale()
        with _available(), self.engine.connect() as connection:
            connection.execution_options(**writing_options(self.engine))
            with connection.begin():
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
        url = url_of(settings)
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
            with _available():
                rewrite_file(engine)
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
        overwrite_what_is_removed(connection)
        return reseal(connection)


def look_at_store(settings: Settings) -> Store | None:
    """The database as it is: neither made where there is none (then None), nor migrated."""
    url = url_of(settings)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return None
    return Store(make_engine(url).execution_options(keyring=find_keyring(settings)))


def url_of(settings: Settings) -> sa.URL:
    """The address of the database with the password, if any, that is kept in a file; not to be shown."""
    url = make_url(settings.database_url)
    return url.set(password=settings.database_password) if settings.database_password else url


def file_of_database(settings: Settings) -> Path | None:
    """The file that the database is; None where it is elsewhere."""
    url = url_of(settings)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def check_reachable(store: Store) -> None:
    """Raise `UserError` (unavailable) where the database does not answer."""
    with store.reading() as connection:
        connection.execute(sa.select(1))


def check_usable(store: Store) -> bool:
    """Whether a writer would find the lock free. Raises `UserError` (unavailable) where the database does not answer,
    or has the tables of another version."""
    with store.reading() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        locked = is_locked(connection)
    if current != newest_revision():
        fault = "the database has not been migrated" if current in _revisions() else OTHER_TABLES.what
        raise UserError(
            Kind.UNAVAILABLE, fault, fix="start the service again with one version", details={"fault": "other_tables"}
        )
    return not locked


@cache
def _revisions() -> tuple[str, ...]:
    """Of all migrations, the newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def newest_revision() -> str:
    return _revisions()[0]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _migrate(store: Store) -> bool:
    """Whether an older store was brought up to date."""
    with store.reading() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == newest_revision():
        return False
    if current is not None and current not in _revisions():
        raise unavailable("the database was written by a later version of runxin", fix="update runxin")
    config = _config()
    with store.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return current is not None


def chunks(ids: list[One]) -> Iterator[list[One]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
