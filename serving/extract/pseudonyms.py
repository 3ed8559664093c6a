"""Ids of an extract: keyed hashes, which only who holds the key can lead back to anybody."""

import hmac
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from runxin.errors import Problem, bad_data, refused

BYTES = 32
LETTERS = {"student": "S", "school": "K", "class": "C", "interviewer": "I"}
LENGTH = 20  # hexadecimal digits: 80 bits, so that two of a million students agree with a chance below 10⁻¹²


@dataclass(frozen=True)
class Pseudonyms:
    """HMAC-SHA256 under one key. `kind` keeps a class that is called like a student from being recognised by it."""

    key: bytes = field(repr=False)

    def of(self, kind: str, *parts: str) -> str:
        said = "\0".join((kind, *parts)).encode()
        return f"{LETTERS[kind]}-{hmac.new(self.key, said, 'sha256').hexdigest()[:LENGTH]}"


def new_key() -> bytes:
    """A key that is kept nowhere: what is made with it cannot be joined to any other extract."""
    return secrets.token_bytes(BYTES)


def kept_key(path: Path) -> bytes:
    """The key in the file, made at its first use and readable by its owner alone, so that extracts can be joined.

    Raises `UserError` where others can read it (refused), or it is no key.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(new_key().hex())
    except FileExistsError:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise refused(f"others can read {path.name}, which leads back to students", fix="chmod 600") from None
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError as error:
        raise bad_data("the key of extracts cannot be read", [Problem("not hexadecimal", file=path.name)]) from error
    if len(key) != BYTES:
        raise bad_data("the key of extracts cannot be read", [Problem(f"not {BYTES} bytes", file=path.name)])
    return key
