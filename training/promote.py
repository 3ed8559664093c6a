"""Promotion: the alias moves and the verified copy that serving reads is replaced, whole or not at all."""

import os
import shutil
import tempfile
from pathlib import Path

from models import Artifact, archive_artifact, load_artifact, manifest_sha256
from runxin.errors import refused
from runxin.settings import Settings
from training.tracking import fetch, registered_hash, set_champion


def promote(settings: Settings, version: str) -> Artifact:
    """Make a registered version the champion. Raises `UserError` (refused) where the registry holds another
    artifact than the one that was trained, and bad data naming a file that was changed."""
    settings.home.mkdir(parents=True, exist_ok=True)
    expected = registered_hash(settings, version)
    with tempfile.TemporaryDirectory(dir=settings.home, prefix=".promote-") as scratch:
        folder = fetch(settings, version, Path(scratch))
        artifact = load_artifact(folder)
        if manifest_sha256(folder) != expected or artifact.manifest.version != version:
            raise refused(f"version {version} is not the artifact that was registered", fix="train and register again")
        archive_artifact(folder, settings.models)  # first, so that nothing serves that replay would not find
        _replace(folder, settings.champion)
    set_champion(settings, version)
    return artifact


def _replace(folder: Path, champion: Path) -> None:
    """Swap folders: a reader sees the old one or the new one, and a crash leaves one of them."""
    fresh = champion.with_name("champion.new")
    old = champion.with_name("champion.old")
    for left in (fresh, old):
        shutil.rmtree(left, ignore_errors=True)
    shutil.copytree(folder, fresh)
    if champion.exists():
        os.rename(champion, old)
    os.rename(fresh, champion)
    shutil.rmtree(old, ignore_errors=True)
