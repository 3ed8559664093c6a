"""The rows of the audit log as they are stored, damaged ones included."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from serving.store import Store
from serving.store.audit_chain import COLUMNS, pseudonym_of, time_text
from serving.store.audit_tables import audit, subject_keys
from serving.store.dialects import as_written

AT_ONCE = 5000


@dataclass(frozen=True)
class StoredRow:
    """`content` is what the hash covers, with the time as text; `hash` is the stored one, whatever it says."""

    content: dict[str, Any]
    hash: str

    @property
    def id(self) -> int:
        return int(self.content["id"])


def stored_rows(store: Store, first: str | None = None, end: str | None = None) -> Iterator[StoredRow]:
    """Every row by id; of those from the time `first` on and before `end` where they are given (texts in UTC)."""
    at = as_written(audit.c.at, store.engine)
    query = sa.select(*(at.label("at") if name == "at" else audit.c[name] for name in COLUMNS), audit.c.hash)
    if first is not None and end is not None:
        query = query.where(at >= first, at < end)
    with store.reading() as connection:
        done = 0
        while rows := connection.execute(query.where(audit.c.id > done).order_by(audit.c.id).limit(AT_ONCE)).all():
            for row in rows:
                content = {name: row._mapping[name] for name in COLUMNS}
                if content["at"] is not None and not isinstance(content["at"], str):
                    content["at"] = time_text(content["at"])
                yield StoredRow(content, str(row.hash))
            done = rows[-1].id


def known_pseudonyms(store: Store) -> dict[str, bool]:
    """Every pseudonym that still leads to a student, and whether it is the one that the student's key makes."""
    with store.reading() as connection:
        rows = connection.execute(sa.select(subject_keys.c.student_id, subject_keys.c.key, subject_keys.c.pseudonym))
        return {row.pseudonym: pseudonym_of(row.key, row.student_id) == row.pseudonym for row in rows}
