"""The service takes up the model that was promoted, and says so where it cannot."""

from pathlib import Path
from typing import Any

import pytest

from models import load_artifact
from models.champions import Move, Served, add_move, is_expected
from runxin.errors import bad_data
from serving.platform import Champion, Serving


class Folder:
    """A model's folder with a clock, and how often it was read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = 0.0
        self.read = 0
        self.champion = Champion(path, self.load, lambda _: True, clock=lambda: self.now)

    def load(self, path: Path) -> Any:
        self.read += 1
        text = (path / "manifest.json").read_text()
        if text == "broken":
            raise bad_data("refused")
        return Loaded(text)

    def write(self, text: str) -> None:
        self.path.mkdir(exist_ok=True)
        (self.path / "manifest.json").write_text(text)


class Loaded:
    def __init__(self, version: str) -> None:
        self.manifest = self
        self.version = version
        self.data_origin = "synthetic"


def test_no_folder_is_no_model(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "champion")
    assert folder.champion.now().status == "none"
    assert folder.read == 0


def test_a_folder_is_read_once_while_it_stays_the_same(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "champion")
    folder.write("1")
    for second in range(5):
        folder.now = second * 2.0
        assert folder.champion.now().status == "ok"
    assert folder.read == 1


def test_it_is_looked_at_once_a_second_at_most(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "champion")
    assert folder.champion.now().status == "none"
    folder.write("1")
    folder.now = 0.9
    assert folder.champion.now().status == "none"
    folder.now = 1.0
    assert folder.champion.now().status == "ok"


def test_another_model_takes_its_place(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "champion")
    folder.write("1")
    assert folder.champion.now().status == "ok"
    folder.write("22")
    folder.now = 2.0
    artifact = folder.champion.now().artifact
    assert artifact is not None
    assert artifact.manifest.version == "22"


def test_what_is_refused_does_not_serve_and_is_tried_again(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "champion")
    folder.write("1")
    assert folder.champion.now().status == "ok"
    folder.write("broken")
    folder.now = 2.0
    assert (folder.champion.now().status, folder.champion.now().artifact) == ("unavailable", None)
    folder.now = 4.0
    assert folder.champion.now().status == "unavailable"
    assert folder.read == 3


def taken_away(folder: Folder) -> None:
    (folder.path / "manifest.json").unlink()
    folder.path.rmdir()


def test_a_folder_that_goes_away_is_no_model_at_once(tmp_path: Path) -> None:
    """A champion that was taken back does not serve one more request."""
    folder = Folder(tmp_path / "champion")
    folder.write("1")
    assert folder.champion.now().status == "ok"
    taken_away(folder)
    folder.now = 2.0
    assert folder.champion.now().status == "none"


@pytest.mark.parametrize(("last", "status"), [("1", "unavailable"), (None, "none"), ("torn", "unavailable")])
def test_a_promoted_model_that_is_gone_is_missing_and_not_wanted_away(
    tmp_path: Path, last: str | None, status: str
) -> None:
    history = tmp_path / "history.jsonl"
    add_move(history, move("1"))
    add_move(history, move(last))
    if last == "torn":
        history.write_text("torn", "utf-8")
    champion = Champion(tmp_path / "gone", load_artifact, lambda _: True, expected=lambda: is_expected(history))
    assert champion.now().status == status


def move(version: str | None) -> Move:
    served = None if version is None else Served(version=version, sha256="0" * 64, data_origin="local")
    return Move(action="promote", champion=served, before=None, at="2026-11-20T10:00:00+08:00")


def test_while_the_next_folder_waits_beside_it_is_looked_at_once_more(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "champion")
    folder.write("1")
    assert folder.champion.now().status == "ok"
    taken_away(folder)
    (tmp_path / "champion.new").mkdir()
    folder.now = 2.0
    assert folder.champion.now().status == "ok", "a promotion is between its two renames"
    folder.now = 4.0
    assert folder.champion.now().status == "none", "it was stopped there"


def test_a_model_that_is_promoted_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "champion")
    folder.write("1")

    def swapped(path: Path) -> Any:
        if folder.read == 0:
            folder.read += 1
            folder.write("22")
            raise bad_data("the hashes differ")
        return folder.load(path)

    champion = Champion(folder.path, swapped, lambda _: True, clock=lambda: folder.now)
    assert champion.now().status == "ok"


def test_a_model_that_may_not_rank_here_is_no_model(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "champion")
    folder.write("1")
    asked: list[str] = []
    demonstration = True

    def may_rank(origin: str) -> bool:
        asked.append(origin)
        return demonstration

    champion = Champion(folder.path, folder.load, may_rank, clock=lambda: folder.now)
    assert champion.now().status == "ok"
    demonstration = False
    folder.now = 2.0
    assert champion.now() == Serving(None, "none"), "real students came in: a synthetic model does not rank them"
    assert asked == ["synthetic", "synthetic"]
