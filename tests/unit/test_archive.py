"""Models are kept by the hash of their manifest, whole, and never written over."""

import shutil
from pathlib import Path

import pytest

from models import Artifact, archive_artifact, archived_artifact, manifest_sha256, save_artifact
from runxin.errors import UserError
from tests.api_state import artifact


@pytest.fixture
def champion(tmp_path: Path) -> Path:
    save_artifact(artifact("1"), tmp_path / "champion")
    return tmp_path / "champion"


def test_each_model_has_its_place_and_stays(champion: Path, tmp_path: Path) -> None:
    archive = tmp_path / "models"
    first = archive_artifact(champion, archive)
    assert first.sha256 == manifest_sha256(champion)
    written = {file: file.stat().st_mtime_ns for file in archive.rglob("*")}
    assert archive_artifact(champion, archive).sha256 == first.sha256
    assert {file: file.stat().st_mtime_ns for file in archive.rglob("*")} == written, "it was written anew"
    shutil.rmtree(champion)
    save_artifact(artifact("2"), champion)
    second = archive_artifact(champion, archive)
    assert {file.name for file in archive.iterdir()} == {first.sha256, second.sha256}
    for kept, version in ((first, "1"), (second, "2")):
        found: Artifact = archived_artifact(archive, kept.sha256)
        assert (found.manifest.version, found.sha256) == (version, kept.sha256)


def test_a_model_at_fault_is_not_archived(champion: Path, tmp_path: Path) -> None:
    (champion / "policy.toml").write_text("", "utf-8")
    with pytest.raises(UserError, match="was changed and is refused"):
        archive_artifact(champion, tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_a_whole_model_under_another_hash_is_refused(champion: Path, tmp_path: Path) -> None:
    archive = tmp_path / "models"
    first = archive_artifact(champion, archive)
    other = "0" * 64
    shutil.copytree(archive / first.sha256, archive / other)
    with pytest.raises(UserError, match="archived model was changed") as caught:
        archived_artifact(archive, other)
    assert [problem.file for problem in caught.value.problems] == ["manifest.json"]
    with pytest.raises(UserError, match="not in the archive") as caught:
        archived_artifact(archive, "1" * 64)
    assert "this folder is missing" in caught.value.problems[0].what
