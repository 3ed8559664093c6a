"""New stores for tests. The migrations, which have tests of their own, run once a process; each store is a copy.

Tests that ask for `each_database` run on SQLite and on PostgreSQL.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from runxin.settings import Settings, read_settings
from serving.store import Store, open_store
from tests import postgresql

_on_postgresql: list[list[Store]] = []  # what was opened there, by the blocks that are under way


@contextmanager
def stores_on(database: str) -> Iterator[None]:
    """Make new stores on "sqlite" or "postgresql" within the block; connections to a server are closed at its end."""
    if database == "sqlite":
        yield
        return
    _on_postgresql.append([])
    try:
        yield
    finally:
        for store in _on_postgresql.pop():
            store.engine.dispose()


def new_home(home: Path) -> Settings:
    """The settings of a home of the test's own; a database elsewhere is named in its `runxin.toml`, so that whatever
    is told of the home alone finds it."""
    if _on_postgresql and not (home / "runxin.toml").exists():
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        (home / "runxin.toml").write_text(f'database_url = "{postgresql.database_of(home)}"\n')
    return read_settings({"RUNXIN_HOME": str(home)})


def new_store(home: Path) -> Store:
    return store_at(read_settings({"RUNXIN_HOME": str(home)}))


def store_at(settings: Settings) -> Store:
    """The store that the settings name, laid out where there is none."""
    if _on_postgresql:
        store = open_store(new_home(settings.home))
        _on_postgresql[-1].append(store)
        return store
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.write_bytes(_empty())
    return open_store(settings)


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        settings = read_settings({"RUNXIN_HOME": folder})
        open_store(settings).close()
        return Path(settings.database_url.removeprefix("sqlite:///")).read_bytes()
