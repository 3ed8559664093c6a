"""Who belongs together: rows of a group, added with their events in the audit log, and rows that take one back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from serving.store import AuditEvent, Store
from serving.store.audit import add_events
from serving.store.plan_tables import student_links


@dataclass(frozen=True)
class LinkedMember:
    student_id: str
    school_id: str
    subject: bool


@dataclass(frozen=True)
class StudentGroup:
    """Students whom somebody stated to belong together."""

    group_id: str
    kind: str
    members: tuple[LinkedMember, ...]
    happened_on: date | None
    said_at: datetime
    said_by: str


def groups_of(store: Store, student_id: str) -> tuple[StudentGroup, ...]:
    """The groups of a student that nobody has taken back, the newest first."""
    c = student_links.c
    mine = sa.select(c.group_id).where(c.student_id == student_id, c.undoes.is_(None))
    undone = sa.select(c.undoes).where(c.undoes.is_not(None))
    query = student_links.select().where(c.group_id.in_(mine), c.group_id.not_in(undone), c.undoes.is_(None))
    found: dict[str, list[sa.Row[tuple[object, ...]]]] = {}
    with store.reading() as connection:
        for row in connection.execute(query.order_by(c.link_id.desc())):
            found.setdefault(row.group_id, []).append(row)
    return tuple(_group(rows) for rows in found.values())


def rooms_of_school(store: Store, school_id: str) -> dict[str, frozenset[str]]:
    """Who shares a dormitory room, by group, of those students who are at a school."""
    c = student_links.c
    undone = sa.select(c.undoes).where(c.undoes.is_not(None))
    query = sa.select(c.group_id, c.student_id).where(c.school_id == school_id, c.kind == "dormitory")
    found: dict[str, set[str]] = {}
    with store.reading() as connection:
        for group_id, student_id in connection.execute(query.where(c.undoes.is_(None), c.group_id.not_in(undone))):
            found.setdefault(group_id, set()).add(student_id)
    return {group_id: frozenset(found[group_id]) for group_id in sorted(found)}


def _group(rows: Sequence[sa.Row[tuple[object, ...]]]) -> StudentGroup:
    one = rows[0]
    members = tuple(LinkedMember(row.student_id, row.school_id, row.subject) for row in reversed(rows))
    return StudentGroup(one.group_id, one.kind, members, one.happened_on, one.said_at, one.said_by)


def keep_group(store: Store, group: StudentGroup, undoes: str | None, events: Sequence[AuditEvent]) -> None:
    rows = [
        {
            "group_id": group.group_id,
            "kind": group.kind,
            "student_id": one.student_id,
            "file_id": one.student_id,
            "school_id": one.school_id,
            "subject": one.subject,
            "happened_on": group.happened_on,
            "undoes": undoes,
            "said_at": group.said_at,
            "said_by": group.said_by,
        }
        for one in group.members
    ]
    with store.writing() as connection:
        connection.execute(student_links.insert(), rows)
        add_events(connection, list(events))
