"""Checkpoints of the audit log outside the database: which hash the newest row had, and when.

A row that is covered by a checkpoint cannot be cut off, and the chain not be written anew before it, without `runxin
audit verify` finding it. What the file's owner can write they can also cut: copy it to another machine.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from runxin.errors import Problem, bad_data, unavailable
from runxin.regularly import regularly
from serving.store.audit_tables import audit

SECONDS_BETWEEN = 10
TAIL = 4096  # bytes; a line has about 150


@dataclass(frozen=True)
class Checkpoint:
    """At a moment the row `id` was the newest and had this hash; `line` counts from 1, 0 before it is written."""

    id: int
    hash: str
    line: int = 0


def keep_checkpoint(connection: sa.Connection, file: Path) -> None:
    """Put down the newest row, unless the last line says it already. Raises `UserError` (unavailable) where the file
    cannot be written."""
    row = connection.execute(sa.select(audit.c.id, audit.c.hash).order_by(audit.c.id.desc()).limit(1)).first()
    if row is None:
        return
    said = {"id": row.id, "hash": row.hash}
    try:
        if _last(file) == said:
            return
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        line = json.dumps(said | {"at": datetime.now(UTC).isoformat(timespec="seconds")}) + "\n"
        target = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(target, line.encode())
            os.fsync(target)
        finally:
            os.close(target)
    except OSError as error:
        fault = f"the audit log's checkpoint cannot be written: {error.strerror}"
        raise unavailable(fault, fix="look at the disk and at RUNXIN_AUDIT_CHECKPOINTS") from error


def read_checkpoints(file: Path) -> Iterator[Checkpoint]:
    """Every checkpoint, oldest first; raises `UserError` (bad data) for a line that is none."""
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                said = json.loads(line)
                yield Checkpoint(int(said["id"]), str(said["hash"]), number)
            except (ValueError, KeyError, TypeError) as error:
                problem = Problem("not a checkpoint", file=file.name, row=number)
                raise bad_data("the audit log's checkpoints cannot be read", [problem]) from error


def checkpointing(keep: Callable[[], None], seconds: float = SECONDS_BETWEEN) -> AbstractContextManager[None]:
    """Have checkpoints kept, so many seconds apart, while the service runs; where one fails the next is tried."""
    return regularly(keep, seconds, "audit-checkpoints", (sa.exc.SQLAlchemyError,))


def _last(file: Path) -> dict[str, object] | None:
    """What the last line says; None where there is no line, or one that cannot be read."""
    try:
        with file.open("rb") as content:
            content.seek(max(0, file.stat().st_size - TAIL))
            line = content.read().rstrip(b"\n").rpartition(b"\n")[2]
        said = json.loads(line)
        return {"id": said["id"], "hash": said["hash"]}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
