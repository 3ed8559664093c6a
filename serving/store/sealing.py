"""What may not be read from the database alone: names, telephone numbers, notes and shared secrets, under a key that is
kept outside it. AES-256-GCM (`cryptography`); what a value belongs to is authenticated with it, so that none can be put
into another's place.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from runxin.errors import unavailable, usage
from runxin.settings import Settings, private_folder

KEY_BYTES, NONCE_BYTES = 32, 12
NAME_DIGITS = 24  # of a name, in hexadecimal: 96 bits
LOST = "bring back the key file from where it is kept apart, or set RUNXIN_ENCRYPTION_KEYS"


class Keyring:
    """Keys, the newest first: it seals, all of them unseal. `again` reads them anew, where somebody has added one since
    this process began."""

    def __init__(self, keys: tuple[bytes, ...], again: Callable[[], tuple[bytes, ...]] | None = None) -> None:
        self._again = again
        self._take(keys)

    def _take(self, keys: tuple[bytes, ...]) -> None:
        self._ciphers = {key_id(key): AESGCM(key) for key in keys}
        self.newest = key_id(keys[0])
        self._naming = hashlib.sha256(b"runxin names of evidence" + keys[-1]).digest()

    def name_of(self, whose: str, text: str) -> str:
        """A name for a text of somebody, which says nothing of it without the oldest key, and stays the same until that
        one is taken out."""
        said = f"{len(whose)}:{whose}{text}".encode()
        return "e-" + hmac.new(self._naming, said, hashlib.sha256).hexdigest()[:NAME_DIGITS]

    def seal(self, context: str, text: str) -> str:
        """`context` says what the value belongs to (`names:S-1`) and has to be given again to read it."""
        nonce = os.urandom(NONCE_BYTES)
        content = nonce + self._ciphers[self.newest].encrypt(nonce, text.encode(), context.encode())
        return f"rx1.{self.newest}.{base64.b64encode(content).decode()}"

    def unseal(self, context: str, sealed: str) -> str:
        """Raises `UserError` (unavailable) where the key is not there or the value was tampered with."""
        head, name, content = sealed.split(".", 2)
        cipher = self._ciphers.get(name) if head == "rx1" else None
        if cipher is None and self._again is not None:
            self._take(self._again())
            cipher = self._ciphers.get(name)
        if cipher is None:
            raise unavailable("the key with which names are encrypted is missing", fix=LOST)
        raw = binascii.a2b_base64(content)  # a school's search reads thousands
        try:
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()).decode()
        except InvalidTag as error:
            raise unavailable("an encrypted value is not as it was written", fix="bring back a backup") from error

    def is_newest(self, sealed: str) -> bool:
        return sealed.split(".", 2)[1] == self.newest

    def knows(self, sealed: str) -> bool:
        return sealed.split(".", 2)[1] in self._ciphers


def key_id(key: bytes) -> str:
    return hashlib.sha256(b"runxin encryption key" + key).hexdigest()[:8]


# Table, the column that says what the value belongs to, and the sealed column.
SEALED = (
    ("names", "student_id", "sealed"),
    ("talks", "talk_id", "note"),
    ("concern_reports", "report_id", "note"),
    ("drafts", "draft_id", "fields"),
    ("plans", "file_id", "fields"),
    ("restricted_notes", "file_id", "text"),
    ("booking_steps", "booking_id", "note"),
    ("corrections", "correction_id", "said"),
    ("erasure_keys", "key_id", "sealed"),
    ("duty", "school_id", "phone"),
    ("duty_numbers", "school_id", "phone"),
    ("outbox", "message_id", "recipient"),
    ("webhooks", "webhook_id", "url"),
    ("webhooks", "webhook_id", "secret"),
    ("second_factors", "username", "secret"),
)


OF_JSON = ("drafts", "plans")  # where the sealed text stands in a column of JSON


def seal(connection: sa.Connection, table: str, key: object, text: str) -> str:
    """Seal a value of a table of `SEALED`, that of the row with this key."""
    return keyring_of(connection).seal(f"{table}:{key}", text)


def unseal(connection: sa.Connection, table: str, key: object, sealed: str) -> str:
    return keyring_of(connection).unseal(f"{table}:{key}", sealed)


def reseal(connection: sa.Connection) -> int:
    """Seal everything under the newest key; says how many values were under another."""
    keyring, count = keyring_of(connection), 0
    for name, key, column in SEALED:
        kind = sa.JSON() if name in OF_JSON else sa.String()
        table = sa.table(name, sa.column(key), sa.column(column, kind))
        query = sa.select(table.c[key], table.c[column]).where(table.c[column].is_not(None))
        for row in connection.execute(query).all():
            whose, old = row
            if keyring.is_newest(old):
                continue
            new = keyring.seal(f"{name}:{whose}", keyring.unseal(f"{name}:{whose}", old))
            same = (table.c[key] == whose) & (sa.cast(table.c[column], sa.String) == _as_kept(name, old))
            connection.execute(table.update().where(same).values({column: new}))
            count += 1
    return count


def _as_kept(table: str, value: str) -> str:
    """As the column holds it."""
    return f'"{value}"' if table in OF_JSON else value


def check_readable(connection: sa.Connection) -> None:
    """Raise `UserError` (unavailable) where what is stored is under a key that is not here: names that nobody can read
    had better be noticed at the start than on a page."""
    keyring: Keyring | None = connection.get_execution_options().get("keyring")
    there = sa.inspect(connection).get_table_names()
    for name, _, column in SEALED:
        if name not in there or column not in {one["name"] for one in sa.inspect(connection).get_columns(name)}:
            continue
        kind = sa.JSON() if name in OF_JSON else sa.String()
        table = sa.table(name, sa.column(column, kind))
        one = connection.scalar(sa.select(table.c[column]).where(table.c[column].is_not(None)).limit(1))
        if isinstance(one, str) and one.startswith("rx1.") and (keyring is None or not keyring.knows(one)):
            raise unavailable("the key with which names are encrypted is missing", fix=LOST)


def keyring_of(where: sa.Connection | sa.Engine) -> Keyring:
    found = where.get_execution_options()["keyring"]
    assert isinstance(found, Keyring)
    return found


def find_keyring(settings: Settings) -> Keyring | None:
    """The keys of the environment, else of the file; None where there are none yet. Raises `UserError` (usage)."""
    if settings.encryption_keys is not None:
        return Keyring(_parsed(settings.encryption_keys.split(","), "RUNXIN_ENCRYPTION_KEYS"))
    file = settings.encryption_keys_file
    return Keyring(_read(file), lambda: _read(file)) if file.exists() else None


def make_keyring(settings: Settings) -> Keyring:
    """A first key, in a file that only its owner reads; of two processes that make one, one wins."""
    file = settings.encryption_keys_file
    private_folder(file.parent)
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    _write(fresh, [_fresh_line()])
    try:
        os.link(fresh, file)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return Keyring(_read(file), lambda: _read(file))


def add_key(settings: Settings) -> str:
    """Put a new key before those that the file has; its id. Raises `UserError` (usage) where keys come from the
    environment."""
    if settings.encryption_keys is not None:
        raise usage(
            "the keys come from RUNXIN_ENCRYPTION_KEYS", fix="put a new one first there, then: runxin encryption reseal"
        )
    file = settings.encryption_keys_file
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    _write(fresh, [_fresh_line(), *file.read_text("ascii").split()])
    os.replace(fresh, file)
    return key_id(_read(file)[0])


def _fresh_line() -> str:
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def _write(file: Path, lines: list[str]) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write("\n".join(lines) + "\n")
        out.flush()
        os.fsync(out.fileno())


def _read(file: Path) -> tuple[bytes, ...]:
    try:
        return _parsed(file.read_text("ascii", "replace").split(), file.name)
    except OSError as error:
        raise unavailable(f"the encryption keys cannot be read: {error.strerror}", fix=LOST) from error


def _parsed(lines: list[str], where: str) -> tuple[bytes, ...]:
    try:
        keys = tuple(base64.b64decode(line.strip(), validate=True) for line in lines if line.strip())
    except ValueError as error:
        raise usage(f"the keys of {where} cannot be read", fix="each is 32 bytes in base64") from error
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise usage(f"the keys of {where} cannot be read", fix="each is 32 bytes in base64")
    return keys
