"""A backup is a folder: the database at one moment, the rest of RUNXIN_HOME, and a manifest with the hash of each file.

The checkpoints of the audit log are copied before the database: one that was kept in between would speak of rows that
the copy does not have.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from runxin import __version__
from runxin.errors import Problem, bad_data, refused, unavailable, usage
from runxin.settings import Settings
from serving.audit import Verified, verify_log
from serving.backup.store import (
    FILES,
    copy_database,
    copy_sqlite,
    has_tables,
    kind_of,
    restore_database,
    revision_of,
)
from serving.store import AuditEvent, Store, find_keyring, open_store, write_audit
from serving.store.database import file_of_database

FORMAT = 1
MANIFEST, CHECKPOINTS, HOME = "manifest.json", "checkpoints.jsonl", "home"
LEFT_OUT = ("logs", "bentoml")  # what is made again, and holds nothing that is missed
MAY_BE_THERE = ("runxin.toml", *LEFT_OUT)  # in a home that counts as empty
LOG_ENDINGS = ("-wal", "-shm", "-journal")


@dataclass(frozen=True)
class Restored:
    """`made_at` is the moment that was gone back to; `aside` is where what was there before lies."""

    made_at: str
    files: int
    checked: Verified
    aside: Path | None


def make_backup(settings: Settings, store: Store, out: Path, now: datetime, actor: str) -> dict[str, Any]:
    """Write a backup into a folder that is absent or empty, while the service goes on; returns its manifest.

    Raises `UserError`: usage where the folder is not empty, unavailable where something cannot be read or written.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise usage(f"{out.name} is not empty", fix="name a folder that is absent or empty")
    if out.absolute().is_relative_to(settings.home):
        raise usage("a backup inside RUNXIN_HOME would be lost with it", fix="name a folder on another disk")
    write_audit(store, AuditEvent(now, actor, "backup.made"))
    store.keep_checkpoint()
    try:
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(settings.audit_checkpoints, out / CHECKPOINTS)
        copy_database(settings, out / FILES[kind_of(settings)])
        _copy_home(settings, out / HOME)
        manifest = {
            "format": FORMAT,
            "version": __version__,
            "made_at": now.isoformat(timespec="seconds"),
            "database": kind_of(settings),
            "revision": revision_of(store),
            "files": {str(file.relative_to(out)): _hash(file) for file in _files(out)},
        }
        (out / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
    except OSError as error:
        raise unavailable(
            f"the backup cannot be written: {error.strerror}", fix="make room, or name another"
        ) from error
    return manifest


def restore_backup(settings: Settings, saved: Path, now: datetime, actor: str, replace: bool = False) -> Restored:
    """Bring a backup back into a home that is empty, or in place of what is there: that is moved aside, not
    deleted. The key that encrypts names has to be there already.

    Nothing may run meanwhile. Raises `UserError`: bad data where the backup is not as it was made, refused where
    something is there and `replace` was not said, usage where it is of another kind of database.
    """
    manifest = _checked(saved)
    if manifest["database"] != kind_of(settings):
        fix = "name such a database by RUNXIN_DATABASE_URL"
        raise usage(f"the backup is of {manifest['database']}, the database named is {kind_of(settings)}", fix=fix)
    if find_keyring(settings) is None:
        fix = f"put the copy that was kept apart to {settings.encryption_keys_file}, then restore"
        raise usage("the key with which names are encrypted is not in a backup, and not here", fix=fix)
    kept = settings.encryption_keys_file
    there = [file for file in _entries(settings) if file.name not in MAY_BE_THERE and file != kept]
    if (there or has_tables(settings)) and not replace:
        fix = "restore elsewhere, or say --replace: the home is moved aside, a database of PostgreSQL is replaced"
        raise refused("there is a database, or a home that is not empty: nothing was restored", fix=fix)
    try:
        aside = _move_aside(settings, there, now)
        restore_database(settings, saved / FILES[manifest["database"]])
        for file in _files(saved / HOME):
            target = settings.home / file.relative_to(saved / HOME)
            if not target.exists():  # a runxin.toml that is there speaks of this machine
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                shutil.copy2(file, target)
        if not settings.audit_checkpoints.exists():  # those on another disk know more, and go on saying so
            settings.audit_checkpoints.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copy2(saved / CHECKPOINTS, settings.audit_checkpoints)
    except OSError as error:
        raise unavailable(
            f"the backup cannot be restored: {error.strerror}", fix="make room; the backup is whole"
        ) from error
    with open_store(settings) as store:
        checked = verify_log(store, settings.audit_checkpoints)
        write_audit(store, AuditEvent(now, actor, "backup.restored", detail=f"made_at={manifest['made_at']}"))
    return Restored(manifest["made_at"], len(manifest["files"]), checked, aside)


def _checked(saved: Path) -> dict[str, Any]:
    """The manifest of a backup whose every file is as it was written."""
    try:
        manifest: dict[str, Any] = json.loads((saved / MANIFEST).read_text("utf-8"))
        said: dict[str, str] = manifest["files"]
        made = manifest["format"], manifest["database"], manifest["made_at"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise bad_data(f"{saved.name} is no whole backup: its {MANIFEST} cannot be read") from error
    if made[0] != FORMAT:
        raise bad_data("the backup was made by a later version of runxin", fix="update runxin")
    problems = [Problem("it is missing", file=name) for name in said if not (saved / name).is_file()]
    problems += [
        Problem("it was changed", file=name)
        for name, sha256 in said.items()
        if (saved / name).is_file() and _hash(saved / name) != sha256
    ]
    if problems:
        raise bad_data("the backup is not as it was made", problems, fix="take another copy of it, or an older backup")
    return manifest


def _copy_home(settings: Settings, out: Path) -> None:
    """Everything but the store's own database, the key that encrypts it and what is left out; other SQLite files
    (MLflow's) as they stand."""
    own = file_of_database(settings)
    for file in _files(settings.home):
        place = file.relative_to(settings.home)
        passing = place.parts[0] in LEFT_OUT or file.name.endswith(LOG_ENDINGS)
        if passing or file in (own, settings.audit_checkpoints, settings.encryption_keys_file):
            continue
        target = out / place
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if file.suffix == ".db" and file.stat().st_size:
            copy_sqlite(file, target)
        else:
            shutil.copy2(file, target)


def _move_aside(settings: Settings, there: list[Path], now: datetime) -> Path | None:
    if not there:
        return None
    aside = settings.home.with_name(f"{settings.home.name}.before-{now:%Y%m%dT%H%M%S}")
    aside.mkdir(mode=0o700)
    for file in there:
        file.rename(aside / file.name)
    return aside


def _entries(settings: Settings) -> list[Path]:
    return sorted(settings.home.iterdir()) if settings.home.exists() else []


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*")) if file.is_file() and not file.is_symlink())


def _hash(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
