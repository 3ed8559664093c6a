"""Contacts with students and guardians that came about, as they were recorded."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from models.triage import Contact
from serving.store.brought import keep_brought, only_withdrawn
from serving.store.database import chunks
from serving.store.tables import contacts


@dataclass(frozen=True)
class NewContact:
    """One row of the canonical table `contacts`; `whom` is a code of `Contacted`."""

    student_id: str
    school_id: str
    contacted_on: date
    whom: str | None = None
    recorded_on: date | None = None

    @property
    def sha256(self) -> str:
        said = f"{self.student_id}/{self.contacted_on}/{self.whom}/{self.recorded_on}"
        return hashlib.sha256(said.encode()).hexdigest()


def keep_contacts(
    connection: sa.Connection, given: Mapping[str, Sequence[NewContact]], at: datetime, door: str
) -> None:
    """Keep contacts by who has brought them, a screening, a record or a talk; each content once."""
    brought_by = {filed_by: [one.sha256 for one in brought] for filed_by, brought in given.items()}
    keep_brought(connection, brought_by)
    fresh: dict[str, tuple[NewContact, str]] = {}
    for filed_by, brought in given.items():
        for one in brought:
            fresh.setdefault(one.sha256, (one, filed_by))
    for part in chunks(sorted(fresh)):
        for known in connection.scalars(sa.select(contacts.c.sha256).where(contacts.c.sha256.in_(part))).all():
            del fresh[known]
    rows = [
        {
            "sha256": sha256,
            "student_id": one.student_id,
            "school_id": one.school_id,
            "contacted_on": one.contacted_on,
            "with_whom": one.whom,
            "recorded_on": one.recorded_on,
            "received_at": at,
            "door": door,
            "filed_by": filed_by,
            "file_id": one.student_id,
        }
        for sha256, (one, filed_by) in fresh.items()
    ]
    if rows:
        connection.execute(contacts.insert(), rows)


def contacts_of(connection: sa.Connection, ids: Sequence[str], at: datetime | None = None) -> dict[str, list[Contact]]:
    """By student, oldest first, without those that only withdrawn runs have brought."""
    found: dict[str, list[Contact]] = {}
    for part in chunks(list(ids)):
        query = contacts.select().where(contacts.c.student_id.in_(part), ~only_withdrawn(contacts.c.sha256))
        query = query.order_by(contacts.c.contacted_on)
        if at is not None:
            query = query.where(contacts.c.received_at <= at)
        for row in connection.execute(query):
            found.setdefault(row.student_id, []).append(
                Contact(row.contacted_on, row.received_at, row.with_whom, row.file_id, row.door)
            )
    return found
