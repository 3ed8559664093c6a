"""Every model that ever served, by the hash of its manifest, so that what it once said can be said again."""

import os
import shutil
import tempfile
from pathlib import Path

from models.artifact import Artifact, load_artifact, read_verified
from runxin.errors import Problem, UserError, bad_data


def archive_artifact(folder: Path, archive: Path) -> Artifact:
    """Load an artifact and keep a verified copy of it under `archive`; one that is there already is left as it is.

    Raises `UserError` as `load_artifact` does. A reader sees a whole copy or none, whenever this is stopped.
    """
    artifact = load_artifact(folder)
    target = archive / artifact.sha256
    if target.is_dir():
        return artifact
    archive.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive, prefix=".new-") as scratch:
        copy = Path(scratch) / artifact.sha256
        shutil.copytree(folder, copy)
        if read_verified(copy)[2] != artifact.sha256:
            raise bad_data("the model changed while it was copied", [Problem("another manifest", file=str(folder))])
        try:
            os.rename(copy, target)
        except OSError:
            if not target.is_dir():  # else another process archived the same model meanwhile
                raise
    return artifact


def archived_artifact(archive: Path, sha256: str) -> Artifact:
    """The archived model of that hash; raises `UserError` (bad data) saying which is missing or was changed."""
    folder = archive / sha256
    fix = f"bring the folder back from a backup of {archive.name}/ in RUNXIN_HOME"
    if not folder.is_dir():
        what = Problem("this folder is missing", file=f"{archive.name}/{sha256}")
        raise bad_data("the model is not in the archive", [what], fix=fix)
    try:
        artifact = load_artifact(folder)
    except UserError as error:
        raise bad_data("the archived model was changed", error.problems, fix=fix) from error
    if artifact.sha256 != sha256:
        what = Problem("this is not the manifest that was archived: its SHA-256 differs", file="manifest.json")
        raise bad_data("the archived model was changed", [what], fix=fix)
    return artifact
