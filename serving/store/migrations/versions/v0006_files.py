"""Facts say which file they were put into, so that a word assesses what stood in its own and nothing else.

Where a file was joined with another before, nobody can tell any more which rows stood in which: they count as of one.
Lists say of a suspension what was known when they were made, of those of before what they say themselves.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FACTS = ("evidence", "outcomes", "contacts")


def upgrade() -> None:
    for name in FACTS:
        op.add_column(name, sa.Column("file_id", sa.String()))
        here = sa.table(name, sa.column("file_id"), sa.column("student_id"))
        op.execute(here.update().values(file_id=here.c.student_id))
        with op.batch_alter_table(name) as table:
            table.alter_column("file_id", nullable=False)
    op.add_column("evidence", sa.Column("joined_at", sa.DateTime()))
    op.add_column("evidence", sa.Column("joined_to", sa.String()))
    for name in ("away_since", "away_until"):
        op.add_column("assessments", sa.Column(name, sa.Date()))


def downgrade() -> None:
    raise NotImplementedError("an older version would let a word of one file close danger of another")
