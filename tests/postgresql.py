"""A real PostgreSQL server of the tests' own: in a temporary folder, on a Unix socket, gone when the process ends.

Debian's binaries are used where they are (`apt-get install postgresql`); PostgreSQL refuses to run as root, so that as
root it is started as nobody. A server is started once a process, and each database is a copy of one that was migrated.
"""

import atexit
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
import pytest

from runxin.settings import read_settings
from serving.store import open_store

MISSING = "PostgreSQL's server is not installed (Debian: apt-get install postgresql)"
NOBODY = "nobody"
SECONDS_TO_START = 30
# Nothing of these databases outlives the test.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=32MB")


def binaries() -> Path | None:
    """The folder of `initdb` and `postgres`, the newest of several."""
    found = [Path(path) for name in ("initdb",) if (path := shutil.which(name))]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    return found[0].parent if found else None


@dataclass
class PostgresServer:
    """One cluster. `start` and `stop` may be called again and again."""

    folder: Path
    extra: tuple[str, ...] = FAST
    process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        os.chmod(self.folder, 0o755)
        for part in ("data", "socket"):
            (self.folder / part).mkdir(mode=0o700)
            if user := self._user():
                shutil.chown(self.folder / part, user, pwd.getpwnam(user).pw_gid)
        initdb = ["initdb", "-D", str(self.folder / "data"), "-U", "runxin", "--auth=trust", "--no-sync"]
        self._run([*initdb, "--encoding=UTF8", "--locale=C"])

    def start(self) -> None:
        settings = ("listen_addresses=", "max_connections=60", *self.extra)
        socket = self.folder / "socket"
        command = [self._binary("postgres"), "-D", str(self.folder / "data"), "-k", str(socket)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *(part for one in settings for part in ("-c", one))],
                stdout=log,
                stderr=log,
                cwd="/",
                user=self._user(),
                group=self._group(),
                extra_groups=[] if self._user() else None,
            )
        end = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                psycopg.connect(self._said("postgres")).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.02)

    def stop(self, how: str = "fast") -> None:
        """ "immediate" is as if the machine had lost its power."""
        if self.process is not None:
            self._run(["pg_ctl", "stop", "-D", str(self.folder / "data"), "-m", how, "-w"])
            self.process.wait()
            self.process = None

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://runxin@/{database}?host={self.folder / 'socket'}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self._said(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _said(self, database: str) -> str:
        return f"host={self.folder / 'socket'} user=runxin dbname={database}"

    def _run(self, command: list[str]) -> None:
        given = [self._binary(command[0]), *command[1:]]
        subprocess.run(
            given, check=True, capture_output=True, cwd="/", user=self._user(), group=self._group(), extra_groups=[]
        ) if self._user() else subprocess.run(given, check=True, capture_output=True, cwd="/")

    def _binary(self, name: str) -> str:
        folder = binaries()
        assert folder is not None, MISSING
        return str(folder / name)

    @staticmethod
    def _user() -> str | None:
        return NOBODY if os.geteuid() == 0 else None

    def _group(self) -> int | None:
        return pwd.getpwnam(NOBODY).pw_gid if self._user() else None


def new_server(extra: tuple[str, ...] = FAST) -> PostgresServer:
    """A server that runs; whoever asked for it stops it. Skips the test where PostgreSQL is not installed."""
    if binaries() is None:
        pytest.skip(MISSING)
    server = PostgresServer(Path(tempfile.mkdtemp(prefix="runxin-pg-")), extra)  # a socket's path must be short
    server.make()
    server.start()
    return server


def remove(server: PostgresServer) -> None:
    server.stop("immediate")
    shutil.rmtree(server.folder, ignore_errors=True)


@cache
def the_server() -> PostgresServer:
    """The server of this process."""
    server = new_server()
    atexit.register(remove, server)
    server.execute("CREATE DATABASE migrated")
    home = server.folder / "home"
    home.mkdir(mode=0o700)
    open_store(read_settings({"RUNXIN_HOME": str(home), "RUNXIN_DATABASE_URL": server.url("migrated")})).close()
    server.execute("ALTER DATABASE migrated IS_TEMPLATE true")
    return server


@cache
def database_of(home: Path) -> str:
    """The address of a database of the home's own, laid out and empty; made when it is first asked for."""
    name = "t" + hashlib.sha256(str(home).encode()).hexdigest()[:20]
    server = the_server()
    server.execute(f"CREATE DATABASE {name} TEMPLATE migrated")
    return server.url(name)


def empty_database(name: str) -> str:
    """The address of a new database without a table."""
    the_server().execute(f"CREATE DATABASE {name}")
    return the_server().url(name)
