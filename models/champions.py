"""The history of champions: a line of JSON for every change, which promotion adds to and serving reads."""

import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from runxin.errors import Problem, UserError, bad_data


class Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Served(Line):
    """A model that served: its version, and the SHA-256 of its manifest by which the archive knows it."""

    version: str
    sha256: str
    data_origin: str


class Move(Line):
    """One change of champion. `champion` is None for rules alone, `before` None where rules alone decided.

    `at` is ISO 8601 with its offset. `by` asked for it and `signed_by` signed it off: usernames, empty in a demo.
    `waivers` holds the reason by gate, `request` the SHA-256 of the request with its gates and its preview, `reason`
    why a champion was taken back.
    """

    action: Literal["promote", "rollback"]
    champion: Served | None
    before: Served | None
    at: str
    by: str = ""
    signed_by: str = ""
    demo: bool = False
    waivers: dict[str, str] = {}
    request: str = ""
    reason: str = ""


def add_move(history: Path, move: Move) -> None:
    """Add one line, on disk when this returns."""
    history.parent.mkdir(parents=True, exist_ok=True)
    torn = history.exists() and not history.read_bytes().endswith(b"\n")
    with history.open("a", encoding="utf-8") as file:
        file.write(("\n" if torn else "") + move.model_dump_json() + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_moves(history: Path) -> tuple[Move, ...]:
    """Every change, oldest first; raises `UserError` (bad data) naming a line that cannot be read."""
    if not history.exists():
        return ()
    found = []
    for row, line in enumerate(history.read_text("utf-8").splitlines(), start=1):
        try:
            found.append(Move.model_validate_json(line))
        except ValidationError as error:
            problem = Problem("not a line that Runxin wrote", file=history.name, row=row)
            raise bad_data("the history of champions cannot be read", [problem]) from error
    return tuple(found)


def serving_since(history: Path, sha256: str) -> str | None:
    """Since when this model has been the champion, ISO 8601; None where the history does not know or cannot be read."""
    try:
        moves = read_moves(history)
    except (UserError, OSError):
        return None
    since = None
    for move in reversed(moves):
        if move.champion is None or move.champion.sha256 != sha256:
            break
        since = move.at
    return since


def is_expected(history: Path) -> bool:
    """Whether a model should be serving: the last change names one, or cannot be read. Then an absent folder is a fault
    and not the choice of rules alone."""
    try:
        moves = read_moves(history)
    except (UserError, OSError):
        return True
    return bool(moves) and moves[-1].champion is not None
