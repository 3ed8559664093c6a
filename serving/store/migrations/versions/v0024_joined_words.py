"""Words and records say when they came to stand in another file, as evidence does: what stood elsewhere, who spoke of a
student had not seen.

When a roster or a person joined two files is read from the decision and the trail. Where neither says so any more, a
row counts as it did: as seen since it came in.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None
ROWS = {"outcomes": "sha256", "entries": "entry_id"}


def upgrade() -> None:
    op.add_column("entries", sa.Column("file_id", sa.String()))
    for name in ROWS:
        op.add_column(name, sa.Column("joined_at", sa.DateTime()))
        op.add_column(name, sa.Column("joined_to", sa.String()))
    connection = op.get_bind()
    entries = _table("entries", "entry_id")
    connection.execute(entries.update().values(file_id=entries.c.student_id))
    _by_rosters(connection)
    _by_persons(connection)
    with op.batch_alter_table("entries") as table:
        table.alter_column("file_id", nullable=False)


def _by_rosters(connection: sa.Connection) -> None:
    """Words stand in the file of another id already; the trail says since when."""
    words = _table("outcomes", "sha256")
    apart = words.c.file_id != words.c.student_id
    connection.execute(words.update().where(apart).values(joined_to=words.c.student_id, joined_at=words.c.received_at))
    audit = sa.table("audit", *map(sa.column, ("action", "object_id", "detail")), sa.column("at", sa.DateTime()))
    keys = sa.table("subject_keys", *map(sa.column, ("student_id", "pseudonym")))
    student, file = keys.alias(), keys.alias()
    query = sa.select(student.c.student_id, file.c.student_id.label("file_id"), audit.c.at)
    query = query.join_from(audit, student, student.c.pseudonym == audit.c.object_id)
    query = query.join(file, file.c.pseudonym == audit.c.detail).where(audit.c.action == "file.joined")
    for row in connection.execute(query.order_by(audit.c.at)).all():
        mine = (words.c.student_id == row.student_id) & (words.c.file_id == row.file_id)
        connection.execute(words.update().where(mine).values(joined_at=row.at))


def _by_persons(connection: sa.Connection) -> None:
    names = ("decision_id", "kind", "student_id", "other_id", "undoes")
    typed = sa.column("decided_at", sa.DateTime()), sa.column("moved", sa.JSON())
    decisions = sa.table("identity_decisions", *map(sa.column, names), *typed)
    c = decisions.c
    every = connection.execute(decisions.select().order_by(c.decided_at)).all()
    undone = {row.undoes for row in every}
    for row in every:
        if row.decision_id in undone or row.other_id is None:
            continue
        for name, key in ROWS.items():
            table = _table(name, key)
            for one in (row.moved or {}).get(name, ()):
                here = table.update().where(table.c[key] == one, table.c.student_id == row.other_id)
                connection.execute(here.values(joined_at=row.decided_at, joined_to=row.other_id))
                if name == "entries":
                    first = table.c.file_id == table.c.student_id
                    connection.execute(here.where(first).values(file_id=row.student_id))


def _table(name: str, key: str) -> sa.TableClause:
    plain: list[sa.ColumnClause[Any]] = [sa.column(one) for one in (key, "student_id", "file_id", "joined_to")]
    times = [sa.column(one, sa.DateTime()) for one in ("joined_at", "received_at")]
    return sa.table(name, *plain, *times)


def downgrade() -> None:
    raise NotImplementedError("restore a backup: an older version would let a talk settle what it had never heard of")
