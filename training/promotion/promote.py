"""Which model serves: the copy that serving reads is replaced whole or not at all, and every change is written down."""

import json
import os
import shutil
from pathlib import Path

from models import Artifact, archive_artifact, load_artifact
from models.artifact import MANIFEST, Manifest
from models.champions import Move, Served, add_move
from runxin.errors import Kind, UserError, refused
from runxin.settings import Settings
from training.tracking import move_alias


def served(artifact: Artifact) -> Served:
    manifest = artifact.manifest
    return Served(version=manifest.version, sha256=artifact.sha256, data_origin=manifest.data_origin)


def champion_now(settings: Settings) -> Artifact | None:
    """The champion, None where rules alone decide; raises `UserError` where it was changed."""
    return load_artifact(settings.champion) if settings.champion.is_dir() else None


def refuse_demo(settings: Settings, origin: str) -> None:
    """Raise `UserError` (refused) where this is no demonstration: another origin, or a home with a local champion."""
    if origin != "synthetic":
        raise refused(
            f"--demo is for models of synthetic data; this one is of {origin} data", fix="ask with --data DIR --by USER"
        )
    file = settings.champion / MANIFEST
    if file.is_file() and Manifest.model_validate_json(file.read_bytes()).data_origin == "local":
        raise refused(
            "the champion here ranks local students: a demonstration would leave them to rules alone",
            fix="give the demonstration a RUNXIN_HOME of its own",
        )


def make_champion(settings: Settings, folder: Path, artifact: Artifact, move: Move) -> str | None:
    """Let a verified artifact serve and write the move down. Answers with why the alias in MLflow could not be moved,
    None where it was: serving does not need it."""
    archive_artifact(folder, settings.models)  # first, so that nothing serves that replay would not find
    _replace(folder, settings.champion)
    add_move(settings.history, move)
    return _alias(settings, move)


def leave_to_rules(settings: Settings, move: Move) -> str | None:
    """Take the champion away, so that rules alone decide; answers as `make_champion` does."""
    old = settings.champion.with_name("champion.old")
    shutil.rmtree(old, ignore_errors=True)
    os.rename(settings.champion, old)  # at once: a reader sees all of it or nothing
    add_move(settings.history, move)
    shutil.rmtree(old, ignore_errors=True)
    return _alias(settings, move)


def _alias(settings: Settings, move: Move) -> str | None:
    tagged = move.champion or move.before
    if tagged is None:
        return None
    told = move.model_dump(exclude={"champion", "waivers"}) | {"waived": sorted(move.waivers)}
    tags = {f"champion.{move.at[:19].replace(':', '')}": json.dumps(told, ensure_ascii=False)}
    try:
        move_alias(settings, move.champion.version if move.champion else None, tags, tagged.version)
    except UserError as error:
        if error.kind not in (Kind.UNAVAILABLE, Kind.USAGE):  # away, or knows no such version
            raise
        return str(error)
    return None


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
