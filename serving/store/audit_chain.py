"""How rows of the audit log hang together: each holds a hash over its content and the hash of the row before it.

SHA-256 over JSON: who changes, removes, adds or moves a row between two others breaks the chain there. Who cuts rows
off the end, or writes the chain anew from some row on, is found by the checkpoints (`serving.store.checkpoints`).
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from serving.store.audit_tables import audit, subject_keys
from serving.store.clock import SteadyClock
from serving.store.database import chunks

BEGIN = ""  # what stands before the first row
KEY_BYTES = 32
PSEUDONYM = "s-"  # no id of anything else in the log begins so
COLUMNS = ("id", "at", "actor", "action", "purpose", "object_id", "detail", "clock")
TIME = "%Y-%m-%d %H:%M:%S.%f"  # UTC, as SQLite keeps it
# Said with every event, and so made once.
_LAST = sa.select(audit.c.id, audit.c.at, audit.c.hash).order_by(audit.c.id.desc()).limit(1)
_ADD = audit.insert()
_PSEUDONYMS = sa.select(subject_keys.c.student_id, subject_keys.c.pseudonym).where(
    subject_keys.c.student_id.in_(sa.bindparam("students", expanding=True))
)
ORDER_SECONDS = 300  # by which a row may be older than the one before it: a long screening says when it began


def hash_of(before: str, row: Mapping[str, object]) -> str:
    """The hash of a row that follows on one with the hash `before`; `at` is text of the format `TIME`."""
    content = [before, *(row[column] for column in COLUMNS)]
    # Whatever somebody put there that is no text has a hash too, though never the one that stands beside it.
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=repr)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def time_text(at: datetime) -> str:
    """A moment (without a zone it is UTC) as it goes into the hash."""
    return (at.astimezone(UTC) if at.tzinfo else at).strftime(TIME)


def pseudonym_of(key: bytes, student_id: str) -> str:
    """HMAC-SHA256 under a key of the student's own: without the key nothing leads from the one to the other, and no
    other key leads to another student."""
    return PSEUDONYM + hmac.new(key, student_id.encode("utf-8", "surrogatepass"), "sha256").hexdigest()[:40]


def pseudonyms(connection: sa.Connection, students: Collection[str]) -> dict[str, str]:
    """The pseudonym of each student; who has no key yet is given one."""
    wanted = sorted(set(students))
    found: dict[str, str] = {}
    for part in chunks(wanted):
        found |= {who: pseudonym for who, pseudonym in connection.execute(_PSEUDONYMS, {"students": part})}
    fresh = {student: secrets.token_bytes(KEY_BYTES) for student in wanted if student not in found}
    if fresh:
        rows = [
            {"student_id": student, "key": key, "pseudonym": pseudonym_of(key, student)}
            for student, key in fresh.items()
        ]
        connection.execute(subject_keys.insert(), rows)
        found |= {str(row["student_id"]): str(row["pseudonym"]) for row in rows}
    return found


def forget(connection: sa.Connection, students: Sequence[str]) -> None:
    """Destroy the keys of students: the rows that name them stay, and nobody can tell any more whom they name."""
    for part in chunks(list(students)):
        connection.execute(subject_keys.delete().where(subject_keys.c.student_id.in_(part)))


def append(connection: sa.Connection, given: Sequence[Mapping[str, object]]) -> None:
    """Add rows at the end of the chain; called within a transaction that holds the write lock. Another writer that got
    past it would take the same `id` and be refused."""
    last = connection.execute(_LAST).first()
    number, before, earlier = (last.id, last.hash, last.at) if last is not None else (0, BEGIN, None)
    clock: SteadyClock | None = connection.get_execution_options().get("clock")
    jump = clock.jump() if clock is not None else None
    rows = []
    for one in given:
        at = one["at"]
        assert isinstance(at, datetime)
        number += 1
        row = {**one, "id": number, "clock": jump or _behind(at, earlier)}
        before = hash_of(before, row | {"at": time_text(at)})
        rows.append(row | {"hash": before})
        earlier, jump = at, None
    connection.execute(_ADD, rows)


def _behind(at: datetime, earlier: datetime | None) -> int | None:
    """Seconds (below 0) by which a row is older than the one before it, where that is more than work explains."""
    seconds = 0 if earlier is None else round((at - earlier).total_seconds())
    return seconds if seconds <= -ORDER_SECONDS else None
