"""New stores for tests. The migrations, which have tests of their own, run once a process; each store is a copy."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from runxin.settings import Settings, read_settings
from serving.store import Store, open_store


def new_store(home: Path) -> Store:
    return store_at(read_settings({"RUNXIN_HOME": str(home)}))


def store_at(settings: Settings) -> Store:
    """The store that the settings name, laid out where there is none."""
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
