"""Who brought a word or a contact: what withdrawn runs or undone records alone have brought does not count as said."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from serving.store.database import chunks
from serving.store.run_tables import brought
from serving.store.tables import run_withdrawals
from serving.store.talks import undone_ids


def keep_brought(connection: sa.Connection, given: Mapping[str, Collection[str]]) -> None:
    """Note which rows, new or known, a run, a record, a client or a person has brought: their hashes by who."""
    fresh = {(one, filed_by) for filed_by, hashes in given.items() for one in hashes}
    for part in chunks(sorted(fresh)):
        hashes, by = {one for one, _ in part}, {filed_by for _, filed_by in part}
        known = brought.select().where(brought.c.sha256.in_(hashes), brought.c.filed_by.in_(by))
        fresh -= {(row.sha256, row.filed_by) for row in connection.execute(known)}
    if fresh:
        connection.execute(brought.insert(), [{"sha256": one, "filed_by": by} for one, by in sorted(fresh)])


def only_withdrawn(sha256: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether nobody has brought a row but runs that were withdrawn, and talks that were taken back."""
    others = brought.c.filed_by.not_in(sa.select(run_withdrawals.c.run_id))
    not_undone = brought.c.filed_by.not_in(undone_ids())
    return ~sa.exists().where(brought.c.sha256 == sha256, others, not_undone)
