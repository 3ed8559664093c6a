"""A registered local model and people who may promote it, made once for the files that need them; a receiver of
webhooks."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.promotions import Desk
    from tests.receivers import Hooks


@pytest.fixture(scope="session")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.promotions import make_home  # MLflow takes seconds to import, and most files do without it

    return make_home(tmp_path_factory.mktemp("registered"))


@pytest.fixture
def desk(
    registered: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> "Desk":
    """A home of the test's own, and the command line over it."""
    from tests.promotions import Desk, copied

    home = copied(registered, tmp_path / "home")
    monkeypatch.setenv("RUNXIN_HOME", str(home))
    return Desk(home, registered / "data", capsys, monkeypatch)


@pytest.fixture
def hook() -> "Iterator[Hooks]":
    from tests.receivers import hooks

    with hooks() as found:
        yield found
