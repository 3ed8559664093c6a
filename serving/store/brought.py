"""Who brought a word or a contact: what withdrawn runs or undone records alone have brought does not count as said."""

from collections.abc import Collection

import sqlalchemy as sa

from serving.store.database import chunks
from serving.store.run_tables import brought
from serving.store.tables import run_withdrawals
from serving.store.talks import undone_ids


def keep_brought(connection: sa.Connection, hashes: Collection[str], filed_by: str) -> None:
    """Note that a run, a client or a person has brought the rows of these hashes, new or known."""
    fresh = set(hashes)
    for part in chunks(sorted(fresh)):
        known = sa.select(brought.c.sha256).where(brought.c.sha256.in_(part), brought.c.filed_by == filed_by)
        fresh -= set(connection.scalars(known))
    if fresh:
        connection.execute(brought.insert(), [{"sha256": one, "filed_by": filed_by} for one in sorted(fresh)])


def only_withdrawn(sha256: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether nobody has brought a row but runs that were withdrawn, and talks that were taken back."""
    others = brought.c.filed_by.not_in(sa.select(run_withdrawals.c.run_id))
    not_undone = brought.c.filed_by.not_in(undone_ids())
    return ~sa.exists().where(brought.c.sha256 == sha256, others, not_undone)
