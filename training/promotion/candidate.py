"""A registered version with all that a promotion looks at, verified."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from models import Artifact, load_artifact
from runxin.errors import refused
from runxin.settings import Settings
from training.tracking import fetch, registered_hash, registered_report


@dataclass(frozen=True)
class Candidate:
    """`folder` holds the artifact's files; `report` is what its training logged, None where it logged none."""

    folder: Path
    artifact: Artifact
    report: dict[str, Any] | None = field(repr=False)
    report_sha256: str

    @property
    def version(self) -> str:
        return self.artifact.manifest.version


@contextmanager
def candidate_of(settings: Settings, version: str) -> Iterator[Candidate]:
    """Fetch a version from the registry into a folder that is removed afterwards.

    Raises `UserError`: refused where the registry holds another artifact or report than was registered, bad data naming
    a file that was changed, usage for an unknown version.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    expected = registered_hash(settings, version)
    with tempfile.TemporaryDirectory(dir=settings.home, prefix=".promote-") as scratch:
        folder = fetch(settings, version, Path(scratch))
        artifact = load_artifact(folder)
        if artifact.sha256 != expected or artifact.manifest.version != version:
            raise refused(f"version {version} is not the artifact that was registered", fix="train and register again")
        report = registered_report(settings, version)
        yield Candidate(
            folder,
            artifact,
            json.loads(report) if report is not None else None,
            sha256(report).hexdigest() if report is not None else "",
        )
