"""Contents by their hash: what many assessments share is kept once, and what was changed since is recognised."""

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from pydantic_core import to_json

from runxin.errors import Problem, bad_data
from serving.store.database import chunks
from serving.store.payload import LEVEL
from serving.store.tables import contents

CHANGED = "what is stored for a replay was changed"


@dataclass(frozen=True)
class Content:
    """Compressed JSON; `sha256` is that of the JSON, so that it does not depend on how it is compressed."""

    kind: str  # "policy" | "calendar" | "instrument" | "own_features" | "context" | "inputs"
    sha256: str
    stored: bytes = field(repr=False)


def content_of(kind: str, said: Any) -> Content:
    text = to_json(said, inf_nan_mode="constants")
    return Content(kind, hashlib.sha256(text).hexdigest(), zlib.compress(text, LEVEL))


def opened(kind: str, sha256: str, stored: bytes) -> Any:
    """What a content says; raises `UserError` (bad data) where it is not what was stored under that hash."""
    try:
        text = zlib.decompress(stored)
    except zlib.error:
        text = b""
    if hashlib.sha256(text).hexdigest() != sha256:
        raise bad_data(CHANGED, [Problem(f"{kind} {sha256}: its SHA-256 differs")], fix="restore a backup")
    return json.loads(text)


def keep_contents(connection: sa.Connection, given: Sequence[Content]) -> None:
    """Keep what is not kept yet."""
    fresh = {content.sha256: content for content in given}
    for part in chunks(list(fresh)):
        for known in connection.scalars(sa.select(contents.c.sha256).where(contents.c.sha256.in_(part))).all():
            del fresh[known]
    rows = [{"sha256": one.sha256, "kind": one.kind, "content": one.stored} for one in fresh.values()]
    if rows:
        connection.execute(contents.insert(), rows)


def contents_with(connection: sa.Connection, hashes: Sequence[str]) -> dict[str, Any]:
    """What the contents of these hashes say; raises `UserError` naming those that are missing or were changed."""
    found = {}
    for part in chunks(sorted(set(hashes))):
        for row in connection.execute(contents.select().where(contents.c.sha256.in_(part))):
            found[row.sha256] = opened(row.kind, row.sha256, row.content)
    missing = [sha256 for sha256 in dict.fromkeys(hashes) if sha256 not in found]
    if missing:
        problems = [Problem(f"no content {sha256}") for sha256 in missing]
        raise bad_data("what is stored for a replay is incomplete", problems, fix="restore a backup")
    return found
